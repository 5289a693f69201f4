"""Confirmed names that somebody checked and found right: `audit` does not list them again."""

from functools import cached_property
from pathlib import Path

from facedaemon.answers import Standing
from facedaemon.geometry import overlap
from facedaemon.pipeline.annotations.answered import answers_about, standing_beside
from facedaemon.store import PhotoRecord
from facedaemon.values import Region

SAME_FACE = 0.5  # overlap of two regions that are about one face


class Checked:
    """Read from the answers beside the state in `directory`, when first needed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def holds(self, photo: PhotoRecord, region: Region, person: str) -> bool:
        """Whether somebody checked that this face of the photo is this person."""
        return any(
            said.is_checked and said.person == person and overlap(said.region, region) >= SAME_FACE
            for said in answers_about(self._standing, photo)
        )

    @cached_property
    def _standing(self) -> Standing:
        return standing_beside(self._directory)
