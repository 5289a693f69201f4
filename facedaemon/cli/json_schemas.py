"""The JSON Schema (draft 2020-12) of each command's output, made from `json_output`.

`python -m facedaemon.cli.json_schemas` writes docs/schemas and their table in docs/reference.md, below the folder in
which it is called; `make reference` does so.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from facedaemon.cli.json_output import accuracy, answers, common, faces, setup, status, work

SCHEMAS, REFERENCE = Path("docs/schemas"), Path("docs/reference.md")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_BEGIN, _END = "<!-- schemas, written by `make reference` -->\n", "<!-- end of the schemas -->\n"


@dataclass(frozen=True)
class Printed:
    """What is printed: the name of its schema's file, its type, and whether it is a line each or one object."""

    schema: str
    kind: Any
    is_list: bool = False


ANSWER = Printed("answer", answers.Answer, is_list=True)
REJECTION = Printed("rejection", answers.Rejection, is_list=True)

PRINTED = {
    "scan": Printed("scan", work.Scan),
    "rebuild": Printed("rebuild", work.Rebuild),
    "rollback": Printed("rollback", work.Rollback),
    "undo": Printed("undo", work.Undo),
    "review": Printed("review", work.Review),
    "suggestions": Printed("suggestion", faces.Suggestion, is_list=True),
    "faces": Printed("face", faces.Face, is_list=True),
    "groups": Printed("group", faces.Group, is_list=True),
    "groups GROUP": Printed("group", faces.Group),
    "people": Printed("person", faces.Person, is_list=True),
    "people rename": ANSWER,
    "people merge": ANSWER,
    "people hide": ANSWER,
    "people birth": ANSWER,
    "samples": Printed("sample", faces.Sample, is_list=True),
    "explain": Printed("explanation", faces.Explanation, is_list=True),
    "audit": Printed("doubt", accuracy.Doubt, is_list=True),
    "audit --pairs": Printed("pair", faces.PairOfPeople, is_list=True),
    "evaluate": Printed("evaluation", accuracy.Measured),
    "evaluate --history": Printed("former-evaluation", accuracy.FormerlyMeasured, is_list=True),
    "status": Printed("status", status.Status),
    "status --check": Printed("status-check", status.StatusChecked | status.StatusUnknown),
    "init": Printed("init", setup.Init),
    "check": Printed("finding", setup.Finding, is_list=True),
    "models list": Printed("model", setup.Model, is_list=True),
    "models install": Printed("models-install", setup.Installed),
    "models verify": Printed("models-verify", setup.Verified),
    "forget": Printed("forget", work.Forgotten),
    "confirm": ANSWER,
    "name": ANSWER,
    "reject": ANSWER,
    "ignore": ANSWER,
    "draw": ANSWER,
    "not-a-face": ANSWER,
    "unsay": ANSWER,
    "answers": Printed("listed-answer", answers.ListedAnswer, is_list=True),
    "answers --conflicts": Printed("conflict", answers.Conflict, is_list=True),
    "answers export": Printed("exported-answer", answers.ExportedAnswer, is_list=True),
    "answers import": Printed("answers-import", answers.Imported),
    "rejections": REJECTION,
    "rejections list": REJECTION,
    "rejections forget": Printed("rejections-forget", answers.ForgottenRejections),
    "install-service": Printed("install-service", setup.ServiceInstalled),
    "uninstall-service": Printed("uninstall-service", setup.ServiceRemoved),
}
"""By command; with an option where that changes what is printed."""

BESIDE = {
    "an error": Printed("error", common.Error),
    "--progress": Printed("progress", common.Progress, is_list=True),
    "daemon.json": Printed("daemon-file", status.DaemonFile),
}
"""What is not a result: on standard error, and the daemon's file."""


def schema_of(printed: Printed) -> dict[str, Any]:
    """The schema of one object, or of one line."""
    made = TypeAdapter(printed.kind).json_schema()
    return {"$schema": DIALECT, **{key: _plain(value) for key, value in made.items()}}


def files() -> dict[str, str]:
    """The text of each file of docs/schemas, by name."""
    known = {printed.schema: printed for printed in (*PRINTED.values(), *BESIDE.values())}
    return {
        f"{name}.json": json.dumps(schema_of(printed), indent=1, ensure_ascii=False) + "\n"
        for name, printed in sorted(known.items())
    }


def with_schemas(reference: str) -> str:
    """`docs/reference.md` with the table of the schemas between its two marks. Raises ValueError without them."""
    before, _, rest = reference.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{REFERENCE}: the marks of the schemas are missing")
    rows = "".join(
        f"| `{name}` | {'a line each' if printed.is_list else 'one object'} |"
        f" [{printed.schema}.json](schemas/{printed.schema}.json) |\n"
        for name, printed in {**PRINTED, **BESIDE}.items()
    )
    return f"{before}{_BEGIN}| command | prints | schema |\n|---|---|---|\n{rows}{_END}{after}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - as JSON has it
    """Without the titles that repeat the keys, and without defaults: a key that is absent has no value."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {name: _plain(each) for name, each in inner.items()} if key in {"properties", "$defs"} else _plain(inner)
        for key, inner in value.items()
        if key not in {"title", "default"}
    }


if __name__ == "__main__":
    SCHEMAS.mkdir(exist_ok=True)
    made = files()
    for old in SCHEMAS.glob("*.json"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
    REFERENCE.write_text(with_schemas(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
