"""A state that knew one person in two spellings knows one person since, and everything that was said of either."""

from contextlib import closing
from pathlib import Path

from facedaemon.store import Store
from facedaemon.store.database import migrations, open_state
from facedaemon.values import AnnotationSource, SuggestionState

NFC, NFD, BLANKS = "Zoë Müller", "Zoe\u0308 Mu\u0308ller", "Zoë\u00a0 Müller"
BEFORE = 4  # the version in which names were kept as they were written


def _older(folder: Path) -> None:
    """A state of that version: five faces in a photo, of each spelling a mark, a rejection and suggestions."""
    with closing(open_state(folder, migrations()[:BEFORE])) as old:
        old.execute(
            "INSERT INTO photo (id, path, size, mtime_ns, inode, content, metadata)"
            " VALUES (1, x'2f61', 1, 1, 1, 'c', 'm')"
        )
        for face in range(1, 6):
            old.execute(
                "INSERT INTO face (id, photo, x, y, w, h, landmarks, score, quality, reasons, is_face, drawn)"
                " VALUES (?, 1, ?, 0, 0.1, 0.1, x'', 1, 1, '', 1, 0)",
                (face, face / 10),
            )
        old.execute("UPDATE face SET state = 'confirmed', person = ? WHERE id = 1", (NFC,))
        old.execute("UPDATE face SET state = 'confirmed', person = ? WHERE id = 2", (NFD,))
        old.execute("DELETE FROM unlearned")
        for number, name in enumerate((NFC, NFD, NFD, BLANKS)):
            old.execute(
                "INSERT INTO mark (photo, source, state, person, x, y, w, h, by_hand) VALUES"
                " (1, ?, 'confirmed', ?, 0, 0, 1, 1, 0)",
                (AnnotationSource.DIGIKAM if number == 3 else AnnotationSource.MWG, name),
            )
        for name in (NFC, NFD):
            old.execute(
                "INSERT INTO rejection (content, path, x, y, w, h, person, evidence, decided)"
                " VALUES ('c', x'2f61', ?, 0, 0.1, 0.1, ?, 'set to unknown', 1)",
                (0.3 if name == NFC else 0.4, name),
            )
        rows = [
            (3, NFC, "open"),
            (3, NFD, "rejected"),
            (4, NFD, "open"),
            (4, BLANKS, "withdrawn"),
            (5, NFD, "accepted"),
        ]
        old.executemany(
            "INSERT INTO suggestion (face, person, confidence, generation, state, changed) VALUES (?, ?, 0.9, 1, ?, 1)",
            rows,
        )


def test_two_spellings_become_one_person(tmp_path: Path) -> None:
    """Confirmations and rejections of either hold; of two suggestions for a face the one that was decided stays."""
    _older(tmp_path)
    with closing(Store.open(tmp_path)) as store:
        assert {NFC} == {face.verdict.person for face in store.faces.of(1)} - {None}
        assert [NFC] * 2 == [item.rejection.person for item in store.rejections.all()]
        states = {item.face: item.state for item in store.suggestions.all()}
        assert {3: SuggestionState.REJECTED, 4: SuggestionState.OPEN, 5: SuggestionState.ACCEPTED} == states
        assert {NFC} == {item.person for item in store.suggestions.all()}
        assert {NFC, NFD} <= store.training.unlearned()
        assert store.photos.by_id(1).metadata is None


def test_a_name_is_written_as_the_library_spells_it(tmp_path: Path) -> None:
    """Else as most metadata does; whom nobody spelled otherwise is written as he is known."""
    _older(tmp_path)
    with closing(Store.open(tmp_path)) as store:
        assert (BLANKS, "Ada") == (store.annotations.spelling(NFC), store.annotations.spelling("Ada"))
        kept = [known for known in store.annotations.of(1) if known.annotation.source != AnnotationSource.DIGIKAM]
        store.annotations.replace(1, kept)
        assert NFD == store.annotations.spelling(NFC)
        assert [NFC] == store.annotations.people()
