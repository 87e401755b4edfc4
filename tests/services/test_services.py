"""The service module end to end: what a page asks for, over real sockets, on a real disk."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import services as exported
from services import (
    CompletionRequest,
    ConfigError,
    Filtered,
    FilterState,
    ImageRequest,
    Invalid,
    NotFound,
    Run,
    RunState,
    Services,
    TextSnapshot,
)
from services.errors import BadReply, Busy, OutcomeUnknown, Refused, ServiceError, Unreachable
from services.pictures.files import LOST
from tests.azure_bodies import (
    chunk,
    error,
    error_chunk,
    picture,
    prompt_blocked,
    prompt_chunk,
    safety,
    sse,
    token_refused,
    usage_chunk,
)
from tests.azure_reply import WHOLE, Reply
from tests.services.following import KEY_1, KEY_2, ME, OTHER, ended, finished, on_disk, strings, wait
from tests.services.test_store import full_disk
from tests.upstream import Upstream

ASK = CompletionRequest(deployment="text", prompt="Hi")
DRAW = ImageRequest(prompt="A cat", n=2, size="256x256")
Start = Callable[..., Services]


def complete(services: Services, azure: Upstream, *replies: Reply, **changes: Any) -> Run[TextSnapshot]:
    azure.enqueue("completions", *replies)
    request = CompletionRequest(**{"deployment": "text", "prompt": "Hi", **changes})
    return ended(services.complete(ME, request))


def texts(run: Run[TextSnapshot]) -> list[str]:
    return [choice.text for choice in run.value.choices]


# -- completions


def test_a_completion_from_press_to_end(services: Services, azure: Upstream) -> None:
    run = complete(services, azure, logprobs=2)
    assert (run.state, run.error, texts(run)) == (RunState.DONE, None, [" Hello from the fake"])
    value = run.value
    assert (value.choices[0].finish_reason, len(value.choices[0].tokens), value.chunks) == ("stop", 4, 4)
    assert value.request_id and value.timing.total_s >= (value.timing.first_text_s or 0) > 0
    assert azure.requests[0].query == {"api-version": "2022-06-01-preview"}
    assert services.run(ME, run.id) is run


def test_a_request_may_name_its_version(services: Services, azure: Upstream) -> None:
    complete(services, azure, api_version="2024-10-21")
    assert azure.requests[0].query == {"api-version": "2024-10-21"}


def test_what_would_be_refused_is_never_sent(services: Services, azure: Upstream) -> None:
    with pytest.raises(Invalid):
        services.complete(ME, CompletionRequest(deployment="text", prompt=""))
    assert (azure.requests, services._runs.active) == ((), 0)


def test_several_choices_come_interleaved(services: Services, azure: Upstream) -> None:
    run = complete(services, azure, n=3)
    assert texts(run) == [" Hello from the fake"] * 3
    words = [chunk(f" {word}{index}", index) for word in "abc" for index in (2, 0, 1)]
    run = complete(services, azure, sse(*words), n=3)
    assert texts(run) == [" a0 b0 c0", " a1 b1 c1", " a2 b2 c2"]


def test_a_gateway_that_does_not_stream_is_understood(services: Services, azure: Upstream) -> None:
    run = complete(services, azure, Reply(200, chunk(" Hi", finish="stop") | {"usage": {"prompt_tokens": 3}}))
    assert (run.state, texts(run), run.value.usage.prompt_tokens) == (RunState.DONE, [" Hi"], 3)


def test_a_run_can_be_followed_while_it_is_written(services: Services, azure: Upstream) -> None:
    gate = threading.Event()

    def pieces() -> Any:
        yield from sse(chunk(" Hello"), done=False).pieces or ()
        gate.wait(5)
        yield from sse(chunk(" you")).pieces or ()

    azure.enqueue("completions", Reply(200, headers={"content-type": "text/event-stream"}, pieces=pieces()))
    run = services.complete(ME, ASK)
    seen = []
    for value in run.changes(lambda: 0):
        if value.choices:
            seen.append(value.choices[0].text)
            gate.set()
    assert list(dict.fromkeys(seen)) == [" Hello", " Hello you"]


STREAM_ENDS = [
    (sse(chunk(" Hello"), chunk("", finish="stop"), done=False), RunState.DONE, None),
    (sse(chunk(" Hello")), RunState.DONE, None),
    (sse(chunk(" Hello"), done=False), RunState.INCOMPLETE, None),
    (sse(chunk(" Hello"), b'data: {"choices": [{"te', done=False), RunState.INCOMPLETE, None),
    (sse(chunk(" Hello"), done=False, stop_after=WHOLE), RunState.INCOMPLETE, OutcomeUnknown),
    (sse(chunk(" Hello"), done=False, stop_after=WHOLE, reset=True), RunState.INCOMPLETE, OutcomeUnknown),
    (sse(chunk(" Hello"), error_chunk(), chunk(" lost")), RunState.INCOMPLETE, Busy),
    (sse(chunk(" Hello"), error_chunk("No.", "content_filter")), RunState.INCOMPLETE, Filtered),
    (sse(chunk(" Hello"), "{not json"), RunState.INCOMPLETE, BadReply),
    (sse(chunk(" Hello"), '{"choices": NaN}'), RunState.INCOMPLETE, BadReply),
]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(("reply", "state", "kind"), STREAM_ENDS)
def test_however_a_stream_ends_its_text_is_kept(
    services: Services,
    azure: Upstream,
    reply: Reply,
    state: RunState,
    kind: type[ServiceError] | None,
    together: bool,
) -> None:
    whole = replace(reply, pieces=[b"".join(reply.pieces or ())])  # then it comes in one read
    run = complete(services, azure, whole if together else reply)
    assert (run.state, texts(run)) == (state, [" Hello"])
    assert type(run.error) is (kind or type(None))
    assert len(azure.requests) == 1  # never tried again by itself


def test_a_stream_broken_at_any_byte_keeps_what_came(services: Services, azure: Upstream) -> None:
    data = b"".join(sse(chunk(" Hello"), chunk(" you", finish="stop")).pieces or ())
    seen = set()
    for at in range(0, len(data), 13):
        run = complete(
            services,
            azure,
            Reply(200, headers={"content-type": "text/event-stream"}, pieces=[data], stop_after=at),
        )
        text = "".join(texts(run))
        assert " Hello you".startswith(text), at
        assert run.state is (RunState.INCOMPLETE if text else RunState.FAILED), at
        seen.add(text)
    assert seen == {"", " Hello", " Hello you"}


def test_an_annotation_after_the_finish_reason_is_read(services: Services, azure: Upstream) -> None:
    hit = {"protected_material_text": {"filtered": True, "detected": True}}
    late = chunk(None, filters=hit, offsets=(198, 44, 198))
    run = complete(services, azure, sse(chunk(" Hello"), chunk("", finish="stop"), late, usage_chunk(3, 4)))
    report = run.value.choices[0].filter
    assert (run.state, report.state, report.checked_up_to) == (RunState.DONE, FilterState.ANSWER_CUT, 196)
    assert report.findings[0].span == (42, 196)
    assert run.value.usage.completion_tokens == 4


def test_a_cut_answer_is_done_and_says_so(services: Services, azure: Upstream) -> None:
    cut = chunk("", finish="content_filter", filters=safety(violence="high"))
    run = complete(services, azure, sse(prompt_chunk(), chunk(" Hello"), cut))
    assert (run.state, run.error, texts(run)) == (RunState.DONE, None, [" Hello"])
    assert run.value.choices[0].filter.state is FilterState.ANSWER_CUT
    assert run.value.prompt_filter.state is FilterState.CLEAN and run.value.prompt_filter.findings


@pytest.mark.parametrize("spelling", ["innererror", "inner_error"])
def test_a_blocked_prompt_fails_with_its_findings(services: Services, azure: Upstream, spelling: str) -> None:
    run = complete(services, azure, prompt_blocked(spelling))
    assert run.state is RunState.FAILED and isinstance(run.error, Filtered)
    assert run.error.report.state is FilterState.PROMPT_BLOCKED
    assert [found.category for found in run.error.report.findings if found.filtered] == ["jailbreak"]
    assert len(azure.requests) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "wait_s"),
    [
        (error("resource_blocked"), Filtered, None),
        (error("no_deployment"), Refused, None),
        (error("wrong_operation"), Refused, None),
        (error("rate_limit", headers={"retry-after": "60"}), Busy, 60),
        (error("timeout"), Busy, None),
        (error("server_error"), Busy, None),
        (Reply(502, "<html>Bad Gateway</html>"), Busy, None),
        (Reply(200, "<html>Log in</html>", {"content-type": "text/html"}), BadReply, None),
        (Reply(200, "<html>Log in</html>", {"content-type": "application/json"}), BadReply, None),
        (Reply(307, b"", {"location": "http://127.0.0.1:1/"}), BadReply, None),
        (Reply(reset=True), OutcomeUnknown, None),
    ],
)
def test_a_refusal_fails_the_run_in_words(
    services: Services, azure: Upstream, reply: Reply, kind: type[ServiceError], wait_s: float | None
) -> None:
    run = complete(services, azure, reply)
    assert (run.state, type(run.error), run.value.choices) == (RunState.FAILED, kind, ())
    assert run.error is not None and run.error.advice and run.error.retry_after == wait_s
    assert len(azure.requests) == 1
    assert complete(services, azure).state is RunState.DONE  # the next one is fine


@pytest.mark.parametrize("refusal", [error("wrong_key"), token_refused()])
def test_a_refused_key_costs_one_request_more(services: Services, azure: Upstream, refusal: Reply) -> None:
    run = complete(services, azure, refusal)
    assert (run.state, texts(run)) == (RunState.DONE, [" Hello from the fake"])
    assert [request.headers["api-key"] for request in azure.requests] == [KEY_1, KEY_2]


def test_two_refused_keys_stop_it(services: Services, azure: Upstream) -> None:
    azure.keys = ["another"]
    run = complete(services, azure)
    assert (run.state, str(run.error)) == (RunState.FAILED, "The service refused both keys.")
    assert len(azure.requests) == 2


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("no-such-host.invalid", "The name no-such-host.invalid cannot be found."),
        ("127.0.0.1:1", "Cannot reach 127.0.0.1:1."),
    ],
)
def test_a_host_that_cannot_be_reached_is_named(start: Start, host: str, words: str) -> None:
    run = ended(start(endpoint=f"http://{host}").complete(ME, ASK))
    assert (type(run.error), str(run.error)) == (Unreachable, words)


# -- stopping


def test_a_stop_wakes_a_blocked_read_and_keeps_the_text(services: Services, azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk(" Hello"), done=False, stop_after=WHOLE, hang=True))
    run = services.complete(ME, ASK)
    wait(lambda: run.value.choices)
    run.stop()
    assert azure.requests[0].aborted.wait(2)
    assert (run.state, run.error, texts(run)) == (RunState.STOPPED, None, [" Hello"])
    wait(lambda: services._runs.active == 0)


def test_a_stop_ends_a_stream_that_never_pauses(services: Services, azure: Upstream) -> None:
    endless = (piece for _ in range(10**9) for piece in sse(chunk(" on"), done=False).pieces or ())
    azure.enqueue("completions", Reply(200, headers={"content-type": "text/event-stream"}, pieces=endless))
    run = services.complete(ME, ASK)
    wait(lambda: run.value.choices)
    run.stop()
    kept = texts(run)
    assert azure.requests[0].aborted.wait(2)
    assert texts(run) == kept != [""]


def test_a_stop_before_any_answer_is_seen_by_the_service(services: Services, azure: Upstream) -> None:
    azure.enqueue("completions", Reply(hang=True))
    run = services.complete(ME, ASK)
    azure.wait_for("completions")
    run.stop()
    assert azure.requests[0].aborted.wait(2)
    assert (run.state, run.error, run.value.choices) == (RunState.STOPPED, None, ())
    wait(lambda: services._runs.active == 0)


def test_stopping_one_run_leaves_the_others(services: Services, azure: Upstream) -> None:
    hanging = sse(chunk(" Hello"), done=False, stop_after=WHOLE, hang=True)
    azure.enqueue("completions", hanging, hanging)
    one, two = services.complete(ME, ASK), services.complete(ME, ASK)
    wait(lambda: one.value.choices and two.value.choices)
    one.stop()
    assert complete(services, azure).state is RunState.DONE
    one.stop()
    assert (two.state, sum(request.aborted.is_set() for request in azure.requests)) == (RunState.RUNNING, 1)
    two.stop()


def test_closing_stops_every_run(start: Start, azure: Upstream) -> None:
    before = set(threading.enumerate())
    services = start()
    azure.enqueue(
        "completions", *[sse(chunk(" Hello"), done=False, stop_after=WHOLE, hang=True)] * 2, Reply(hang=True)
    )
    runs = [services.complete(ME, ASK) for _ in range(3)]
    azure.wait_for("completions", 3)
    services.close()
    assert {run.state for run in runs} == {RunState.STOPPED}
    ours = [thread for thread in set(threading.enumerate()) - before if "_serve" not in thread.name]
    assert ours == []
    with pytest.raises(Busy):
        services.complete(ME, ASK)


def test_only_its_owner_finds_a_run(services: Services, azure: Upstream) -> None:
    run = complete(services, azure)
    assert services.run(OTHER, run.id) is services.run(ME, "random") is None


def test_no_id_is_no_run_and_costs_no_query(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("services.store.runs.RunRows.run")
    assert services.run(ME, "") is None


# -- pictures


def test_a_picture_from_press_to_link(services: Services, azure: Upstream) -> None:
    view = finished(services, services.generate(ME, "once", DRAW))
    assert (view.state, [slot.error for slot in view.slots]) == ("succeeded", [None, None])
    for index, slot in enumerate(view.slots):
        assert slot.key is not None
        link = urlsplit(services.picture_link(ME, slot.key, "original"))
        query = dict(parse_qsl(link.query))
        path, variant = services.pictures.open_link(slot.key, query, ME)
        assert (path.read_bytes(), variant) == (picture(index), "original")
        with pytest.raises(NotFound):
            services.pictures.open_link(slot.key, query, OTHER)


def test_a_small_picture_that_cannot_be_made_again_takes_nothing_away_that_is_shown(
    services: Services,
) -> None:
    id = services.generate(ME, "once", DRAW)
    key = finished(services, id).slots[0].key or ""
    for variant in ("thumbnail", "original"):
        services.pictures.path(key, variant).write_bytes(b"damaged")
    query = dict(parse_qsl(urlsplit(services.picture_link(ME, key, "thumbnail")).query))
    with pytest.raises(NotFound, match="lost on disk"):
        services.open_picture(key, query, ME)
    assert services.operation(ME, id).slots[0].key == key
    assert services.pictures.path(key, "view")


def test_a_picture_that_is_lost_is_said_so_in_its_place(services: Services) -> None:
    id = services.generate(ME, "once", DRAW)
    lost, kept = (slot.key or "" for slot in finished(services, id).slots)
    for variant in ("view", "thumbnail", "original"):
        services.pictures.path(lost, variant).write_bytes(b"damaged")
    query = dict(parse_qsl(urlsplit(services.picture_link(ME, lost, "original")).query))
    with pytest.raises(NotFound, match="lost on disk"):
        services.open_picture(lost, query, ME)
    assert services.operation(ME, id).slots[0].key == lost  # a copy might still be shown
    query = dict(parse_qsl(urlsplit(services.picture_link(ME, lost, "view")).query))
    with pytest.raises(NotFound, match="no such picture"):
        services.open_picture(lost, query, OTHER)
    with pytest.raises(NotFound, match="lost on disk"):
        services.open_picture(lost, query, ME)
    slots = services.operation(ME, id).slots
    assert [(slot.key, slot.error) for slot in slots] == [(None, LOST), (kept, None)]
    assert services.pictures.path(kept, "view")


def test_after_a_restart_everything_is_there_and_nothing_is_fetched_again(
    start: Start, azure: Upstream
) -> None:
    first = start()
    id = first.generate(ME, "once", DRAW)
    before = finished(first, id)
    link = urlsplit(first.picture_link(ME, before.slots[0].key or "", "view"))
    first.save_draft(ME, "images", {"prompt": "A dog"})
    first.close()
    ledger = azure.requests
    second = start()
    assert (second.operation(ME, id), second.latest_operation(ME)) == (before, id)
    assert second.generate(ME, "once", DRAW) == id
    assert second.draft(ME, "images") == {"prompt": "A dog"}
    path, _ = second.pictures.open_link(before.slots[0].key or "", dict(parse_qsl(link.query)), ME)
    assert path.read_bytes()[:3] == b"\xff\xd8\xff"
    assert azure.requests == ledger


def test_drafts_belong_to_their_owner(services: Services) -> None:
    services.save_draft(ME, "images", {"prompt": "A cat"})
    assert (services.draft(ME, "images"), services.draft(OTHER, "images")) == ({"prompt": "A cat"}, {})


def test_a_full_disk_is_told_before_anything_is_sent(services: Services, azure: Upstream) -> None:
    for ask in (lambda: services.generate(ME, "once", DRAW), lambda: services.save_draft(ME, "images", {})):
        with full_disk(), pytest.raises(ServiceError, match="could not write to its database"):
            ask()
    assert azure.requests == ()


# -- secrets


def test_no_key_and_no_picture_link_gets_out(
    services: Services, azure: Upstream, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"api-key: {KEY_1}, {KEY_2}"
    azure.enqueue("completions", Reply(401, echo), Reply(401, {"error": {"message": echo}}))
    azure.enqueue("completions", Reply(500, echo), Reply(200, echo), Reply(reset=True))
    azure.enqueue("completions", Reply(307, echo, {"location": echo}), sse("{" + echo))
    runs = [ended(services.complete(ME, ASK)) for _ in range(7)]
    azure.enqueue(
        "submit", Reply(500, echo, billed=True), Reply(400, {"error": {"code": echo, "message": echo}})
    )
    views = [finished(services, services.generate(ME, str(number), DRAW)) for number in range(3)]
    seen = [text for each in (services.settings, *runs, *views) for text in strings(each)]
    seen.append(repr(services))
    out = capfd.readouterr()
    for text in (*seen, caplog.text, out.out, out.err, on_disk(services.settings.data_dir).decode("latin-1")):
        assert "CANARY" not in text and "sig=" not in text


def test_a_key_that_an_accepted_request_is_answered_with_is_cut_out(
    services: Services, azure: Upstream
) -> None:
    echo = f"You sent {KEY_1} or {KEY_2}."
    azure.enqueue(
        "completions", sse(chunk(" Hello"), error_chunk(echo)), Reply(200, {"error": {"message": echo}})
    )
    runs = [ended(services.complete(ME, ASK)) for _ in range(2)]
    azure.enqueue("poll", {"id": "op", "status": "failed", "error": {"code": "x", "message": echo}})
    view = finished(services, services.generate(ME, "intent", DRAW))
    for each in (*runs, view):
        said = " ".join(strings(each))
        assert "You sent (key) or (key)." in said
        assert KEY_1 not in said and KEY_2 not in said


def test_a_database_that_cannot_be_read_is_said_in_a_sentence(services: Services) -> None:
    path = services.settings.data_dir / "playground.db"
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE drafts")
    database.close()
    with pytest.raises(ServiceError, match="could not read its database"):
        services.draft(ME, "completion")


# -- the module


def test_the_public_names_are_there_and_sorted() -> None:
    assert all(hasattr(exported, name) for name in exported.__all__)
    constants, names = (
        [name for name in exported.__all__ if name.isupper() is upper] for upper in (True, False)
    )
    assert exported.__all__ == sorted(constants) + sorted(names)


def test_a_data_folder_that_cannot_be_used_is_a_setting_to_mend(start: Start, tmp_path: Any) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as caught:
        start(data_dir=tmp_path / "file" / "data")
    assert [problem.variable for problem in caught.value.problems] == ["PLAYGROUND_DATA_DIR"]
