"""What a pass over the library did: the values behind the commands' summaries."""

from dataclasses import dataclass, field
from pathlib import Path

from facedaemon.errors import Fatal, Unavailable
from facedaemon.values import Region

MOST_NAMED = 10_000  # photos and sidecars that one pass names; the state knows them all


@dataclass(slots=True)
class ScanReport:
    """Counts of one pass. `failures` names each photo or sidecar that could not be used, with the reason.

    Where they are very many it names the first; `unnamed` counts the others. `away` are the roots among them.

    `library_error` is why suggestions could not be written into digiKam's database; all else was done.

    `groups` says how many people nobody named, and in how many photos each is at least; None where it was not asked.

    `held` counts the sidecars that are left alone for the sake of digiKam's database. `in_digikam` counts the photos
    whose rows there were written, `digikam_backup` is the copy of it from before the first such write. `doubtful`
    counts the confirmed names that `audit` lists; 0 where it was not asked.
    """

    seen: int = 0
    indexed: int = 0
    unchanged: int = 0
    failed: int = 0
    faces: int = 0
    confirmed: int = 0
    used: int = 0
    left_out: int = 0
    open: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    written: int = 0
    untouched: int = 0
    refused: int = 0
    held: int = 0
    in_digikam: int = 0
    digikam_backup: str | None = None
    doubtful: int = 0
    groups: tuple[int, int] | None = None
    generation: int = 0
    seconds: float = 0.0
    failures: list[tuple[Path, str]] = field(default_factory=list)
    unnamed: int = 0
    away: set[Path] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)
    library_error: Fatal | Unavailable | None = None
    _once: set[int] = field(default_factory=set)

    def fail(self, path: Path, reason: str) -> None:
        """Count what could not be used, and name it while there is room."""
        if len(self.failures) < MOST_NAMED:
            self.failures.append((path, reason))
        else:
            self.unnamed += 1

    def fail_once(self, path: Path, reason: str) -> None:
        """The same, where it may come twice: a sidecar that cannot be read cannot be written either."""
        if (key := hash((path, reason))) not in self._once:
            self._once.add(key)
            self.fail(path, reason)

    def fail_root(self, root: Path, reason: str, *, is_away: bool = True) -> None:
        """Nothing is known of the photos of a root, or of most: named once, and always; known by `away` if it is."""
        if is_away and root in self.away:
            return
        if is_away:
            self.away.add(root)
        self.failures.append((root, reason))

    @property
    def unnamed_words(self) -> str:
        """For people: where to see those that are not named; empty where all are."""
        if not self.unnamed:
            return ""
        return f"{self.unnamed} more cannot be used; 'facedaemon status --json' lists all photos that cannot be read"


@dataclass(frozen=True, slots=True)
class Step:
    """One photo further: what is being done, to which photo, how many of how many are done, and names found so far.

    `of` is the stage that is counted, where that is not the step's own: of a pass that goes on in batches.
    """

    stage: str
    path: Path | None = None
    done: int = 0
    total: int = 0
    names: int = 0
    of: str = ""


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild made; `left_out` counts samples by reason, `why` says why it was promoted or not."""

    generation: int
    promoted: bool
    people: int
    used: int
    left_out: dict[str, int]
    tpir: float
    fpir: float
    wrong_per_100: float
    why: str
    seconds: float


@dataclass(slots=True)
class UndoReport:
    """What was taken back: files restored or removed, files from which only our part was taken, rows, refusals.

    `library_problem` is why no more rows are taken back. `left` names, by sidecar, what another program has made its
    own since. `away` are sidecars that are not there, and neither are their photos: they may lie on a drive that is
    away, and are taken back later.
    """

    restored: int = 0
    removed: int = 0
    cleaned: int = 0
    rows: int = 0
    library_problem: str | None = None
    refused: list[tuple[Path, str]] = field(default_factory=list)
    left: list[tuple[Path, tuple[str, ...]]] = field(default_factory=list)
    away: list[Path] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """How many missing photos were forgotten below which folders; those `kept` cannot be checked, with the reason."""

    folders: list[tuple[Path, int]] = field(default_factory=list)
    kept: list[tuple[Path, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FaceView:
    """A face as the `faces` and `explain` commands show it; `id` as they print it (`facedaemon.face_ids`)."""

    id: str
    region: Region
    score: float
    quality: float
    reasons: tuple[str, ...]
    state: str
    person: str | None
    confidence: float | None
