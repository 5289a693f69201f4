"""The short id by which commands name a face, such as `f3k9x2qa`.

It is computed from the picture's content and the face's place in it, so it is equal for all copies of a photo, and the
same again after the state was lost. A face keeps it as long as it is found at the same place of the same picture.
Commands show the first characters and accept any number of them that is unique.
"""

import hashlib

from facedaemon.values import Region

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: without i, l, o, u, which are read as others
KIND = "f"  # distinguishes a face from a group or a number
SHOWN = 8  # characters; of a million faces about fourteen pairs begin alike
LEAST = 5  # characters that a command accepts
_LENGTH = 13  # characters: KIND and 60 bits
_CELLS = 1000  # of a photo's width and height; differences between two processors are smaller


def face_id(content: str, region: Region) -> str:
    """The whole id of the face at `region` of the picture with the digest `content`: 13 characters."""
    middle = (region.x + region.w / 2, region.y + region.h / 2)
    place = ",".join(str(round(_CELLS * share)) for share in middle)
    number = int.from_bytes(hashlib.sha256(f"{content} {place}".encode()).digest()[:8], "big")
    return KIND + "".join(LETTERS[number >> 5 * at & 31] for at in range(_LENGTH - 1))


def shown(whole: str) -> str:
    """The part of an id that commands print."""
    return whole[:SHOWN]


def is_whole(id: str) -> bool:  # noqa: A002 - as everywhere
    """Whether this is all of an id, not the beginning of one."""
    return len(id) == _LENGTH


def read(words: str) -> str | None:
    """The beginning of an id as somebody typed it, in small letters; None where no face can be meant by it."""
    typed = words.strip().lower().translate(_ALIKE)
    is_one = LEAST <= len(typed) <= _LENGTH and typed[0] == KIND and all(letter in LETTERS for letter in typed[1:])
    return typed if is_one else None


_ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1"})
