"""What each command prints with --json, as types; the schemas in docs/schemas are made from them.

The commands build their output themselves; tests/acceptance/test_json_schemas.py compares it with these types.
Not imported when a command runs.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from facedaemon.answers import AnswerKind, AnswerSource
from facedaemon.dates import DateSource
from facedaemon.gallery import Reason
from facedaemon.pipeline import DaemonState, Presence
from facedaemon.values import AnnotationSource, AnnotationState, Evidence, FaceState, SuggestionState

SOMETIMES: Any = Field(default=None)  # a key that is not always there; where it is, it has the type that is stated

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Path = Annotated[str, Field(description="An absolute path.")]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
FaceId = Annotated[str, Field(pattern=r"^f[0-9a-z]+$", description="As commands take it.")]
Generation = Annotated[int, Field(description="A training.")]


class Values(BaseModel):
    """An object with these keys and no others."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Region(Values):
    """A rectangle in the photo as displayed (EXIF orientation applied): top left corner and size, in 0..1."""

    x: float
    y: float
    w: float
    h: float


class PhotoReason(Values):
    """A photo, and why it, or its sidecar, could not be used."""

    photo: Path
    reason: str


class ScanPhotos(Values):
    """Photos of one pass."""

    seen: Count
    indexed: Count
    unchanged: Count
    failed: Count


class ScanFaces(Values):
    """Faces of one pass."""

    found: Count


class ScanConfirmed(Values):
    """Confirmed faces: how many were read, train, and do not."""

    read: Count
    used: Count
    left_out: Count


class ScanSuggestions(Values):
    """Suggestions after one pass, and what changed."""

    open: Count
    new: Count
    changed: Count
    withdrawn: Count


class ScanSidecars(Values):
    """What was done with sidecars; `held` are left alone for the sake of digiKam's database."""

    written: Count
    unchanged: Count
    refused: Count
    held: Count


class ScanDigikam(Values):
    """Photos whose rows were written in digiKam's database, and the copy from before (null: nothing was written)."""

    written: Count
    backup: Path | None


class Scan(Values):
    """One pass. `doubtful` counts the names that `audit` lists."""

    photos: ScanPhotos
    faces: ScanFaces
    confirmed: ScanConfirmed
    suggestions: ScanSuggestions
    sidecars: ScanSidecars
    digikam: ScanDigikam
    doubtful: Count
    failed: list[PhotoReason]
    generation: Generation
    seconds: float


class RebuildSamples(Values):
    """Samples that train, and those that do not, by reason."""

    used: Count
    left_out: dict[Reason, Count]


class Validation(Values):
    """Shares of known faces named rightly and of strangers named at all, and wrong names among 100 shown."""

    tpir: Share
    fpir: Share
    wrong_per_100: float


class Rebuild(Values):
    """A training; `generation` is null where nobody is confirmed yet."""

    generation: Generation | None
    promoted: bool
    people: Count
    samples: RebuildSamples
    validation: Validation
    why: str
    seconds: float


class Rollback(Values):
    """The training in use again; null where there is no former one."""

    generation: Generation | None


class LeftNames(Values):
    """Names in a sidecar that became another program's own."""

    sidecar: Path
    names: list[str]


class Undo(Values):
    """Counts of sidecars and of digiKam's rows; `refused` are sidecars that could not be changed."""

    restored: Count
    removed: Count
    cleaned: Count
    rows: Count
    refused: list[Path]
    left: list[LeftNames]


class Review(Values):
    """Where the page is served; the link works once."""

    link: str
    port: int | None
    socket: Path | None


class Suggestion(Values):
    """A name that is, or was, suggested."""

    face: FaceId
    photo: Path
    region: Region
    person: str
    confidence: Share
    state: SuggestionState
    generation: Generation


class Face(Values):
    """A face of a photo."""

    face: FaceId
    region: Region
    score: Share
    quality: Share
    state: FaceState
    person: str | None
    confidence: Share | None


class GroupedFace(Values):
    """A face of a group; `guess`: it may be another person."""

    face: FaceId
    photo: Path
    region: Region
    guess: bool
    likeness: float


class Group(Values):
    """Unnamed faces that are probably one person."""

    group: str
    photos: Count
    first_year: int | None
    last_year: int | None
    spread: float
    looks_like: str | None
    confidence: Share | None
    faces: list[GroupedFace]


