"""Which photo root a path lies below."""

from pathlib import Path

import pytest

from facedaemon.errors import PhotoError
from facedaemon.pipeline.session import Session
from facedaemon.sidecar.files import folder_of

PATHS = ["a.jpg", "in/a.jpg", "in/../a.jpg", "../photos2/a.jpg", "../photos/a.jpg", "", "..", "../a.jpg", "/a.jpg", "/"]


@pytest.mark.parametrize("name", PATHS)
def test_a_root_is_what_all_parents_say(session: Session, name: str) -> None:
    """Folder by folder and by whole names: a folder whose name begins as the root's is another one."""
    (root,) = session.config.roots()
    path = root / name
    assert session.root_of(path) == (root if root in path.parents else None)
    assert session.root_of(Path(name)) is None


@pytest.mark.parametrize("name", PATHS)
def test_a_folder_is_opened_below_its_root_alone(tmp_path: Path, name: str) -> None:
    """Also where the path names the root by another name, leads out of it, or is relative."""
    root, other = tmp_path / "photos", tmp_path / "photos2"
    for folder in (root / "in", other):
        folder.mkdir(parents=True)
    for path in (root / name, Path(name or ".")):
        is_inside = root in (path.parent, *path.parent.parents) and ".." not in path.parent.parts
        if is_inside:
            with folder_of(path, root):
                pass
        else:
            with pytest.raises(PhotoError), folder_of(path, root):
                pass
