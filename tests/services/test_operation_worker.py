"""One image operation on its way out: sent once, whatever becomes of the answer."""

import threading
from typing import Any

import pytest

from services.errors import NotSaved
from services.store import Row
from tests.azure_bodies import (
    error,
    failed,
    operation,
    picture,
    prompt_blocked,
    submitted,
    succeeded,
)
from tests.azure_reply import Received, Reply
from tests.services.bench import OURS, Bench
from tests.services.following import KEY_1, KEY_2
from tests.upstream import Upstream


def test_an_operation_is_sent_once_polled_and_kept(bench: Bench, azure: Upstream) -> None:
    row = bench.work()
    assert (row["state"], row["error"], row["service_id"]) == ("succeeded", None, OURS)
    assert bench.originals() == [picture(0), picture(1)]
    (request,) = azure.bill
    assert request.headers["operation-id"] == OURS
    assert [poll["status"] for poll in row["polls"]] == ["notRunning", "succeeded"]
    assert [poll["http_status"] for poll in row["polls"]] == [202, 200]


def test_the_row_says_submitting_before_the_request_leaves(bench: Bench, azure: Upstream) -> None:
    seen: list[Row] = []

    def submit(request: Received) -> Reply:
        seen.append(bench.row)
        return submitted(OURS)

    azure.enqueue("submit", submit)
    bench.work()
    assert (seen[0]["state"], seen[0]["submitted_at"]) == ("submitting", 1_000.0)


def test_the_name_is_kept_before_the_first_poll(bench: Bench, azure: Upstream) -> None:
    seen: list[Row] = []

    def poll(request: Received) -> Reply:
        seen.append(bench.row)
        return Reply(200, succeeded(f"{azure.url}/pictures/0.png"))

    azure.enqueue("poll", poll)
    bench.work()
    assert (seen[0]["state"], seen[0]["service_id"]) == ("polling", OURS)


@pytest.mark.parametrize(
    "reply",
    [
        error("server_error", billed=True),
        Reply(502, "<html>Bad Gateway</html>", billed=True),
        Reply(504, "", billed=True),
        Reply(520, "", billed=True),
        error("timeout", billed=True),
        Reply(reset=True, billed=True),
        Reply.raw(b"", billed=True),
        Reply(202, "<html></html>"),
        Reply(202, {"id": OURS}),
        Reply(202, {"status": "notRunning"}),
        Reply(202, {"id": "../..", "status": "notRunning"}),
        Reply(202, {"id": OURS, "status": "notRunning"}, stop_after=5),
    ],
)
def test_an_accepted_submit_whose_answer_was_lost_is_found_and_not_repeated(
    bench: Bench, azure: Upstream, reply: Reply
) -> None:
    azure.enqueue("submit", reply)
    assert bench.work()["state"] == "succeeded"
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 1)
    assert azure.received("poll")[0].path.endswith(OURS)


@pytest.mark.parametrize(
    "reply", [error("server_error"), Reply(502, ""), error("timeout"), Reply(reset=True), Reply.raw(b"")]
)
def test_a_submit_that_nobody_remembers_is_unknown_and_not_repeated(
    bench: Bench, azure: Upstream, reply: Reply
) -> None:
    azure.enqueue("submit", reply)
    row = bench.work()
    assert (row["state"], row["error"]["kind"]) == ("unknown", "OutcomeUnknown")
    assert "may have been accepted" in row["error"]["message"] and "billed" in row["error"]["advice"]
    assert len(azure.received("submit")) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "sentence"),
    [
        (error("rate_limit"), "Busy", "The service is over its request limit."),
        (Reply(503, ""), "Busy", "The service is failing (status 503)."),
        (error("no_deployment"), "Refused", "The service knows no deployment of this name."),
        (error("not_found"), "Refused", "The service has nothing at this address."),
        (error("firewall"), "Refused", "The resource does not admit this machine."),
        (error("bad_version"), "Refused", "The service does not support this api-version here."),
        (
            error("resource_blocked"),
            "Filtered",
            "The whole resource is blocked. This prompt is not at fault.",
        ),
        (prompt_blocked(), "Filtered", "The content filter blocked this prompt. Nothing was generated."),
    ],
)
def test_a_submit_that_was_refused_has_failed(
    bench: Bench, azure: Upstream, reply: Reply, kind: str, sentence: str
) -> None:
    azure.enqueue("submit", reply)
    row = bench.work()
    assert (row["state"], row["error"]["kind"], row["error"]["message"]) == ("failed", kind, sentence)
    assert (len(azure.requests), bool(row["filter"])) == (1, kind == "Filtered")