class LookAlike(Values):
    """Somebody who looks like the person."""

    person: str
    likeness: float
    faces: Count
    mixed_up: Count


class Pair(Values):
    """How alike two people look: of the held-out faces of both, how many are mixed up."""

    likeness: float
    faces: Count
    mixed_up: Count


class PairOfPeople(Pair):
    """Two people who look alike."""

    people: Annotated[list[str], Field(min_length=2, max_length=2)]


class Person(Values):
    """A person, with counts of faces."""

    person: str
    confirmed: Count
    used: Count
    suggestions: Count
    born: str | None
    differs_in_case_from: list[str]
    look_alikes: list[LookAlike]


class Sample(Values):
    """A confirmed face, and why it does not train (null where it does)."""

    photo: Path
    region: Region
    used: bool
    reason: Reason | None
    taken: str | None
    taken_from: DateSource


class Nearest(Values):
    """A confirmed face that is similar."""

    photo: Path
    person: str
    similarity: float


class Explanation(Values):
    """Why a face got its name, or got none."""

    face: FaceId
    region: Region
    state: FaceState
    person: str | None
    looks_like: str | None
    confidence: Share | None
    threshold: Share | None
    quality: Share
    quality_reasons: list[str]
    rejected: list[str]
    nearest: list[Nearest]
    why: str


class Doubt(Values):
    """A confirmed face that is probably somebody else; `nearest_...` are photos."""

    face: FaceId
    photo: Path
    region: Region
    person: str
    looks_like: str | None
    score: float
    nearest_own: Path | None
    nearest_other: Path | None
    look_alikes: Pair | None


class Since(Values):
    """What changed since a former evaluation, on the same faces."""

    time: Time
    faces: Count
    right_before: Count
    right: Count
    wrong_before: Count
    wrong: Count
    better: list[FaceId]
    worse: list[FaceId]


class PersonMeasured(Values):
    """Held-out faces of one person."""

    faces: Count
    right: Count
    wrong: Count


class Measured(Values):
    """Confirmed faces, each held out; the figures are null where too few are confirmed."""

    people: Count
    probes: Count
    strangers: Count
    tpir: Share | None
    fpir: Share | None
    wrong_per_100: float | None
    threshold: Share | None
    since: Since | None
    by_person: dict[str, PersonMeasured] = SOMETIMES


class FormerlyMeasured(Values):
    """A former evaluation."""

    time: Time
    generation: Generation
    people: Count
    probes: Count
    strangers: Count
    tpir: Share
    fpir: Share
    wrong_per_100: float
    threshold: Share
    doubtful: Count


class Daemon(Values):
    """The daemon of this state; most is null where none lives."""

    state: DaemonState
    pid: int | None
    command: str | None
    version: str | None
    started: Time | None
    since: Time | None
    reason: str | None
    last_pass: Time | None
    last_error: str | None
    last_error_time: Time | None
    written: Time | None


class StatusProgress(Values):
    """How far the daemon is; null unless one lives."""

    done: Count | None
    total: Count | None
    per_minute: float | None
    seconds_left: float | None
    names: Count | None


class LastRebuild(Values):
    """The last training, and why it is used or not."""

    time: Time | None
    promoted: bool | None
    why: str | None


class LibraryTrouble(Values):
    """Why digiKam's database cannot be read; null where it can."""

    trouble: str | None
    since: Time | None


class AbsentPhotos(Values):
    """Photos below a root that are not there, of how many."""

    root: Path
    photos: Count
    of: Count
    since: Time | None


class Root(Values):
    """A photo root."""

    path: Path
    state: Presence
    reason: str | None


class Status(Values):
    """What is known, what waits and what failed."""

    state: Path
    daemon: Daemon
    doing: str | None
    since: Time | None
    waiting: Count | None
    progress: StatusProgress
    photos: Count
    faces: Count
    generation: Generation | None
    trained: Time | None
    rebuild: LastRebuild
    library: LibraryTrouble
    suggestions: dict[SuggestionState, Count]
    failed: list[PhotoReason]
    sidecars_failed: list[PhotoReason]
    absent: list[AbsentPhotos]
    roots: list[Root]


class StatusChecked(Status):
    """The status with its level for monitoring."""

    level: Literal["ok", "warning", "critical", "unknown"]
    reasons: list[str]


class StatusUnknown(Values):
    """Why there is no status, such as a config with a mistake."""

    level: Literal["unknown"]
    reasons: list[str]


