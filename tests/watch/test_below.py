"""Which of some folders a photo lies below."""

from pathlib import Path

from facedaemon.watch import Below


def test_a_photo_lies_below_the_first_folder_that_holds_it() -> None:
    """At any depth, whichever photo is asked about first; names that only begin alike do not count."""
    below = Below([Path("/photos/new"), Path("/photos")])
    asked = ["/photos/new/a.jpg", "/photos/newer/a.jpg", "/photos/new/trip/b.jpg", "/photo/a.jpg", "/photos/new/c.jpg"]
    answers = [below.root_of(Path(path)) for path in asked]
    assert [Path("/photos/new"), Path("/photos"), Path("/photos/new"), None, Path("/photos/new")] == answers
    assert below.root_of(Path("/photos")) is None
