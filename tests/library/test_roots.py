import os
from pathlib import Path

import pytest

from facedaemon.library.roots import Machine, Root, RootRow, resolve

UUID = "93423040-0000-4000-8000-1234567890ab"
OTHER = "00000000-0000-4000-8000-000000000000"


class Disks:
    """A machine laid out in real files: device nodes, udev's links and the kernel's table of mounts."""

    def __init__(self, folder: Path) -> None:
        """An empty machine in `folder`."""
        self.folder = folder
        self.machine = Machine(folder / "mountinfo", folder / "by-uuid", folder / "by-label")
        self.machine.by_uuid.mkdir()
        self.machine.by_label.mkdir()
        self._lines: list[str] = []

    def mount(self, device: str, point: Path, uuid: str = "", label: str = "") -> None:
        """Mount a disk."""
        node = self.folder / "dev" / device
        node.parent.mkdir(exist_ok=True)
        node.touch()
        if uuid:
            (self.machine.by_uuid / uuid).symlink_to(os.path.relpath(node, self.machine.by_uuid))
        if label:
            (self.machine.by_label / label).symlink_to(node)
        escaped = str(point).replace("\\", r"\134").replace(" ", r"\040")
        self._lines.append(f"36 35 8:1 / {escaped} rw,noatime shared:1 - ext4 {node} rw\n")
        self.machine.mounts.write_text("".join(self._lines))


@pytest.fixture
def disks(tmp_path: Path) -> Disks:
    """A machine without disks."""
    return Disks(tmp_path)


def folder_with_photo(path: Path, uuid: str = "") -> Path:
    """A collection's folder, marked the way digiKam 8 marks it."""
    path.mkdir(parents=True)
    (path / "a.jpg").touch()
    if uuid:
        (path / ".dtrash").mkdir()
        (path / ".dtrash/digikam.uuid").write_text(uuid)
    return path


def root_of(identifier: str, machine: Machine, specific: str = "/", status: int = 0) -> Root:
    """The one root of a library."""
    [root] = resolve([RootRow(1, "coll", status, identifier, specific)], machine)
    return root


def test_a_disk_is_found_by_its_uuid_whatever_the_case(disks: Disks) -> None:
    """The specific path lies below the point where the disk of that UUID is mounted, also with a blank in its name."""
    photos = folder_with_photo(disks.folder / "my disk/Pictures")
    disks.mount("sda1", disks.folder / "my disk", uuid="ABCD-1234")
    assert photos == root_of("volumeid:?uuid=abcd-1234", disks.machine, "/Pictures").path


def test_of_several_mounts_the_one_that_has_the_folder_counts(disks: Disks) -> None:
    """Bind mounts and btrfs subvolumes show one disk at many places."""
    (disks.folder / "first").mkdir()
    photos = folder_with_photo(disks.folder / "second/Pictures")
    disks.mount("sda1", disks.folder / "first", uuid="u")
    disks.mount("sda1", disks.folder / "second")
    assert photos == root_of("volumeid:?uuid=u", disks.machine, "/Pictures").path


def test_a_disk_is_found_by_its_label(disks: Disks) -> None:
    """Removable disks without a UUID go by their label, which udev writes with escapes."""
    photos = folder_with_photo(disks.folder / "usb/dcim")
    disks.mount("sdb1", disks.folder / "usb", label="MY\\x20CARD")
    assert photos == root_of("volumeid:?label=MY%20CARD&directoryhash=1", disks.machine, "/dcim").path


def test_a_mount_path_is_joined_with_the_specific_path(disks: Disks) -> None:
    """A volume that has neither UUID nor label goes by the place where it was mounted."""
    photos = folder_with_photo(disks.folder / "x/dcim")
    assert photos == root_of(f"volumeid:?mountpath={disks.folder}/x/", disks.machine, "/dcim").path


