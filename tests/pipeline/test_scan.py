"""What a pass does with a small real library when the world around it changes."""

import logging
import os
import shutil
import signal
import sqlite3
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from facedaemon import watch
from facedaemon.pipeline.analyse import analyse
from facedaemon.pipeline.compare import Outcome
from facedaemon.pipeline.library_snapshot import LibrarySnapshot, read_library
from facedaemon.pipeline.list_photos import PhotoListing, list_changed
from facedaemon.pipeline.one_pass import Everything, run_pass
from facedaemon.pipeline.session import Session
from facedaemon.store import SuggestionRecord
from facedaemon.values import AnnotationState, SuggestionState
from facedaemon.vision.decoder_client import DECODER
from tests.pipeline.conftest import SmallLibrary, finished, image_of


def confirmed(session: Session) -> dict[Path, str]:
    """Who is confirmed where."""
    return {
        photo.path: face.verdict.person
        for photo in session.store.photos.all()
        for face in session.store.faces.of(photo.id)
        if face.verdict.person is not None
    }


def withdrawn_confirmation(library: SmallLibrary, session: Session) -> Path:
    """A photo whose only confirmation was taken away in digiKam, in the way digiKam does it."""
    photo = min(confirmed(session))
    with sqlite3.connect(library.database) as connection:
        image = image_of(connection, library, photo)
        connection.execute("DELETE FROM ImageTags WHERE imageid = ?", (image,))
        connection.execute("DELETE FROM ImageTagProperties WHERE imageid = ?", (image,))
    connection.close()
    return photo


def test_a_second_pass_does_nothing(session: Session) -> None:
    """Nothing is looked at, suggested or written where nothing changed."""
    report = finished(session)
    assert report.seen > 0
    assert (report.indexed, report.new, report.changed, report.withdrawn, report.written) == (0, 0, 0, 0, 0)
    assert report.unchanged == report.seen


def test_a_face_whose_confirmation_is_taken_away_is_suggested_again(library: SmallLibrary, session: Session) -> None:
    """The sample is gone at once, and the name that the others teach is offered for that face."""
    photo = withdrawn_confirmation(library, session)
    person = confirmed(session)[photo]
    report = finished(session)
    assert photo not in confirmed(session)
    assert [(s.photo, s.person) for s in session.store.suggestions.all()] == [(photo, person)]
    assert (report.new, report.written) == (1, 1)
    assert photo.with_name(photo.name + ".xmp").is_file()


def test_what_a_library_said_holds_while_it_cannot_be_asked(session: Session) -> None:
    """A locked database, or a drive that is away, withdraws no confirmation."""
    before = confirmed(session)
    for snapshot in (LibrarySnapshot(), replace(read_library(session), reachable=())):
        list(run_pass(session, PhotoListing(), partial(replace, snapshot), Everything()))
        assert confirmed(session) == before


def suggested_photo(library: SmallLibrary, session: Session) -> SuggestionRecord:
    """A photo with an open suggestion."""
    withdrawn_confirmation(library, session)
    finished(session)
    (found,) = session.store.suggestions.all(SuggestionState.OPEN)
    return found


def unknown_row(library: SmallLibrary, suggestion: SuggestionRecord) -> None:
    """The row that digiKam's Remove leaves behind."""
    with sqlite3.connect(library.database) as connection:
        name = f"/{suggestion.photo.relative_to(library.root)}"
        image, width, height = connection.execute(
            "SELECT Images.id, width, height FROM Images JOIN Albums ON Albums.id = Images.album"
            " JOIN ImageInformation ON imageid = Images.id WHERE Albums.relativePath || '/' || Images.name = ?",
            (name,),
        ).fetchone()
        (tag,) = connection.execute("SELECT tagid FROM TagProperties WHERE property = 'unknownPerson'").fetchone()
        r = suggestion.region
        x, y, w, h = round(r.x * width), round(r.y * height), round(r.w * width), round(r.h * height)
        rect = f'<rect x="{x}" y="{y}" width="{w}" height="{h}"/>'
        connection.execute("INSERT INTO ImageTagProperties VALUES (?, ?, 'autodetectedFace', ?)", (image, tag, rect))
    connection.close()


