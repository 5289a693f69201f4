"""Returns freed memory to the system."""

import ctypes
import gc


def give_memory_back() -> None:
    """Return freed memory to the system; the C library would keep it for this process."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only glibc has it; others return memory by themselves
    if trim is not None:
        trim(0)
