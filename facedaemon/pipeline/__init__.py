"""The main job, which joins all other packages: list, analyse, read annotations, learn, match, publish.

A name is loaded when it is first used: `status` does not wait for the networks, and the daemon blocks its signals
before numpy is loaded.
"""

from typing import TYPE_CHECKING

from facedaemon.lazy_names import lazy_names

if TYPE_CHECKING:
    from facedaemon.pipeline.annotations.answered import photos_with_news, standing_beside
    from facedaemon.pipeline.annotations.row_versions import put_other_row_versions
    from facedaemon.pipeline.answering.answers import Answering, Answers
    from facedaemon.pipeline.answering.known_names import names_beginning
    from facedaemon.pipeline.answering.past_answers import PastAnswers
    from facedaemon.pipeline.command_paths import as_roots, must_be_a_photo, to_scan, to_undo
    from facedaemon.pipeline.library_problem import note_problem
    from facedaemon.pipeline.library_snapshot import LibraryReader, change_token, news
    from facedaemon.pipeline.list_photos import PhotoListing, list_changed
    from facedaemon.pipeline.one_pass import Everything, These, run_pass
    from facedaemon.pipeline.people.people_changed import is_about_people
    from facedaemon.pipeline.progress import Pace, Progress, Reporter, follow
    from facedaemon.pipeline.publish import unpublished
    from facedaemon.pipeline.reading.answered_faces import AnsweredFaces
    from facedaemon.pipeline.reading.doubt_pages import DoubtPage
    from facedaemon.pipeline.reading.doubts import Doubt
    from facedaemon.pipeline.reading.evaluations import Comparison, Evaluation, past_evaluations, past_version
    from facedaemon.pipeline.reading.explain import Explanation
    from facedaemon.pipeline.reading.face_versions import FaceVersion, Statement, Weight, weigh
    from facedaemon.pipeline.reading.group_pages import GroupPage
    from facedaemon.pipeline.reading.group_views import GroupedFace, GroupView
    from facedaemon.pipeline.reading.mentions import Author, Mention
    from facedaemon.pipeline.reading.overview import Overview
    from facedaemon.pipeline.reading.pages import Pages
    from facedaemon.pipeline.reading.people_pages import PeoplePage, PersonDetails, PersonLine
    from facedaemon.pipeline.reading.photo_lookup import PhotoLookup
    from facedaemon.pipeline.reading.photo_pages import PhotoFace, PhotoPage
    from facedaemon.pipeline.reading.photo_views import FacePicture, PhotoPlace
    from facedaemon.pipeline.reading.rectangles import OffFace
    from facedaemon.pipeline.reading.suggestion_pages import PersonPage, PicturedFace
    from facedaemon.pipeline.reading.views import Views
    from facedaemon.pipeline.reading.written_pages import ShownAnswer, ShownRejection, ShownWrite, shown_answers
    from facedaemon.pipeline.rebuild import rebuild_gallery, roll_back
    from facedaemon.pipeline.reports import FaceView, RebuildReport, ScanReport, Step, UndoReport
    from facedaemon.pipeline.scan import scan_folders, scan_photos
    from facedaemon.pipeline.service.daemon_record import (
        BEAT_SECONDS,
        DaemonRecord,
        DaemonState,
        iso_time,
        read_record,
        write_record,
    )
    from facedaemon.pipeline.service.daemon_status import DaemonStatus, read_daemon
    from facedaemon.pipeline.service.forget_missing import MissingPhotos, forget_below, forget_missing
    from facedaemon.pipeline.service.forget_rejections import Choice, forget_chosen, forget_requested
    from facedaemon.pipeline.service.hand_over import hand_request_over
    from facedaemon.pipeline.service.requests import Report, Request, RequestKind, Requests
    from facedaemon.pipeline.service.status import Presence, Status, read_status
    from facedaemon.pipeline.service.status_check import Level, Verdict, nagios, prometheus, verdict
    from facedaemon.pipeline.service.take_back import take_back_photo
    from facedaemon.pipeline.session import Session, open_session
    from facedaemon.pipeline.setup.check import check_setup
    from facedaemon.pipeline.setup.models import discovered, install_models, models_known, verified_models
    from facedaemon.pipeline.undo import is_known, undo_writes
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "reading.evaluations": ("Comparison", "Evaluation", "past_evaluations", "past_version"),
            "service.hand_over": ("hand_request_over",),
            "service.requests": ("Report", "Request", "RequestKind", "Requests"),
            "service.status_check": ("Level", "Verdict", "nagios", "prometheus", "verdict"),
            "service.daemon_status": ("DaemonStatus", "read_daemon"),
            "service.daemon_record": (
                "BEAT_SECONDS",
                "DaemonRecord",
                "DaemonState",
                "iso_time",
                "read_record",
                "write_record",
            ),
            "reading.answered_faces": ("AnsweredFaces",),
            "answering.answers": ("Answering", "Answers"),
            "answering.known_names": ("names_beginning",),
            "answering.past_answers": ("PastAnswers",),
            "annotations.answered": ("photos_with_news", "standing_beside"),
            "setup.check": ("check_setup",),
            "command_paths": ("as_roots", "must_be_a_photo", "to_scan", "to_undo"),
            "reading.face_versions": ("FaceVersion", "Statement", "Weight", "weigh"),
            "reading.group_pages": ("GroupPage",),
            "reading.group_views": ("GroupView", "GroupedFace"),
            "library_snapshot": ("LibraryReader", "change_token", "news"),
            "library_problem": ("note_problem",),
            "list_photos": ("PhotoListing", "list_changed"),
            "one_pass": ("Everything", "These", "run_pass"),
            "people.people_changed": ("is_about_people",),
            "progress": ("Pace", "Progress", "Reporter", "follow"),
            "publish": ("unpublished",),
            "rebuild": ("rebuild_gallery", "roll_back"),
            "service.forget_missing": ("MissingPhotos", "forget_below", "forget_missing"),
            "service.forget_rejections": ("Choice", "forget_chosen", "forget_requested"),
            "reports": ("FaceView", "RebuildReport", "ScanReport", "Step", "UndoReport"),
            "scan": ("scan_folders", "scan_photos"),
            "session": ("Session", "open_session"),
            "setup.models": ("discovered", "install_models", "models_known", "verified_models"),
            "service.status": ("Presence", "Status", "read_status"),
            "reading.suggestion_pages": ("PersonPage", "PicturedFace"),
            "annotations.row_versions": ("put_other_row_versions",),
            "undo": ("is_known", "undo_writes"),
            "reading.doubt_pages": ("DoubtPage",),
            "reading.overview": ("Overview",),
            "reading.people_pages": ("PeoplePage", "PersonDetails", "PersonLine"),
            "service.take_back": ("take_back_photo",),
            "reading.written_pages": ("ShownAnswer", "ShownRejection", "ShownWrite", "shown_answers"),
            "reading.explain": ("Explanation",),
            "reading.rectangles": ("OffFace",),
            "reading.doubts": ("Doubt",),
            "reading.views": ("Views",),
            "reading.mentions": ("Author", "Mention"),
            "reading.pages": ("Pages",),
            "reading.photo_lookup": ("PhotoLookup",),
            "reading.photo_pages": ("PhotoFace", "PhotoPage"),
            "reading.photo_views": ("FacePicture", "PhotoPlace"),
        },
    )

