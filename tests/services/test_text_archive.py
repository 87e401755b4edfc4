"""What is kept of a text run comes back exactly as it was."""

import dataclasses
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services import Filtered, FilterReport, FilterState, Finding, ServiceError
from services.azure.logprobs import TokenScore
from services.azure.snapshots import Choice, TextSnapshot, Timing, Usage
from services.azure.text_request import CompletionRequest
from services.errors import BadReply, Busy, Invalid, OutcomeUnknown, Refused, Unreachable
from services.text_archive import (
    error_to_json,
    pack,
    request_from_json,
    request_to_json,
    restored_error,
    unpack,
)

ANY_TEXT = st.text(st.characters(codec=None), max_size=20)  # with NUL and lone surrogates
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
COUNT = st.none() | st.integers(0, 2**40)

FINDINGS = st.builds(
    Finding,
    side=st.sampled_from(["prompt", "completion", "image"]),
    category=st.none() | ANY_TEXT,
    severity=st.none() | ANY_TEXT,
    detected=st.none() | st.booleans(),
    filtered=st.booleans(),
    span=st.none() | st.tuples(st.integers(), st.integers()),
)
REPORTS = st.builds(
    FilterReport,
    state=st.sampled_from(FilterState),
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    checked_up_to=COUNT,
    message=ANY_TEXT,
)
SCORES = st.builds(
    TokenScore,
    token=ANY_TEXT,
    logprob=st.none() | NUMBER,
    alternatives=st.lists(st.tuples(ANY_TEXT, NUMBER), max_size=3).map(tuple),
    offset=st.integers(0, 2**31),
)
CHOICES = st.builds(
    Choice,
    index=st.integers(0, 127),
    text=ANY_TEXT,
    tokens=st.lists(SCORES, max_size=3).map(tuple),
    finish_reason=st.none() | ANY_TEXT,
    filter=REPORTS,
)
SNAPSHOTS = st.builds(
    TextSnapshot,
    choices=st.lists(CHOICES, max_size=3).map(tuple),
    prompt_filter=REPORTS,
    usage=st.builds(Usage, COUNT, COUNT),
    headers=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=3).map(tuple),
    timing=st.builds(Timing, st.none() | NUMBER, NUMBER),
    request_id=st.none() | ANY_TEXT,
    chunks=st.integers(0, 2**31),
    complete=st.booleans(),
)
REQUESTS = st.builds(
    CompletionRequest,
    deployment=ANY_TEXT,
    prompt=ANY_TEXT,
    system=st.none() | ANY_TEXT,
    temperature=st.none() | NUMBER,
    stop=st.lists(ANY_TEXT, max_size=4).map(tuple),
    logit_bias=st.lists(st.tuples(ANY_TEXT, NUMBER), max_size=3).map(tuple),
    seed=COUNT,
    chat=st.booleans(),
)


@given(SNAPSHOTS)
def test_a_snapshot_comes_back_as_it_was(snapshot: TextSnapshot) -> None:
    assert unpack(pack(snapshot)) == snapshot


@given(REQUESTS)
def test_a_request_comes_back_as_it_was(request: CompletionRequest) -> None:
    assert request_from_json(json.loads(json.dumps(request_to_json(request)))) == request


@given(
    st.sampled_from([ServiceError, Invalid, Unreachable, Refused, Busy, BadReply, OutcomeUnknown]),
    ANY_TEXT,
    st.fixed_dictionaries({"advice": ANY_TEXT, "body": ANY_TEXT, "status": COUNT, "code": ANY_TEXT}),
)
def test_an_error_comes_back_as_it_was(kind: type[ServiceError], message: str, details: Any) -> None:
    error = kind(message, **details)
    back = restored_error(json.loads(json.dumps(error_to_json(error))))
    assert (type(back), str(back), vars(back)) == (kind, message, vars(error))


@given(REPORTS)
def test_a_filtered_request_comes_back_with_its_report(report: FilterReport) -> None:
    error = Filtered("Blocked.", report=report, advice="Reword it.", code="content_filter", status=400)
    back = restored_error(json.loads(json.dumps(error_to_json(error))))
    assert (type(back), str(back), vars(back)) == (Filtered, "Blocked.", vars(error))


def test_no_field_is_forgotten() -> None:
    """Whoever adds a field to what is kept finds this list, and with it the archive."""
    fields = {
        kind.__name__: [field.name for field in dataclasses.fields(kind)]
        for kind in (TextSnapshot, Choice, TokenScore, Usage, Timing)
    }
    assert fields == {
        "TextSnapshot": [
            *("choices", "prompt_filter", "usage", "headers", "timing", "request_id", "chunks", "complete"),
        ],
        "Choice": ["index", "text", "tokens", "finish_reason", "filter"],
        "TokenScore": ["token", "logprob", "alternatives", "offset"],
        "Usage": ["prompt_tokens", "completion_tokens"],
        "Timing": ["first_text_s", "total_s"],
    }