def test_a_service_that_cannot_be_reached_was_sent_nothing(bench: Bench, azure: Upstream) -> None:
    azure.close()
    row = bench.work()
    assert (row["state"], row["error"]["kind"], azure.requests) == ("failed", "Unreachable", ())


def test_a_refused_key_costs_one_request_more(bench: Bench, azure: Upstream) -> None:
    azure.enqueue("submit", error("wrong_key"))
    assert bench.work()["state"] == "succeeded"
    assert [request.headers["api-key"] for request in azure.received("submit")] == [KEY_1, KEY_2]
    assert len(azure.bill) == 1


def test_two_refused_keys_end_it(bench: Bench, azure: Upstream) -> None:
    azure.keys = ["another"]
    row = bench.work()
    assert (row["state"], row["error"]["message"]) == ("failed", "The service refused both keys.")
    assert len(azure.requests) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["{spy}/openai/images/generations:submit", "//[::1", "\\\\x", ""])
def test_a_redirected_submit_fails_in_words(
    bench: Bench, azure: Upstream, spy: Upstream, status: int, where: str
) -> None:
    azure.enqueue("submit", Reply(status, b"", {"location": where.format(spy=spy.url)}))
    row = bench.work()
    assert (row["state"], row["error"]["message"]) == (
        "failed",
        "The service answered with an unexpected redirect.",
    )
    assert (len(azure.requests), spy.requests) == (1, ())


@pytest.mark.parametrize(
    "locations",
    [
        ["{spy}/openai/operations/images/op-1?api-version=1"],
        ["http://user:pass@127.0.0.1:1/openai/operations/images/op-1"],
        ["/openai/operations/images/op-1"],
        ["//{host}/openai/operations/images/op-1"],
        ["{azure}\\@{host}/op-1"],
        ["{spy}/openai/operations/images/op-1", "{azure}/openai/operations/images/op-1"],
        ["http://[::1"],
        ["{azure}.evil.example/openai/operations/images/op-1"],
        ["{azure}@{host}/openai/operations/images/op-1"],
        ["x" * 5_000],
        [""],
        [],
    ],
)
def test_wherever_the_location_points_polling_stays_at_home(
    bench: Bench, azure: Upstream, spy: Upstream, locations: list[str]
) -> None:
    names = {"spy": spy.url, "azure": azure.url, "host": spy.url.removeprefix("http://")}
    azure.enqueue("submit", submitted("op-1", *(where.format(**names) for where in locations)))
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/0.png"))
    assert (bench.work()["state"], spy.requests) == ("succeeded", ())
    assert [poll.path for poll in azure.received("poll")] == ["/openai/operations/images/op-1"]
    assert (bench.row["notice"] or "").startswith("The service named a place outside") == bool(locations)


@pytest.mark.parametrize(
    "location",
    [
        "{azure}/openai/operations/images/op-1?api-version=2099-01-01",
        "{azure}/openai/dalle/operations/images/op-1",
        "{azure}/openai/dalle/operations/images/%2e%2e",
    ],
)
def test_a_location_at_home_is_asked_in_our_own_way(bench: Bench, azure: Upstream, location: str) -> None:
    azure.enqueue("submit", submitted("op-1", location.format(azure=azure.url)))
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/0.png"))
    assert (bench.work()["state"], bench.row["notice"]) == ("succeeded", None)
    assert [poll.target for poll in azure.received("poll")] == [
        "/openai/operations/images/op-1?api-version=2023-06-01-preview"
    ]


# -- taking over


def test_an_operation_found_submitting_is_asked_for_and_never_sent(bench: Bench, azure: Upstream) -> None:
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/0.png"), succeeded(f"{azure.url}/pictures/0.png"))
    bench.add("submitting", submitted_at=990.0)
    assert bench.carry_out()["state"] == "succeeded"
    assert azure.received("submit") == () and azure.received("poll")[0].path.endswith(OURS)