__all__ = [
    "BEAT_SECONDS",
    "AnsweredFaces",
    "Answering",
    "Answers",
    "Author",
    "Choice",
    "Comparison",
    "DaemonRecord",
    "DaemonState",
    "DaemonStatus",
    "Doubt",
    "DoubtPage",
    "Evaluation",
    "Everything",
    "Explanation",
    "FacePicture",
    "FaceVersion",
    "FaceView",
    "GroupPage",
    "GroupView",
    "GroupedFace",
    "Level",
    "LibraryReader",
    "Mention",
    "MissingPhotos",
    "OffFace",
    "Overview",
    "Pace",
    "Pages",
    "PastAnswers",
    "PeoplePage",
    "PersonDetails",
    "PersonLine",
    "PersonPage",
    "PhotoFace",
    "PhotoListing",
    "PhotoLookup",
    "PhotoPage",
    "PhotoPlace",
    "PicturedFace",
    "Presence",
    "Progress",
    "RebuildReport",
    "Report",
    "Reporter",
    "Request",
    "RequestKind",
    "Requests",
    "ScanReport",
    "Session",
    "ShownAnswer",
    "ShownRejection",
    "ShownWrite",
    "Statement",
    "Status",
    "Step",
    "These",
    "UndoReport",
    "Verdict",
    "Views",
    "Weight",
    "as_roots",
    "change_token",
    "check_setup",
    "discovered",
    "follow",
    "forget_below",
    "forget_chosen",
    "forget_missing",
    "forget_requested",
    "hand_request_over",
    "install_models",
    "is_about_people",
    "is_known",
    "iso_time",
    "list_changed",
    "models_known",
    "must_be_a_photo",
    "nagios",
    "names_beginning",
    "news",
    "note_problem",
    "open_session",
    "past_evaluations",
    "past_version",
    "photos_with_news",
    "prometheus",
    "put_other_row_versions",
    "read_daemon",
    "read_record",
    "read_status",
    "rebuild_gallery",
    "roll_back",
    "run_pass",
    "scan_folders",
    "scan_photos",
    "shown_answers",
    "standing_beside",
    "take_back_photo",
    "to_scan",
    "to_undo",
    "undo_writes",
    "unpublished",
    "verdict",
    "verified_models",
    "weigh",
    "write_record",
]
