"""digiKam's database as it was before: the end of its last complete scan shows that, and nothing counts as answered."""

import pytest

from facedaemon.values import SuggestionState
from tests.pipeline.conftest import SmallLibrary, finished
from tests.pipeline.digikam import Digikam, unconfirm_half


def _pass(library: SmallLibrary) -> list[str]:
    """One scan that shows suggestions in digiKam; gives who is rejected afterwards."""
    session = library.session(write_suggestions=True)
    finished(session)
    rejected = [record.rejection.person for record in session.store.rejections.all()]
    session.close()
    return rejected


def _scanned(digikam: Digikam, when: str) -> None:
    """The program has looked through all its albums."""
    with digikam.writing() as connection:
        connection.execute("UPDATE Settings SET value = ? WHERE keyword = 'Scanned'", (when,))


@pytest.mark.parametrize("is_older", [True, False])
def test_a_database_set_back_in_its_place_is_no_answer(library: SmallLibrary, is_older: bool) -> None:
    """A suggestion that is an unknown face there, as before it was suggested, is a "no" only if time went on."""
    unconfirm_half(library.database)
    digikam = Digikam(library.database)
    _scanned(digikam, "2026-11-20T10:00:00")
    assert [] == _pass(library)
    one = digikam.shown()[0]
    _scanned(digikam, "2026-11-22T10:00:00")
    assert [] == _pass(library)
    digikam.remove(one)
    if is_older:
        _scanned(digikam, "2026-11-20T10:00:00")
    rejected = _pass(library)
    assert ([] if is_older else [digikam.name(one[1])]) == rejected
    session = library.session(write_suggestions=True)
    assert is_older == (SuggestionState.REJECTED not in session.store.suggestions.counts())
    session.close()
