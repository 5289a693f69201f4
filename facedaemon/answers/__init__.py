"""What humans answer in facedaemon itself: one file that is only added to, and what follows from it."""

from facedaemon.answers.answer_file import FILE_NAME, FileState, file_state, looked_at
from facedaemon.answers.lines import NotAnAnswer, from_line, to_line
from facedaemon.answers.log import AnsweredMeanwhile, AnswerLog, Imported, readable
from facedaemon.answers.model import ABOUT_FACES, Answer, AnswerKind, AnswerSource, FacePlace, Saying
from facedaemon.answers.renames import Renames, RenamesSince
from facedaemon.answers.rules import FaceAnswer, Standing, active, in_frame, last_commands

__all__ = [
    "ABOUT_FACES",
    "FILE_NAME",
    "Answer",
    "AnswerKind",
    "AnswerLog",
    "AnswerSource",
    "AnsweredMeanwhile",
    "FaceAnswer",
    "FacePlace",
    "FileState",
    "Imported",
    "NotAnAnswer",
    "Renames",
    "RenamesSince",
    "Saying",
    "Standing",
    "active",
    "file_state",
    "from_line",
    "in_frame",
    "last_commands",
    "looked_at",
    "readable",
    "to_line",
]
