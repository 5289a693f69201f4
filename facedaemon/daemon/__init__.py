"""Threads, clock, signals, systemd: the wiring of the service."""
