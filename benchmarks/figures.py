"""What benchmarks print: a figure a line, for people or as JSON."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value; `reference` is what is wanted (or what the best other has), None where nothing is."""

    name: str
    value: float
    unit: str
    reference: float | None = None


def show(figure: Figure, *, as_json: bool) -> None:
    """Print it at once: a benchmark may take minutes."""
    if as_json:
        line = {"figure": figure.name, "value": round(figure.value, 4), "unit": figure.unit}
        print(json.dumps({**line, "reference": figure.reference}), flush=True)
        return
    wanted = "" if figure.reference is None else f"   (wanted: {figure.reference:g})"
    print(f"{figure.name:<58}{figure.value:10.2f} {figure.unit:<6}{wanted}", flush=True)
