"""The service module: everything a page may ask for, and the one place it imports from."""

from services.azure.families import EFFORTS, Family
from services.azure.filters import CLEAN, FilterReport, FilterState, Finding
from services.azure.headroom import Headroom, headroom
from services.azure.image_families import ImageFamily, size_problem
from services.azure.image_request import ImageRequest
from services.azure.logprobs import TokenScore, branch, branches, positions, token_bytes
from services.azure.retry import Wait
from services.azure.snapshots import Choice, TextSnapshot
from services.azure.text_request import (
    MAX_ALTERNATIVES,
    MAX_CHOICES,
    MAX_STOPS,
    CompletionRequest,
)
from services.azure.versions import Operation
from services.code import Snippet
from services.config import Deployment, Secret, Settings, address
from services.doctor import Check
from services.endpoint import is_loopback
from services.errors import (
    ConfigError,
    Filtered,
    Invalid,
    NotFound,
    OutcomeUnknown,
    Problem,
    ServiceError,
)
from services.facade import Services
from services.history import Entry, HistoryQuery, Outcome
from services.housekeeping import UNDO_S, DiskUse
from services.lessons import Lesson
from services.operations import OperationView, Poll, Slot
from services.own_connections import TypedConnection
from services.pictures import LEAST_FREE, MEDIA_TYPES, Variant
from services.runs import Run, RunState

__all__ = [
    "CLEAN",
    "EFFORTS",
    "LEAST_FREE",
    "MAX_ALTERNATIVES",
    "MAX_CHOICES",
    "MAX_STOPS",
    "MEDIA_TYPES",
    "UNDO_S",
    "Check",
    "Choice",
    "CompletionRequest",
    "ConfigError",
    "Deployment",
    "DiskUse",
    "Entry",
    "Family",
    "FilterReport",
    "FilterState",
    "Filtered",
    "Finding",
    "Headroom",
    "HistoryQuery",
    "ImageFamily",
    "ImageRequest",
    "Invalid",
    "Lesson",
    "NotFound",
    "Operation",
    "OperationView",
    "Outcome",
    "OutcomeUnknown",
    "Poll",
    "Problem",
    "Run",
    "RunState",
    "Secret",
    "ServiceError",
    "Services",
    "Settings",
    "Slot",
    "Snippet",
    "TextSnapshot",
    "TokenScore",
    "TypedConnection",
    "Variant",
    "Wait",
    "address",
    "branch",
    "branches",
    "headroom",
    "is_loopback",
    "positions",
    "size_problem",
    "token_bytes",
]
