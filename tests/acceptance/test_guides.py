"""README and guides are followed word by word by a user with a new home and a small library."""

import itertools
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.place import TIMEOUT
from tests.conftest import REPOSITORY
from tests.documents import all_blocks
from tests.portrait_place import portraits_folder
from tests.portraits import PORTRAITS, photos

RUN = [block for block in all_blocks() if block.kind == "sh" and not block.shown]
_ID = re.compile(r"\bf(?=[0-9a-z]*\d)[0-9a-z]{7}\b")
DOCUMENTS = sorted({block.document for block in RUN})


@dataclass(frozen=True)
class NewUser:
    """A home with photos of two people in ~/Pictures, and the command `facedaemon`."""

    home: Path
    models: Path

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Type these lines; the first one that fails is the last."""
        foreign = ("XDG_", "FACEDAEMON_", "NOTIFY_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        path = f"{Path(sys.executable).parent}:{kept['PATH']}"
        environment = {**kept, "HOME": str(self.home), "PATH": path, "FACEDAEMON_MODELS": str(self.models)}
        return subprocess.run(
            ["sh", "-eux"],
            input=script,
            capture_output=True,
            text=True,
            cwd=self.home,
            env=environment,
            timeout=TIMEOUT,
            check=False,
        )

    def with_real_faces(self, script: str) -> str:
        """The lines with a face of this library in the place of an id that a document shows.

        It is one that has a suggestion, otherwise one of the second group.
        """
        if _ID.search(script) is None:
            return script
        suggested = [json.loads(line)["face"] for line in self.run("facedaemon suggestions --json").stdout.splitlines()]
        groups = [json.loads(line) for line in self.run("facedaemon groups --json").stdout.splitlines()]
        faces = suggested or [face["face"] for group in groups[1:] for face in group["faces"]]
        return _ID.sub(lambda found: faces[-1] if faces else found[0], script)

    def bring_photos(self, occasions: slice) -> None:
        """New photos of the two people, and a pass over them."""
        album = self.home / "Pictures/2024"
        album.mkdir(parents=True, exist_ok=True)
        for person, portrait in enumerate(PORTRAITS):
            for number, photo in list(enumerate(photos(portraits_folder(), portrait)))[occasions]:
                photo.picture.save(album / f"IMG_00{12 + 20 * person + number}.JPG", quality=92)
        assert 0 == self.run("facedaemon scan").returncode


@pytest.fixture
def user(model_files: Path, tmp_path: Path) -> NewUser:
    """The photos bear the names that the documents show."""
    (tmp_path / "anna").mkdir()
    return NewUser(tmp_path / "anna", model_files)


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(REPOSITORY).as_posix())
def test_every_command_of_a_document_works_as_it_stands(user: NewUser, document: Path) -> None:
    """One block after the other; before the first two there are new photos, as the README says."""
    news = iter((slice(0, 8), slice(8, 12)))
    for block in (each for each in RUN if each.document == document):
        for new in itertools.islice(news, 1):
            user.bring_photos(new)
        done = user.run(user.with_real_faces(block.text))
        assert 0 == done.returncode, f"{block.place}\n{done.stdout}\n{done.stderr}"


def test_the_commands_of_the_readme_are_among_those_that_are_run() -> None:
    """A mark too many does not go unnoticed."""
    assert len([block for block in RUN if block.document == REPOSITORY / "README.md"]) >= 3
