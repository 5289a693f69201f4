"""How well a face serves for training, with reasons."""

from facedaemon.values import Quality

REASONS = ("small", "pixelated", "blurred", "noisy", "turned", "dark", "bright", "flat", "cut", "unsure")


def quality_of(shorter_side: float, score: float) -> Quality:
    """The quality of a face whose shorter side has so many pixels in the full photo."""
    size = min(1.0, shorter_side / 80)
    value = size * min(1.0, score / 0.8)
    return Quality(value, ("small",) if size < 0.5 else ())
