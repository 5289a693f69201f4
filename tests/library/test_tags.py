from facedaemon.library.tags import tags_of


def test_special_tags_are_recognised_by_their_property() -> None:
    """A German or Japanese digiKam names them otherwise; a person may be called "Unknown"."""
    tags = tags_of(
        [
            (5, "Unbekannt", "person", None),
            (5, "Unbekannt", "unknownPerson", None),
            (6, "Ignoriert", "person", None),
            (6, "Ignoriert", "ignoredPerson", None),
            (7, "未確認", "person", ""),
            (7, "未確認", "unconfirmedPerson", None),
            (8, "Unknown", "person", "Unknown"),
        ]
    )
    assert (frozenset({5}), frozenset({6}), frozenset({7})) == (tags.unknown, tags.ignored, tags.unconfirmed)
    assert {"Unknown": 8} == tags.people


def test_one_name_for_two_tags_is_ambiguous() -> None:
    """Two people of one name stay two: nothing is ever written for either."""
    tags = tags_of([(1, "Anna", "person", "Anna"), (2, "Anna", "person", "Anna"), (3, "Bob", "person", "Bob")])
    assert {"Bob": 3} == tags.people
    assert {"Anna": (1, 2)} == tags.ambiguous
    assert {1: "Anna", 2: "Anna", 3: "Bob"} == tags.names


def test_a_name_that_xml_cannot_hold_is_left_out_with_the_reason() -> None:
    """Control characters and bytes that are no text never reach a sidecar; joiners of real scripts do."""
    zero_width_joiner = "ශ්\u200dරී"
    rows = [(1, "a", "person", "Bob\nEvil"), (2, "b", "person", "x\udcff"), (3, "c", "person", zero_width_joiner)]
    tags = tags_of([*rows, (4, "  ", "person", "")])
    assert {zero_width_joiner: 3} == tags.people
    assert ["tag 1", "tag 2", "tag 4"] == [problem.subject for problem in tags.problems]


def test_a_person_without_a_full_name_goes_by_the_tag() -> None:
    """Old libraries have persons whose property is empty."""
    assert {"Bob": 1} == tags_of([(1, "Bob", "person", None)]).people


def test_only_the_internal_tag_says_scanned() -> None:
    """A user's own tag of that name means nothing."""
    tags = tags_of([(3, "Scanned for Faces", "internalTag", None), (9, "Scanned for Faces", "person", "X")])
    assert frozenset({3}) == tags.scanned
