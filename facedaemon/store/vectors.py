"""Embeddings as they are stored. numpy is loaded with the first of them: `status` answers without it."""

from collections.abc import Sequence

from facedaemon.values import Halves, Numbers, Vector, Vectors


def packed(vector: Vector) -> bytes:
    """The vector as float16: half the disk, and cosines that differ by less than 1e-4."""
    return vector.astype("<f2").tobytes()


def unpacked(data: bytes) -> Vector:
    """One stored vector."""
    import numpy as np  # noqa: PLC0415 - as the module says

    return np.frombuffer(data, "<f2").astype(np.float32)


def unpacked_rows(rows: Sequence[bytes]) -> Vectors:
    """Many stored vectors as one array, float32, shape (n, d); shape (0, 0) for none."""
    import numpy as np  # noqa: PLC0415 - as the module says

    if not rows:
        return np.zeros((0, 0), np.float32)
    return np.frombuffer(b"".join(rows), "<f2").reshape(len(rows), -1).astype(np.float32)


def halves(rows: Sequence[bytes]) -> Halves:
    """Many stored vectors as they are, float16, shape (n, d); there must be one."""
    import numpy as np  # noqa: PLC0415 - as the module says

    return np.frombuffer(b"".join(rows), "<f2").reshape(len(rows), -1)


def halves_of(data: bytes, count: int) -> Halves:
    """So many stored vectors, one after the other, as they are, float16, shape (count, d)."""
    import numpy as np  # noqa: PLC0415 - as the module says

    return np.frombuffer(data, "<f2").reshape(count, -1)


def numbers(of: Sequence[int]) -> Numbers:
    """Row numbers as an array, int64, shape (n,)."""
    import numpy as np  # noqa: PLC0415 - as the module says

    return np.array(of, np.int64)
