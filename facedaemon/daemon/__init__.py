"""The service: threads, clock, signals, systemd and schedule around the object that does the work (`port.Work`).

`signals.block` must be called before anything imports numpy; `service.run` is the daemon. Nothing is imported here, so
that `signals` can be imported first.
"""
