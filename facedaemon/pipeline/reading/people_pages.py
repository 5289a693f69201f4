"""The people and one person as the pages show them: by index, without holding anybody's embeddings but the person's."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from facedaemon.answers import Standing
from facedaemon.dates import Taken
from facedaemon.figures import LookAlikes
from facedaemon.gallery import Gallery, Reason, Samples, numbers_of
from facedaemon.pipeline.people.names_now import NameNow, names_now
from facedaemon.store import SampleRecord, Store, YearCount

PERIOD_YEARS = 3
"""Photos of one person further apart belong to two periods (`gallery/periods.py`)."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in the list.

    `face` is the short id of the best confirmed face, None without any; `used` counts the confirmed faces that train;
    `years` the confirmed ones by year.
    """

    person: str
    face: str | None
    confirmed: int
    used: int
    suggestions: int
    years: tuple[YearCount, ...]
    look_alikes: tuple[str, ...]
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some of the people that fit a search; `total` fit it, of `everybody`; `years` is from the first to the last."""

    lines: tuple[PersonLine, ...]
    total: int
    everybody: int
    years: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Period:
    """Confirmed faces from photos of these years, no two neighbours further apart than `PERIOD_YEARS`."""

    first: int
    last: int
    faces: int


@dataclass(frozen=True, slots=True)
class PersonSample:
    """A confirmed face of a person, by its short id; `reason` says why it does not train (None: it does)."""

    id: str
    reason: Reason | None
    taken: Taken


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """All about one person.

    `samples` are some of the confirmed faces: those that train, or those that do not. Of them all `used` train, and
    `left_out` do not, by reason.
    """

    person: str
    used: int
    left_out: Mapping[Reason, int]
    samples: tuple[PersonSample, ...]
    suggestions: int
    years: tuple[YearCount, ...]
    periods: tuple[Period, ...]
    look_alikes: tuple[LookAlikes, ...]
    is_hidden: bool


def used_of_each(gallery: Gallery | None) -> dict[int, int]:
    """How many samples of each person train, by the person's number (`numbers_of`)."""
    if gallery is None or not len(gallery.owners):
        return {}
    owners, counts = np.unique(gallery.owners[gallery.weights > 0], return_counts=True)
    return dict(zip(owners.tolist(), counts.tolist(), strict=True))


def people(
    store: Store,
    standing: Standing,
    used: Mapping[int, int],
    search: str = "",
    *,
    by_name: bool = True,
    first: int = 0,
    most: int = 50,
) -> PeoplePage:
    """Some of the people whose name contains `search`, from number `first` on.

    In the order of their names, or else of how many confirmed faces they have, most first.
    """
    name_now = names_now(store, standing.renames)
    spellings = _spellings(store.people.counts(), name_now)
    confirmed = {now: sum(count for _, count in several) for now, several in spellings.items()}
    suggested: dict[str, int] = {}
    for name, faces in store.suggestions.people().items():
        now = name_now(name)
        suggested[now] = suggested.get(now, 0) + faces
    wanted = search.casefold().strip()
    found = [name for name in confirmed.keys() | suggested.keys() if wanted in name.casefold()]
    found.sort(key=lambda name: (0 if by_name else -confirmed.get(name, 0), name.casefold(), name))
    chosen = found[first : first + most]
    names = {name: [spelling for spelling, _ in spellings.get(name, ())] for name in chosen}
    asked = [spelling for several in names.values() for spelling in several]
    years, best = store.people.years(asked), store.people.best(asked)
    alike = _alike(store.assessments.look_alikes(), name_now)
    lines = tuple(
        PersonLine(
            person=name,
            face=next((best[each][0] for each in names[name] if each in best), None),
            confirmed=confirmed.get(name, 0),
            used=sum(used.get(int(number), 0) for number in numbers_of(tuple(names[name]))) if names[name] else 0,
            suggestions=suggested.get(name, 0),
            years=_joined(years, names[name]),
            look_alikes=tuple(alike.get(name, ())),
            is_hidden=name in standing.hidden,
        )
        for name in chosen
    )
    return PeoplePage(lines, len(found), len(confirmed.keys() | suggested.keys()), span(line.years for line in lines))