def test_an_absolute_path_ignores_the_specific_path(disks: Disks) -> None:
    """DigiKam writes "/" there and never looks at it."""
    photos = folder_with_photo(disks.folder / "a+b & c")
    identifier = f"volumeid:?path={disks.folder}/a+b%20%26%20c"
    assert photos == root_of(identifier, disks.machine, "/nowhere").path


def test_of_a_share_the_first_folder_that_is_not_empty_counts(disks: Disks) -> None:
    """An unmounted share is an empty folder."""
    (disks.folder / "empty").mkdir()
    photos = folder_with_photo(disks.folder / "nas")
    identifier = f"networkshareid:?mountpath={disks.folder}/gone&mountpath={disks.folder}/empty&mountpath={photos}"
    assert photos == root_of(identifier, disks.machine).path


def test_unknown_keys_do_not_matter(disks: Disks) -> None:
    """DigiKam 8 appends keys to old identifiers."""
    photos = folder_with_photo(disks.folder / "p", UUID)
    assert photos == root_of(f"volumeid:?path={photos}&fileuuid={UUID.upper()}&new=1", disks.machine).path


def test_a_folder_of_another_collection_is_refused(disks: Disks) -> None:
    """Another disk at the same place must not lend its photos to the library."""
    photos = folder_with_photo(disks.folder / "p", OTHER)
    root = root_of(f"volumeid:?path={photos}&fileuuid={UUID}", disks.machine)
    assert root.path is None
    assert root.reason is not None
    assert "another collection" in root.reason


def test_a_collection_is_found_again_after_its_disk_got_another_uuid(disks: Disks) -> None:
    """Restored onto a new disk, the folder still carries the collection's own UUID."""
    disk = Path("/dev/facedaemon-test-disk")
    photos = folder_with_photo(disks.folder / "new/Pictures", UUID)
    disks.machine.mounts.write_text(f"1 1 8:1 / {disks.folder}/new rw - ext4 {disk} rw\n")
    identifier = f"volumeid:?uuid=old-and-gone&fileuuid={UUID}"
    assert photos == root_of(identifier, disks.machine, "/Pictures").path


def test_the_folder_with_the_collections_uuid_goes_first(disks: Disks) -> None:
    """Two mounts have the folder; only one of them is the collection."""
    folder_with_photo(disks.folder / "a/Pictures")
    photos = folder_with_photo(disks.folder / "b/Pictures", UUID)
    disks.mount("sda1", disks.folder / "a", uuid="u")
    disks.mount("sda1", disks.folder / "b")
    assert photos == root_of(f"volumeid:?uuid=u&fileuuid={UUID}", disks.machine, "/Pictures").path


@pytest.mark.parametrize(
    ("identifier", "status", "said"),
    [
        ("volumeid:?uuid=unplugged", 0, "answers to"),
        ("volumeid:?path=C:/Users/x", 0, "answers to"),
        ("", 0, "answers to"),
        ("volumeid:?path=/nonexistent/photos", 0, "No such file"),
        ("volumeid:?path=/", 1, "hidden"),
    ],
)
def test_a_root_out_of_reach_says_why(disks: Disks, identifier: str, status: int, said: str) -> None:
    """It is listed with its reason, so that nobody takes its photos for deleted."""
    root = root_of(identifier, disks.machine, status=status)
    assert root.path is None
    assert root.reason is not None
    assert said in root.reason


def test_an_empty_mount_point_is_out_of_reach(disks: Disks) -> None:
    """The folder where a drive belongs exists without the drive."""
    (disks.folder / "mnt").mkdir()
    root = root_of(f"volumeid:?path={disks.folder}/mnt", disks.machine)
    assert root.path is None
    assert root.reason is not None
    assert "is its drive mounted?" in root.reason


def test_a_machine_without_a_mount_table_has_no_disks(tmp_path: Path) -> None:
    """Nothing to look at is no error."""
    machine = Machine(tmp_path / "none", tmp_path / "none", tmp_path / "none")
    assert root_of("volumeid:?uuid=u", machine).path is None