class DaemonFile(Values):
    """`daemon.json` in the state's folder."""

    pid: int
    version: str
    started: Time
    state: DaemonState
    activity: str
    since: Time
    reason: str | None
    waiting: Count
    done: Count
    total: Count
    per_minute: float | None
    seconds_left: float | None
    names: Count
    roots: list[Path]
    open_suggestions: Count | None
    last_pass: Time | None
    last_error: str | None
    last_error_time: Time | None
    written: Time
    beat: float
    boot: str


class Init(Values):
    """The config that was written, and what was found for it."""

    config: str
    roots: list[Path]
    digikam: str | None


class CheckState(StrEnum):
    """Only a problem has an exit status."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


class Finding(Values):
    """One thing that was checked."""

    subject: str
    state: CheckState
    message: str


class ModelFile(Values):
    """A file of a model; `path` is null where it is absent."""

    name: str
    size: Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    source: str
    path: Path | None


class Model(Values):
    """A model that can be used."""

    name: str
    kind: Literal["detector", "recogniser"]
    licence: str
    used: bool
    files: list[ModelFile]


class Installed(Values):
    """The files that were put there."""

    installed: list[Path]


class Network(Values):
    """How this machine computes a model; `likeness` is null where no reference answer is known."""

    name: str
    precision: str
    kernels: list[str]
    likeness: float | None


class Verified(Values):
    """The models in use."""

    verified: list[Path]
    networks: list[Network]


class ForgottenFolder(Values):
    """How many photos were forgotten below a folder."""

    folder: Path
    photos: Count


class KeptFolder(Values):
    """Why a folder was left as it is."""

    folder: Path
    reason: str


class Forgotten(Values):
    """Photos that are forgotten."""

    forgotten: Count
    folders: list[ForgottenFolder]
    kept: list[KeptFolder]


class Answer(Values):
    """An answer. `face`, `photo` and `region` are there where it is about a face."""

    answer: str
    number: Annotated[int, Field(ge=1)]
    moment: Time
    kind: AnswerKind
    source: AnswerSource
    person: str | None
    other: str = SOMETIMES
    born: str | None = SOMETIMES
    takes_back: str = SOMETIMES
    face: FaceId | None = SOMETIMES
    photo: Path = SOMETIMES
    region: Region = SOMETIMES


class ListedAnswer(Answer):
    """An answer, and whether it was taken back."""

    taken_back: bool


class OtherSide(Values):
    """What digiKam or metadata say."""

    source: AnnotationSource
    state: AnnotationState
    person: str | None


class Conflict(Values):
    """An answer that digiKam or metadata contradict."""

    photo: Path
    region: Region | None
    answered: AnnotationState
    person: str | None
    other: OtherSide


class ExportedFace(Values):
    """The face of an exported answer; `vector` is its embedding (16-bit floats, base64)."""

    content: str | None
    path: Path
    region: Region
    orientation: Annotated[int, Field(ge=1, le=8)]
    model: str | None
    vector: str | None


class ExportedAnswer(Values):
    """An answer as `answers import` takes it."""

    id: str
    number: Annotated[int, Field(ge=1)]
    command: str
    moment: Time
    kind: AnswerKind
    source: AnswerSource
    person: str = SOMETIMES
    other: str = SOMETIMES
    born: str = SOMETIMES
    takes_back: str = SOMETIMES
    follows: str = SOMETIMES
    checked: bool = SOMETIMES
    face: ExportedFace = SOMETIMES


class Imported(Values):
    """Answers that were taken over, and those that were here already."""

    new: Count
    known: Count


class Rejection(Values):
    """A name that a human took from a face."""

    id: int
    photo: Path
    region: Region
    person: str
    evidence: Evidence
    decided: Time


class ForgottenRejections(Values):
    """Rejections that were taken back, and those that cannot be."""

    forgotten: list[Rejection]
    kept: list[Rejection]


class ServiceInstalled(Values):
    """The unit that was written."""

    unit: Path
    service: str
    started: bool


class ServiceRemoved(Values):
    """The unit that was removed."""

    unit: Path
    service: str


class Error(Values):
    """Why a command ended, on standard error."""

    error: str
    exit_code: Annotated[int, Field(ge=0, le=5)]


class Progress(Values):
    """How far a command with --progress is, on standard error."""

    stage: str
    photo: Path | None
    done: Count
    total: Count
    names: Count
    per_minute: float | None
    seconds_left: float | None