def person(
    store: Store,
    standing: Standing,
    trained: tuple[Gallery, str] | None,
    name: str,
    *,
    left_out: bool = False,
    first: int = 0,
    most: int = 60,
) -> PersonDetails | None:
    """One person, with the samples from number `first` on that train, or that are `left_out`.

    `trained` is the gallery in use and the networks that it is of. None where nobody is called so.
    """
    name_now = names_now(store, standing.renames)
    spellings = [each for each, _ in _spellings(store.people.counts(), name_now).get(name, ())]
    suggested = sum(faces for each, faces in store.suggestions.people().items() if name_now(each) == name)
    if not spellings and not suggested and name not in standing.hidden:
        return None
    judged = _judged(store, trained, spellings)
    shown = [each for each in judged if (each[1] is not None) == left_out][first : first + most]
    faces = store.faces.many(record.face for record, _ in shown)
    years = _joined(store.people.years(spellings), spellings)
    return PersonDetails(
        person=name,
        used=sum(reason is None for _, reason in judged),
        left_out=Counter(reason for _, reason in judged if reason is not None),
        samples=tuple(PersonSample(faces[each.face].short_id, reason, each.taken) for each, reason in shown),
        suggestions=suggested,
        years=years,
        periods=periods(years),
        look_alikes=tuple(pair for each in spellings for pair in store.assessments.look_alikes(each)),
        is_hidden=name in standing.hidden,
    )


def periods(years: Sequence[YearCount]) -> tuple[Period, ...]:
    """The years with photos, in periods; those without a date are in none."""
    found: list[Period] = []
    for at in years:
        if at.year is None:
            continue
        if found and at.year - found[-1].last <= PERIOD_YEARS:
            found[-1] = Period(found[-1].first, at.year, found[-1].faces + at.faces)
        else:
            found.append(Period(at.year, at.year, at.faces))
    return tuple(found)


def span(several: Iterable[Sequence[YearCount]]) -> tuple[int, int] | None:
    """The first and the last year of several people; None where no photo states one."""
    found = [at.year for years in several for at in years if at.year is not None]
    return (min(found), max(found)) if found else None


def _spellings(counts: Mapping[str, int], name_now: NameNow) -> dict[str, list[tuple[str, int]]]:
    """Who is called how now: the names in the state, with their counts, by the name that the answers give them."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name, count in counts.items():
        found.setdefault(name_now(name), []).append((name, count))
    return found


def _joined(years: Mapping[str, Sequence[YearCount]], spellings: Sequence[str]) -> tuple[YearCount, ...]:
    """The years of all spellings of one name together."""
    found: dict[int | None, int] = {}
    for each in spellings:
        for at in years.get(each, ()):
            found[at.year] = found.get(at.year, 0) + at.faces
    return tuple(YearCount(year, found[year]) for year in sorted(found, key=lambda year: (year is None, year)))


def _alike(pairs: Sequence[LookAlikes], name_now: NameNow) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        one, other = name_now(pair.one), name_now(pair.other)
        if one != other:
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
    return found


def _judged(
    store: Store, trained: tuple[Gallery, str] | None, spellings: Sequence[str]
) -> list[tuple[SampleRecord, Reason | None]]:
    """The confirmed faces with the reason why they do not train, the best first."""
    if trained is None or not spellings:
        return []
    records, vectors = store.training.samples(trained[1], spellings)
    if not records:
        return []
    quality = np.array([record.quality for record in records], np.float32)
    persons = tuple(record.person for record in records)
    reasons = trained[0].doubts(Samples(vectors, persons, quality, np.arange(len(records))))
    return sorted(zip(records, reasons, strict=True), key=lambda each: (-each[0].quality, each[0].face))
