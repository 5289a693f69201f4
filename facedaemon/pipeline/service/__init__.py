"""The daemon seen from other processes: what it does, whether it is well, and work that is handed over to it."""