def test_a_removed_suggestion_is_silent_for_ever(library: SmallLibrary, session: Session) -> None:
    """The name is gone from the state, its sidecar with it, and the next passes do not bring them back."""
    suggestion = suggested_photo(library, session)
    unknown_row(library, suggestion)
    for _ in range(2):
        finished(session)
        assert [s.state for s in session.store.suggestions.all()] == [SuggestionState.REJECTED]
    assert not suggestion.photo.with_name(suggestion.photo.name + ".xmp").exists()


def test_a_library_put_back_from_a_backup_rejects_nothing(library: SmallLibrary, session: Session) -> None:
    """What another database file does not say, or says newly of unknown faces, is no human's decision."""
    suggestion = suggested_photo(library, session)
    unknown_row(library, suggestion)
    replaced = library.database.with_name("copy.db")
    shutil.copyfile(library.database, replaced)
    replaced.replace(library.database)
    finished(session)
    assert [s.state for s in session.store.suggestions.all()] == [SuggestionState.OPEN]


def test_a_moved_photo_keeps_its_faces_without_a_new_look(library: SmallLibrary, session: Session) -> None:
    """The same file at another place is the same photo."""
    photo = session.store.photos.get(min(confirmed(session)))
    assert photo is not None
    faces = [face.id for face in session.store.faces.of(photo.id)]
    target = library.root / "elsewhere" / "new name.jpg"
    target.parent.mkdir()
    photo.path.rename(target)
    assert finished(session).indexed == 0
    moved = session.store.photos.get(target)
    assert moved is not None
    assert (moved.id, [face.id for face in session.store.faces.of(moved.id)]) == (photo.id, faces)


def test_a_photo_whose_metadata_alone_changed_is_not_looked_at_again(session: Session) -> None:
    """Programs write names into photos all the time; faces and confirmations stay, the metadata is read."""
    photo = session.store.photos.get(min(confirmed(session)))
    assert photo is not None
    faces = [face.id for face in session.store.faces.of(photo.id)]
    data = photo.path.read_bytes()
    photo.path.write_bytes(data[:2] + b"\xff\xfe\x00\x09comment" + data[2:])
    report = finished(session)
    assert (report.indexed, report.unchanged) == (0, report.seen)
    assert [face.id for face in session.store.faces.of(photo.id)] == faces
    assert photo.path in confirmed(session)


def test_a_copy_has_the_faces_of_its_original_but_not_its_confirmations(
    library: SmallLibrary, session: Session
) -> None:
    """The same picture is looked at once; who is on the copy is for a human to say, so the name is suggested."""
    original = min(confirmed(session))
    copy = library.root / "copy.jpg"
    shutil.copyfile(original, copy)
    report = finished(session)
    assert (report.indexed, report.faces) == (1, 0)
    known = session.store.photos.get(copy)
    assert known is not None
    assert len(session.store.faces.of(known.id)) > 0
    assert copy not in confirmed(session)
    assert [s.person for s in session.store.suggestions.all() if s.photo == copy] == [confirmed(session)[original]]


