"""The main job, which joins all other packages: list, analyse, read annotations, learn, match, publish.

A name is loaded when it is first used: `status` does not wait for the networks, and the daemon blocks its signals
before numpy is loaded.
"""

from typing import TYPE_CHECKING

from facedaemon.lazy_names import lazy_names

if TYPE_CHECKING:
    from facedaemon.pipeline.answered import photos_with_news, standing_beside
    from facedaemon.pipeline.answered_faces import AnsweredFaces
    from facedaemon.pipeline.answering import Answering, Answers, names_beginning
    from facedaemon.pipeline.check import check_setup
    from facedaemon.pipeline.command_paths import as_roots, must_be_a_photo, to_scan, to_undo
    from facedaemon.pipeline.daemon_record import (
        BEAT_SECONDS,
        DaemonRecord,
        DaemonState,
        iso_time,
        read_record,
        write_record,
    )
    from facedaemon.pipeline.daemon_status import DaemonStatus, read_daemon
    from facedaemon.pipeline.doubt_pages import DoubtPage
    from facedaemon.pipeline.evaluations import Comparison, Evaluation, past_evaluations, past_version
    from facedaemon.pipeline.explain import Explanation
    from facedaemon.pipeline.face_versions import FaceVersion, Statement, Weight, weigh
    from facedaemon.pipeline.forget import MissingPhotos, forget_missing
    from facedaemon.pipeline.group_pages import GroupPage
    from facedaemon.pipeline.group_views import GroupedFace, GroupView
    from facedaemon.pipeline.hand_over import hand_request_over
    from facedaemon.pipeline.library_snapshot import LibraryReader, change_token, news, note_problem
    from facedaemon.pipeline.list_photos import PhotoListing, list_changed
    from facedaemon.pipeline.mentions import Author, Mention
    from facedaemon.pipeline.one_pass import Everything, These, run_pass
    from facedaemon.pipeline.overview import Overview
    from facedaemon.pipeline.pages import Pages
    from facedaemon.pipeline.people_changed import is_about_people
    from facedaemon.pipeline.people_pages import PeoplePage, PersonDetails, PersonLine
    from facedaemon.pipeline.photo_lookup import PhotoLookup
    from facedaemon.pipeline.photo_pages import PhotoFace, PhotoPage
    from facedaemon.pipeline.photo_views import FacePicture, PhotoPlace
    from facedaemon.pipeline.progress import Pace, Progress, Reporter, follow
    from facedaemon.pipeline.publish import unpublished
    from facedaemon.pipeline.rebuild import rebuild_gallery, roll_back
    from facedaemon.pipeline.rectangles import OffFace
    from facedaemon.pipeline.rejections import Choice, forget_chosen, forget_requested
    from facedaemon.pipeline.reports import FaceView, RebuildReport, ScanReport, Step, UndoReport
    from facedaemon.pipeline.requests import Report, Request, RequestKind, Requests
    from facedaemon.pipeline.row_versions import put_other_row_versions
    from facedaemon.pipeline.scan import scan_folders, scan_photos
    from facedaemon.pipeline.session import Session, open_session
    from facedaemon.pipeline.setup import discovered, install_models, models_known, verified_models
    from facedaemon.pipeline.status import Presence, Status, read_status
    from facedaemon.pipeline.status_check import Level, Verdict, nagios, prometheus, verdict
    from facedaemon.pipeline.suggestion_pages import PersonPage, PicturedFace
    from facedaemon.pipeline.take_back import take_back_photo
    from facedaemon.pipeline.undo import is_known, undo_writes
    from facedaemon.pipeline.views import Doubt, Views
    from facedaemon.pipeline.written_pages import ShownAnswer, ShownRejection, ShownWrite, shown_answers
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "evaluations": ("Comparison", "Evaluation", "past_evaluations", "past_version"),
            "hand_over": ("hand_request_over",),
            "requests": ("Report", "Request", "RequestKind", "Requests"),
            "status_check": ("Level", "Verdict", "nagios", "prometheus", "verdict"),
            "daemon_status": ("DaemonStatus", "read_daemon"),
            "daemon_record": ("BEAT_SECONDS", "DaemonRecord", "DaemonState", "iso_time", "read_record", "write_record"),
            "answered_faces": ("AnsweredFaces",),
            "answering": ("Answering", "Answers", "names_beginning"),
            "answered": ("photos_with_news", "standing_beside"),
            "check": ("check_setup",),
            "command_paths": ("as_roots", "must_be_a_photo", "to_scan", "to_undo"),
            "face_versions": ("FaceVersion", "Statement", "Weight", "weigh"),
            "forget": ("MissingPhotos", "forget_missing"),
            "group_pages": ("GroupPage",),
            "group_views": ("GroupView", "GroupedFace"),
            "library_snapshot": ("LibraryReader", "change_token", "news", "note_problem"),
            "list_photos": ("PhotoListing", "list_changed"),
            "one_pass": ("Everything", "These", "run_pass"),
            "people_changed": ("is_about_people",),
            "progress": ("Pace", "Progress", "Reporter", "follow"),
            "publish": ("unpublished",),
            "rebuild": ("rebuild_gallery", "roll_back"),
            "rejections": ("Choice", "forget_chosen", "forget_requested"),
            "reports": ("FaceView", "RebuildReport", "ScanReport", "Step", "UndoReport"),
            "scan": ("scan_folders", "scan_photos"),
            "session": ("Session", "open_session"),
            "setup": ("discovered", "install_models", "models_known", "verified_models"),
            "status": ("Presence", "Status", "read_status"),
            "suggestion_pages": ("PersonPage", "PicturedFace"),
            "row_versions": ("put_other_row_versions",),
            "undo": ("is_known", "undo_writes"),
            "doubt_pages": ("DoubtPage",),
            "overview": ("Overview",),
            "people_pages": ("PeoplePage", "PersonDetails", "PersonLine"),
            "take_back": ("take_back_photo",),
            "written_pages": ("ShownAnswer", "ShownRejection", "ShownWrite", "shown_answers"),
            "explain": ("Explanation",),
            "rectangles": ("OffFace",),
            "views": ("Doubt", "Views"),
            "mentions": ("Author", "Mention"),
            "pages": ("Pages",),
            "photo_lookup": ("PhotoLookup",),
            "photo_pages": ("PhotoFace", "PhotoPage"),
            "photo_views": ("FacePicture", "PhotoPlace"),
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
