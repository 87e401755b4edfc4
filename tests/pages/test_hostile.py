"""Whatever others write (a model, a service, a link) stands on the page as text, never as markup."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services import Check, ConfigError, Deployment, Problem, Services
from tests.azure_bodies import chunk, operation, prompt_chunk, sse, submitted, succeeded
from tests.azure_reply import Reply
from tests.pages.browsing import CONNECTION, HISTORY, IMAGES, ROOT, Tab, markdown, read
from tests.upstream import Upstream

NASTY = (
    "zq **zq** _zq_ <b>zq</b> <script>zq</script> <img src=x onerror=zq> [zq](javascript:zq) "
    "![zq](http://zq.example/zq.png) :material/zq: :red[zq] $zq$ `zq` | zq | # zq "
    "&lt;zq \u202ezq\u202c\u200bzq"
)
LINK = "zq http://zq.example/zq www.zq.example zq@zq.example :streamlit:"
_ACTIVE = re.compile(r"(?<!\\)(?:\\\\)*[!\"#$%&'()*+,\-./:;<=>?@\[\]^_`{|}~]")
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_AUTOLINKED = re.compile(r"(?i)https?://|www\.\w|\w@\w+\.\w")


def check(tab: Tab) -> None:
    """No part of the hostile text is active where the browser reads Markdown, and none is in HTML."""
    assert not tab.at.exception
    found = [text for text in markdown(tab.at) if "zq" in text]
    for text in found:
        hostile = text[text.index("zq") : text.rindex("zq") + 2]
        for line in re.split(r"\n\n|\n:material/build:| \| |\*\*", hostile):  # what the page itself writes
            assert not _ACTIVE.search(line.replace("–", "")), line
        assert not _INVISIBLE.search(hostile), hostile
    styles = [node.value for node in tab.at.main if node.type == "html"]
    assert all("zq" not in style for style in styles)
    assert not any(getattr(getattr(node, "proto", None), "allow_html", False) for node in tab.at.main)


def shown(tab: Tab, text: str = "**zq** _zq_") -> bool:
    """Whether the hostile text can be read, so that it was not left out."""
    return any(text in read(line) for line in tab.lines())


REFUSALS = {
    "message": lambda text: Reply(400, {"error": {"code": "Odd", "message": text}}),
    "code": lambda text: Reply(400, {"error": {"code": text, "message": "Odd"}}),
    "network": lambda text: Reply(403, {"error": {"code": "403", "message": text}}),
    "page": lambda text: Reply(502, f"<html>{text}</html>", {"content-type": "text/html"}),
    "inside": lambda text: sse(chunk(" Hi"), {"error": {"code": "Odd", "message": text}}),
    "request-id": lambda _: Reply(
        400, {"error": {"message": "x"}}, {"apim-request-id": "zq **zq** _zq_ <b>"}
    ),
    "filter": lambda text: Reply(400, {"error": {"code": "content_filter", "message": text}}),
}


@pytest.mark.parametrize("where", REFUSALS)
def test_an_error_is_text(text: Tab, azure: Upstream, where: str) -> None:
    azure.enqueue("completions", REFUSALS[where](NASTY))
    text.generate("Hi")
    check(text)
    assert shown(text)


ANSWERS = {
    "output": lambda text: chunk(text, finish="stop"),
    "finish-reason": lambda text: chunk(" Hi", finish=text[:50]),
    "category": lambda text: chunk(
        " Hi", finish="stop", filters={text: {"filtered": True, "severity": "high"}}
    ),
    "severity": lambda text: chunk(
        " Hi", finish="content_filter", filters={"hate": {"filtered": True, "severity": text[:15]}}
    ),
    "note": lambda text: chunk(" Hi", finish="stop", filters={"error": {"code": text, "message": text}}),
}


@pytest.mark.parametrize("where", ANSWERS)
def test_an_answer_is_text(text: Tab, azure: Upstream, where: str) -> None:
    azure.enqueue("completions", sse(ANSWERS[where](NASTY)))
    text.generate("Hi")
    check(text)
    if where == "output":
        assert [node.value for node in text.at.get_by_key("completion-text-0").text] == [NASTY]
    elif where != "note":
        assert shown(text, "**zq**")


def test_a_growing_answer_is_text_too(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk(NASTY), done=False, hang=True, stop_after=10**6))
    text.fill(prompt="Hi").button("generate").click()
    text.until(lambda: text.sent.has("javascript"))
    check(text)
    assert shown(text)


def test_a_header_in_the_facts_is_text(text: Tab, azure: Upstream) -> None:
    events = b"".join(sse(chunk(" Hi", finish="stop")).pieces or ())
    headers = {"content-type": "text/event-stream", "x-ms-region": "zq **zq** _zq_ <b>zq</b> $zq$"}
    azure.enqueue("completions", Reply(200, events, headers))
    text.generate("Hi")
    check(text)
    assert shown(text)


@pytest.mark.parametrize("page", ["completion", "image"])
def test_a_prompt_stays_in_its_box(text: Tab, azure: Upstream, page: str) -> None:
    if page == "image":
        text.go(IMAGES)
    text.generate(NASTY)
    check(text)
    assert text.value("prompt") == NASTY
    asked = azure.received("submit" if page == "image" else "completions")
    assert asked[0].json["prompt"] == NASTY


def test_a_revised_prompt_is_text(images: Tab, azure: Upstream) -> None:
    azure.enqueue("poll", succeeded({"url": f"{azure.url}/pictures/x/0.png", "revised_prompt": NASTY}))
    images.generate("a cat")
    check(images)
    assert shown(images)
    assert images.at.image[0].proto.imgs[0].alt == f"a cat (revised by the service: {NASTY})"


@pytest.mark.parametrize("where", ["running", "failed", "slot", "request-id"])
def test_what_an_operation_says_is_text(images: Tab, azure: Upstream, where: str) -> None:
    short = "zq **zq** _zq_ <b>zq</b> $zq$ | zq :red[zq]"
    azure.enqueue("submit", submitted("op-1"))
    done: Any = succeeded(f"{azure.url}/pictures/x/0.png")
    replies = {
        "running": [Reply(200, operation(short), {"retry-after": "0"}), done],
        "failed": [operation("failed", error={"code": short, "message": NASTY})],
        "slot": [succeeded({"error": {"code": "x", "message": NASTY}})],
        "request-id": [Reply(200, done, {"apim-request-id": short})],
    }
    azure.enqueue("poll", *replies[where])
    images.generate("a cat")
    check(images)
    assert shown(images)


@pytest.mark.parametrize("where", ["message", "inside"])
def test_an_address_in_an_error_does_not_become_a_link(text: Tab, azure: Upstream, where: str) -> None:
    """Markdown turns bare addresses into links after it has read the escapes: a joiner must part them."""
    azure.enqueue("completions", REFUSALS[where](LINK))
    text.generate("Hi")
    found = [text for text in markdown(text.at) if "zq" in text]
    assert found
    for line in found:
        unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", line)
        assert not _AUTOLINKED.search(unescaped), unescaped
        assert ":streamlit:" not in unescaped


def test_a_deployment_name_that_was_typed_is_never_markup(text: Tab, visit: Callable[..., Tab]) -> None:
    text.generate("Hi", deployment=NASTY[:60])
    check(text)
    check(visit())


def test_a_run_in_the_history_is_text(text: Tab, azure: Upstream) -> None:
    azure.enqueue("completions", sse(chunk(NASTY, finish="stop")))
    text.generate(NASTY, deployment=NASTY[:60]).go(HISTORY)
    check(text)
    assert any("**zq** _zq_" in line for line in text.all)


def test_what_the_doctor_says_is_text(
    services: Services, visit: Callable[..., Tab], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Check(NASTY, passed, NASTY, NASTY) for passed in (True, False, None)]
    monkeypatch.setattr("services.doctor.examine", lambda *_, **__: iter(found))
    tab = visit().go(CONNECTION)
    tab.at.button(key="connection-examine-0").click().run()
    tab.at.run()
    check(tab)
    lines = tab.lines("connection-result")
    assert sum(read(line).count("**zq** _zq_") for line in lines) == 3 * len(found)


def test_what_the_settings_name_is_text(start: Callable[..., Services], visit: Callable[..., Tab]) -> None:
    server = start(
        text_deployments=(Deployment("zq_a_zq"), Deployment("b", "zq*b*zq")), allowed_endpoints=("zq*c*zq",)
    )
    check(visit(server=server).go(CONNECTION))


def test_what_is_wrong_with_the_settings_is_text(
    start: Callable[..., Services], visit: Callable[..., Tab], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = ConfigError([Problem(NASTY, NASTY, NASTY)])
    tab = visit()
    del tab.at.session_state["services"]
    monkeypatch.setattr("ui.session.holder.problem", problem)
    tab.at.run()
    check(tab)
    assert "The settings need attention" in tab.all
    assert any("**zq**" in read(line) for line in tab.all)


def test_the_one_html_on_a_page_is_the_style_sheet(text: Tab) -> None:
    sheet = (ROOT / "ui" / "style.css").read_text(encoding="utf-8")
    bodies = [node.value for node in text.generate("Hi").at._tree if getattr(node, "type", "") == "html"]
    assert bodies == [f"<style>{sheet}</style>"]


def test_a_prompt_annotation_is_text(text: Tab, azure: Upstream) -> None:
    first = prompt_chunk()
    first["prompt_filter_results"][0]["content_filter_results"] = {
        "zq **zq** _zq_ <b>zq</b>": {"filtered": False, "severity": "low"}
    }
    azure.enqueue("completions", sse(first, chunk(" Hi", finish="stop")))
    text.generate("Hi")
    check(text)
    assert shown(text, "**zq**")
