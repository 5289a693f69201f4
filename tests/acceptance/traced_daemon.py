"""The command, which notes through which files a photo goes: `python -m tests.acceptance.traced_daemon FILE COMMAND`.

At each step of `STEPS` the files of facedaemon on the call stack are kept, the latest for each step; at the end they
are in FILE. COMMAND begins with `python -m facedaemon`.
"""

import json
import sys
import threading
from pathlib import Path
from types import FrameType

import facedaemon

STEPS = {
    "watch/settle.py Settle.add": "noticed",
    "daemon/job_queue.py JobQueue.put": "queued",
    "vision/face_analyzer.py FaceAnalyzer.analyse": "analysed",
    "store/faces.py Faces.put": "remembered",
    "store/suggestions.py Suggestions.put": "matched",
    "sidecar/replace.py apply": "written",
}
_PACKAGE = f"{Path(facedaemon.__file__).parent}/"
_NAMES = {step.rsplit(".", 1)[-1].rsplit(" ", 1)[-1] for step in STEPS}


def main(file: Path, arguments: list[str]) -> None:
    """Run the command and write the file."""
    stacks: dict[str, list[str]] = {}

    def called(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or frame.f_code.co_name not in _NAMES:
            return
        function = frame.f_code.co_qualname
        step = STEPS.get(f"{frame.f_code.co_filename.removeprefix(_PACKAGE)} {function}")
        if step is not None:
            stacks[step] = _files(frame)

    threading.setprofile(called)
    sys.setprofile(called)
    sys.argv = ["facedaemon", *arguments]
    try:
        from facedaemon.cli import main as command  # noqa: PLC0415 - after the tracing began

        command()
    finally:
        sys.setprofile(None)
        file.write_text(json.dumps(stacks), encoding="utf-8")


def _files(frame: FrameType | None) -> list[str]:
    """The files of facedaemon from the thread's first function to this one."""
    found: list[str] = []
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_PACKAGE):
            found.append(name.removeprefix(_PACKAGE))
        frame = frame.f_back
    return found[::-1]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[5:])
