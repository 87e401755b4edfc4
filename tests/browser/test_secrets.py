"""The key stays on the server, and a page stays on this machine."""

import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import Page, Response, WebSocket, expect

from tests.azure_bodies import chunk, sse, succeeded
from tests.azure_reply import Received, Reply
from tests.browser.conftest import Start, Visit, connected_to
from tests.browser.playground import Playground
from tests.browser.screen import Watch, ask, button, drawn, facts, open_page, pictures
from tests.services.following import on_disk
from tests.upstream import Upstream

CANARY = "canary-4f9d1c77e0b84a35"
CANARY_2 = "canary-77aa02c1d5e94b1c"
SIGNATURE = "canary-sig-b2%2Fx%3D"


def test_no_secret_is_seen_written_or_taken_along_whatever_goes_wrong(
    page: Page, azure: Upstream, start: Start, tmp_path: Path
) -> None:
    azure.keys = ()  # what is scripted answers both keys
    keys = {"AZURE_OPENAI_API_KEY": CANARY, "AZURE_OPENAI_API_KEY_2": CANARY_2}
    at_debug = {"STREAMLIT_LOGGER_LEVEL": "debug"}
    playground = start(by_streamlit=True, **connected_to(azure.url) | keys | at_debug)
    seen: list[bytes] = []
    responses: list[Response] = []

    def keep(payload: str | bytes) -> None:
        seen.append(payload.encode() if isinstance(payload, str) else payload)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", keep)
        socket.on("framesent", keep)

    def echo(request: Received, status: int = 401) -> Reply:
        told = f"Denied to {request.headers['api-key']} for {azure.url}/x?sig={SIGNATURE}"
        headers = {"x-ms-region": request.headers["api-key"], "apim-request-id": request.headers["api-key"]}
        return Reply(status, {"error": {"code": told, "message": told}}, headers)

    def keep_page() -> None:
        keep(page.content())
        for response in responses:
            keep(str(response.all_headers()))
            if response.request.resource_type in ("document", "fetch", "xhr"):
                keep(response.body())
        responses.clear()

    page.on("websocket", listen)
    page.on("response", lambda response: responses.append(response))
    faults: tuple[tuple[Reply | Callable[[Received], Reply], ...], ...] = (
        (echo, echo),
        (partial(echo, status=400),),
        (lambda request: sse(chunk(" Hi"), {"error": {"message": echo(request).body["error"]["message"]}}),),
        (lambda request: Reply(502, f"<html>{request.headers}</html>", {"content-type": "text/html"}),),
        (lambda _: Reply(307, headers={"location": f"{azure.url}/x?sig={SIGNATURE}"}),),
        (Reply(reset=True),),
    )
    for fault in faults:
        open_page(page, playground.url)
        azure.enqueue("completions", *fault)
        ask(page, "Hi")
        expect(page.get_by_test_id("stAlert").first).to_be_visible()
        drawn(page)
        keep_page()
    open_page(page, playground.url)
    ask(page, "Hi again")
    expect(facts(page)).to_be_visible()
    keep_page()
    open_page(page, playground.url, "/images")
    good, gone = f"{azure.url}/pictures/x/0.png?sig={SIGNATURE}", f"{azure.url}/y?sig={SIGNATURE}"
    azure.enqueue("poll", succeeded(good, gone, {"error": {"code": "x", "message": f"no {gone}"}}))
    ask(page, "a kite")
    expect(pictures(page)).to_have_count(1)
    page.get_by_text("Timeline:").click()
    keep_page()
    open_page(page, playground.url, "/history")
    button(page, "Select all shown").click()
    expect(page.get_by_role("link", name="Export as zip")).to_be_visible()
    keep_page()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as zip").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        seen.extend(archive.read(name) for name in archive.namelist())
        assert len([name for name in archive.namelist() if name.endswith("run.json")]) > len(faults)
    written = on_disk(tmp_path)
    assert b"Removing orphaned files" in written  # Streamlit says so at DEBUG
    everything = b"\n".join([*seen, written])
    assert b"Denied to (key)" in everything  # the net is not empty
    for secret in (CANARY, CANARY_2, SIGNATURE, unquote(SIGNATURE)):
        assert secret.encode() not in everything
    assert all(("api-key" in request.headers) is ("sig" not in request.query) for request in azure.requests)
    assert len(azure.received("picture")) == 1


def test_the_watch_that_stands_over_every_test_sees_what_it_must(visit: Visit, azure: Upstream) -> None:
    context = visit().context.browser.new_context()
    watch = Watch()
    watch.over(context)
    page = context.new_page()
    page.route("http://elsewhere.invalid/**", lambda route: route.abort())
    policy = "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\">"
    page.set_content(f"{policy}<img src={azure.url}/x><script src=http://elsewhere.invalid/x></script>")
    page.evaluate("setTimeout(() => { throw new Error('oops') })")
    page.evaluate("alert('hello')")
    page.wait_for_timeout(200)
    context.close()
    assert set(watch.found) == {"strays", "refused", "errors", "dialogs"}


def test_a_page_of_another_site_cannot_frame_the_playground(page: Page, playground: Playground) -> None:
    for path in ("/", "/images", "/healthz", "/pictures/x"):
        headers = page.request.get(playground.url + path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
