"""Embeddings as they are stored. numpy is loaded with the first of them: `status` answers without it."""

from collections.abc import Iterable, Sequence
from itertools import chain

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


def numbers(of: Sequence[int] | Numbers) -> Numbers:
    """Row numbers as an array, int64, shape (n,)."""
    import numpy as np  # noqa: PLC0415 - as the module says

    return np.array(of, np.int64)


def listed(words: str | None) -> Numbers:
    """Row numbers from a text with commas between them, int64, ascending; read far more quickly than as many rows."""
    import numpy as np  # noqa: PLC0415 - as the module says

    return np.sort(np.fromstring(words or "", np.int64, sep=","))


def joined(
    first: tuple[Numbers, Numbers, Halves], second: tuple[Numbers, Numbers, Halves]
) -> tuple[Numbers, Numbers, Halves]:
    """The rows of the first columns, then those of the second."""
    import numpy as np  # noqa: PLC0415 - as the module says

    return (
        np.concatenate([first[0], second[0]]),
        np.concatenate([first[1], second[1]]),
        np.concatenate([first[2], second[2]]),
    )


def gathered(faces: Numbers, blocks: Iterable[tuple[Numbers, Halves]], width: int) -> tuple[Numbers, Halves]:
    """Of these faces, (n,), those that are in a block of faces, (k,), and vectors, (k, `width`); all ascending.

    Gives their places in `faces`, (m,), and their vectors, float16 (m, `width`).
    """
    import numpy as np  # noqa: PLC0415 - as the module says

    is_there, vectors = np.zeros(len(faces), np.bool_), np.zeros((len(faces), width), np.float16)
    for held, of_held in blocks:
        start, end = np.searchsorted(faces, (held[0], held[-1] + 1))
        at = np.searchsorted(held, faces[start:end])
        is_there[start:end] = held[at] == faces[start:end]
        vectors[start:end] = of_held[at]
    places = np.flatnonzero(is_there)
    return places, vectors if len(places) == len(faces) else vectors[places]


def rows_of(rows: Iterable[Sequence[int]], width: int) -> Numbers:
    """Rows of `width` whole numbers as columns: int64, shape (`width`, n)."""
    import numpy as np  # noqa: PLC0415 - as the module says

    return np.ascontiguousarray(np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, width).T)


def with_new(rows: Numbers, gone: Numbers, new: Numbers, then: Sequence[int] = ()) -> Numbers:
    """Columns, (k, n), without those that begin with a `gone` number, with a column (number, *then) for each `new` one.

    Ascending by their first numbers.
    """
    import numpy as np  # noqa: PLC0415 - as the module says

    added = np.stack([new, *(np.full(len(new), each) for each in then)])
    found = np.concatenate([rows[:, ~np.isin(rows[0], gone)], added], axis=1)
    return np.asarray(found[:, found[0].argsort(kind="stable")], np.int64)