def test_copies_that_arrive_together_are_looked_at_once(
    library: SmallLibrary, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    """No picture is embedded twice because its files are all new; a broken one fails in each of its files."""
    taken = min(confirmed(session))
    new = [library.root / f"copy-{number}.jpg" for number in range(4)]
    for path in new:
        path.write_bytes(b"\xff\xd8\xff\xe1\0\x08Exif12" + taken.read_bytes()[2:-2] + b"\0\xff\xd9")
    broken = [library.root / f"broken-{number}.jpg" for number in range(3)]
    for path in broken:
        path.write_bytes(b"\xff\xd8\xff\xe0")
    with caplog.at_level(logging.DEBUG, "facedaemon.pipeline.analyse"):
        report = finished(session)
    assert (4, 3) == (report.indexed, report.failed)
    assert 1 == sum("looked at" in message for message in caplog.messages)
    records = [session.store.photos.get(path) for path in new]
    assert 4 == sum(record is not None and len(session.store.faces.of(record.id)) > 0 for record in records)


def test_a_photo_that_is_gone_and_comes_back_lost_nothing(library: SmallLibrary, session: Session) -> None:
    """Away is set aside, not forgotten; back is not looked at again."""
    path = min(confirmed(session))
    hidden = library.root.parent / "hidden.jpg"
    path.rename(hidden)
    assert len(list_changed(session, [path]).photos) == 0
    away = session.store.photos.get(path)
    assert away is not None
    assert away.missing
    hidden.rename(path)
    assert finished(session).indexed == 0
    assert path in confirmed(session)


def test_a_root_that_is_away_changes_nothing(library: SmallLibrary, session: Session) -> None:
    """An unplugged drive is named, and nothing is concluded from it."""
    before = confirmed(session)
    library.root.rename(library.root.with_name("unplugged"))
    report = finished(session)
    assert [path for path, _ in report.failures] == [library.root]
    library.root.with_name("unplugged").rename(library.root)
    report = finished(session)
    assert (report.indexed, report.failures) == (0, [])
    assert confirmed(session) == before


def test_a_broken_photo_is_named_remembered_and_tried_again_when_it_changes(
    library: SmallLibrary, session: Session
) -> None:
    """It costs the others nothing, and is looked at once for each of its versions."""
    good = min(confirmed(session))
    broken = library.root / "broken.jpg"
    broken.write_bytes(good.read_bytes()[:300])
    for _ in range(2):
        report = finished(session)
        assert [path for path, _ in report.failures] == [broken]
        assert (report.indexed, report.failed) == (0, 1)
    broken.write_bytes(good.read_bytes())
    report = finished(session)
    assert (report.indexed, report.failures) == (1, [])


def test_what_may_pass_by_itself_is_tried_again_though_the_photo_did_not_change(
    library: SmallLibrary, session: Session
) -> None:
    """A decoder that was killed from outside costs its photo one pass, not for ever."""
    odd = library.root / "odd.webp"
    Image.open(min(library.root.rglob("*.jpg"))).save(odd)
    seen = watch.fingerprint(odd)
    assert seen is not None
    DECODER.ask(odd)
    assert DECODER.process is not None
    os.kill(DECODER.process, signal.SIGKILL)
    found = watch.FoundPhotos()
    found.add(odd, seen)
    (failed,) = analyse(session, found.items())
    assert Outcome.FAILED == failed.outcome
    assert "was killed" in failed.reason
    assert [odd] == [path for path, _ in session.store.photos.failures()]
    (tried_again,) = analyse(session, found.items())
    assert Outcome.INDEXED == tried_again.outcome
    assert [] == session.store.photos.failures()


def test_each_confirmed_region_has_a_face_of_its_own_or_is_counted_as_not_found(session: Session) -> None:
    """No two regions of a photo name the same face."""
    states = [
        face.verdict.state
        for photo in session.store.photos.all()
        for face in session.store.faces.of(photo.id)
        if face.verdict.person
    ]
    faces, without_face = session.store.annotations.counts()
    assert set(states) == {AnnotationState.CONFIRMED}
    assert (len(states), 0) == (faces, without_face)


def test_a_list_that_another_program_dropped_is_written_again(library: SmallLibrary, session: Session) -> None:
    """A sidecar rewritten without our namespace rejects nothing, and shows the suggestion again after the next pass."""
    suggestion = suggested_photo(library, session)
    sidecar = suggestion.photo.with_name(suggestion.photo.name + ".xmp")
    sidecar.write_text(FOREIGN)
    report = finished(session)
    assert report.written == 1
    assert [s.state for s in session.store.suggestions.all()] == [SuggestionState.OPEN]
    text = sidecar.read_text()
    assert suggestion.person in text
    assert "<dc:title>kept</dc:title>" in text


def test_confirmations_in_a_sidecar_hold_while_it_cannot_be_read(library: SmallLibrary, session: Session) -> None:
    """A sidecar that is damaged for a while, or half written, costs no confirmed name."""
    suggestion = suggested_photo(library, session)
    sidecar = suggestion.photo.with_name(suggestion.photo.name + ".xmp")
    region = suggestion.region
    area = f'stArea:x="{region.x + region.w / 2}" stArea:y="{region.y + region.h / 2}" stArea:w="{region.w}"'
    named = NAMED.replace("AREA", f'{area} stArea:h="{region.h}" stArea:unit="normalized"')
    sidecar.write_text(named)
    finished(session)
    assert confirmed(session)[suggestion.photo] == "Somebody"
    sidecar.write_text(named[: len(named) // 2])
    report = finished(session)
    assert [path for path, _ in report.failures] == [sidecar]
    assert confirmed(session)[suggestion.photo] == "Somebody"
    assert sidecar.read_text() == named[: len(named) // 2]


FOREIGN = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>kept</dc:title></rdf:Description>
</rdf:RDF></x:xmpmeta>"""

NAMED = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#">
<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Somebody</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>
<mwg-rs:Area AREA/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF></x:xmpmeta>"""
