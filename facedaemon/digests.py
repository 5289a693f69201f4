"""The digest by which contents of files are compared."""

import hashlib


def digest(data: bytes) -> str:
    """What the ledger and sidecars name bytes by: BLAKE2b, 16 bytes, hexadecimal. Stored; it must not change."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
