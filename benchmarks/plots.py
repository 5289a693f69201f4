"""What the bench measured, drawn: PNG files without any photo in them."""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # a backend that needs no screen
import matplotlib.pyplot as plt

from benchmarks.figures import Figure
from benchmarks.paired import Spent
from benchmarks.sizes import Costs


def draw(
    folder: Path, times: dict[str, Spent], photos: int, steps: list[Figure], by_size: Costs, by_faces: Costs
) -> None:
    """Four plots: the ways compared, the stages, cost by megapixels and by faces."""
    folder.mkdir(parents=True, exist_ok=True)
    _bars(
        folder / "ways.png",
        "From the file to embeddings, photos of 8 to 22 megapixels, all cores",
        {name: 1000 * taken.clock / photos for name, taken in times.items()},
    )
    of_vision = [figure for figure in steps if figure.name.endswith(("(photo)", "(face)"))]
    _bars(folder / "stages.png", "Each stage alone, one core", {figure.name: figure.value for figure in of_vision})
    _lines(folder / "megapixels.png", "megapixels", by_size)
    _lines(folder / "faces.png", "faces in the photo", by_faces)


def _bars(path: Path, title: str, values: dict[str, float]) -> None:
    figure, axes = plt.subplots(figsize=(7, 0.6 + 0.4 * len(values)), layout="constrained")
    bars = axes.barh(list(values), list(values.values()), color="#4477aa")
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("ms")
    axes.set_title(title, fontsize=10)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _lines(path: Path, label: str, costs: Costs) -> None:
    figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
    for at, name in enumerate(("decoded alone", "facedaemon")):
        axes.plot(list(costs), [pair[at] for pair in costs.values()], "o-", label=name)
    axes.set_xlabel(label)
    axes.set_ylabel("ms a photo, all cores")
    axes.set_ylim(bottom=0)
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=90)
    plt.close(figure)
