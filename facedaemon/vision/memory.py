"""Memory that was let go of, given back to the system."""

import ctypes
import gc


def give_memory_back() -> None:
    """What was freed leaves this process: the C library keeps it otherwise, for a next time that may be far away."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it; others give back by themselves
    if trim is not None:
        trim(0)
