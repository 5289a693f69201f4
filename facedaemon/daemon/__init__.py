"""The service: threads, clock, signals, systemd and schedule around whatever does the work.

`signals.block` must be called before anything imports numpy; `service.run` is the daemon. Nothing is imported here, so
that the first can come before the second.
"""
