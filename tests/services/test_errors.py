"""The errors: one base, each fit for a person, each able to wait in the store."""

import json
import re

import pytest

from services import errors
from services.azure.filters import FilterReport, FilterState
from services.errors import Busy, ConfigError, Filtered, Problem, Refused, ServiceError, error_from_json

DETAILS = {
    "advice": "Wait.",
    "code": "429",
    "status": 429,
    "request_id": "r",
    "retry_after": 2.5,
    "param": "n",
    "body": "{}",
}
KINDS = [kind for direct in ServiceError.__subclasses__() for kind in (direct, *direct.__subclasses__())]
PLAIN = [kind for kind in KINDS if kind not in (ConfigError, Filtered)]


@pytest.mark.parametrize("kind", [ServiceError, *PLAIN])
def test_an_error_survives_the_store(kind: type[ServiceError]) -> None:
    error = kind("A sentence.", **DETAILS)
    again = error_from_json(json.loads(json.dumps(error.to_json())))
    assert (type(again), str(again), vars(again)) == (kind, "A sentence.", DETAILS)


def test_a_filtered_error_leaves_its_report_to_its_owner() -> None:
    error = Filtered("Blocked.", report=FilterReport(FilterState.PROMPT_BLOCKED), **DETAILS)
    again = error_from_json(json.loads(json.dumps(error.to_json())))
    assert (str(again), vars(again)) == ("Blocked.", DETAILS)


def test_an_unknown_kind_becomes_a_plain_error() -> None:
    assert type(error_from_json({"kind": "FromTheFuture", "message": "New."})) is ServiceError


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(kind.__name__ for kind in KINDS)


def test_the_details_are_optional() -> None:
    assert vars(Refused("No.")) == dict.fromkeys(DETAILS) | {"advice": "", "body": ""}
    assert Busy("Wait.", retry_after=1.0).retry_after == 1.0


def test_a_config_error_names_its_variables() -> None:
    error = ConfigError([Problem("A", "is missing", "Set it."), Problem("B", "is odd", "Mend it.")])
    assert str(error) == "The settings need attention: A, B."
    assert [problem.what for problem in error.problems] == ["is missing", "is odd"]
