"""Made-up values for tests; never a stand-in for a function of ours."""

import numpy as np

from facedaemon.values import EmbeddedFace, Fingerprint, PhotoAnalysis, Quality, Region, Size, Vector


def vector(seed: int, size: int = 8) -> Vector:
    """A unit vector that depends on `seed` alone."""
    drawn = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def face(region: Region, seed: int = 0, quality: float = 0.9) -> EmbeddedFace:
    """A face at `region` with the vector of `seed`."""
    landmarks = np.full((5, 2), 0.5, np.float32)
    return EmbeddedFace(region, landmarks, 0.9, vector(seed), Quality(quality))


def analysis(*faces: EmbeddedFace, content: str = "abc", model: str = "model") -> PhotoAnalysis:
    """What was seen in a photo of 600 by 400."""
    return PhotoAnalysis(Size(600, 400), 1, content, model, tuple(faces))


def fingerprint(number: int = 1) -> Fingerprint:
    """A file's fingerprint."""
    return Fingerprint(size=number, mtime_ns=number, inode=number)