@pytest.mark.parametrize(
    "reply", [error("not_found"), error("server_error"), Reply(reset=True), Reply(200, "x")]
)
def test_an_operation_found_submitting_that_nobody_knows_is_unknown(
    bench: Bench, azure: Upstream, reply: Reply
) -> None:
    azure.enqueue("poll", reply)
    bench.add("submitting", submitted_at=990.0)
    assert bench.carry_out()["state"] == "unknown"
    assert azure.received("submit") == () and len(azure.requests) == 1


@pytest.mark.parametrize("state", ["polling", "saving"])
def test_an_operation_found_under_way_goes_on(bench: Bench, azure: Upstream, state: str) -> None:
    azure.enqueue("poll", succeeded(f"{azure.url}/pictures/3.png"))
    bench.add(state, submitted_at=990.0, service_id="op-7")
    assert bench.carry_out()["state"] == "succeeded"
    assert azure.received("submit") == () and azure.received("poll")[0].path.endswith("/op-7")
    assert bench.originals() == [picture(3)]


def test_the_late_answer_of_a_worker_that_only_stalled_still_counts(bench: Bench, azure: Upstream) -> None:
    states: list[str] = []

    def submit(request: Received) -> Reply:
        azure.enqueue("poll", error("not_found"))  # it is not known yet, when the other one asks
        states.append(bench.take_over()["state"])
        return submitted(OURS)

    azure.enqueue("submit", submit)
    assert (bench.work()["state"], states) == ("succeeded", ["unknown"])
    assert bench.row["error"] is None and bench.originals() == [picture(0), picture(1)]
    assert (len(azure.received("submit")), len(azure.bill)) == (1, 1)


def test_a_late_answer_changes_nothing_where_another_has_found_the_operation(
    bench: Bench, azure: Upstream
) -> None:
    ends: list[Row] = []

    def submit(request: Received) -> Reply:
        azure.enqueue("poll", operation("running", OURS), succeeded(f"{azure.url}/pictures/5.png"))
        ends.append(bench.take_over())
        return submitted("another-id")

    azure.enqueue("submit", submit)
    assert bench.work() == ends[0] and bench.originals() == [picture(5)]
    assert len(azure.received("poll")) == 2


def test_a_worker_that_lost_the_operation_while_it_polled_leaves_it_alone(
    bench: Bench, azure: Upstream
) -> None:
    ends: list[Row] = []

    def poll(request: Received) -> Reply:
        azure.enqueue("poll", succeeded(f"{azure.url}/pictures/5.png"))
        ends.append(bench.take_over())
        return Reply(200, failed())

    azure.enqueue("poll", poll)
    assert bench.work() == ends[0]
    assert (bench.row["state"], bench.originals()) == ("succeeded", [picture(5)])


def test_an_answer_that_the_disk_refuses_is_kept_as_soon_as_there_is_space(
    bench: Bench, azure: Upstream
) -> None:
    space = threading.Event()
    row_step, refused = bench.store.step, threading.Event()

    def step(id: str, **values: Any) -> bool:
        if values.get("state") == "polling" and not space.is_set():
            refused.set()
            raise NotSaved("full")
        return row_step(id, **values)

    bench.store.step = step  # type: ignore[method-assign]
    bench.add()
    working = threading.Thread(target=bench.carry_out)
    working.start()
    assert refused.wait(8)
    space.set()
    working.join(8)
    assert (bench.row["state"], len(azure.bill)) == ("succeeded", 1)


def test_an_operation_canceled_a_moment_ago_is_not_sent(bench: Bench, azure: Upstream) -> None:
    bench.add()
    row = bench.store.claim("worker", 60) or {}
    bench.store.step("a", was=("queued",), state="canceled")
    bench.worker.carry_out(row)
    assert (bench.row["state"], azure.requests) == ("canceled", ())


def test_a_closing_server_leaves_the_operation_where_it_is(bench: Bench, azure: Upstream) -> None:
    azure.enqueue("poll", lambda _: bench.worker.rest() or Reply(200, operation()))
    assert bench.work()["state"] == "polling"
    assert bench.row["next_poll_at"] > bench.now
