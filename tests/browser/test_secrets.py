"""The key stays on the server, and a page stays on this machine."""

from playwright.sync_api import Page, Response, WebSocket, expect

from tests.azure_reply import Received, Reply
from tests.browser.conftest import Start, Visit, connected_to
from tests.browser.playground import Playground
from tests.browser.screen import Watch, ask, facts, open_page, pictures
from tests.upstream import Upstream

CANARY = "canary-4f9d1c77e0b84a35"


def test_the_key_reaches_no_frame_no_response_and_no_page(page: Page, azure: Upstream, start: Start) -> None:
    azure.keys = (CANARY,)
    playground = start(**connected_to(azure.url) | {"AZURE_OPENAI_API_KEY": CANARY})
    seen: list[bytes] = []
    responses: list[Response] = []

    def keep(payload: str | bytes) -> None:
        seen.append(payload.encode() if isinstance(payload, str) else payload)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", keep)
        socket.on("framesent", keep)

    def echo(request: Received) -> Reply:
        told = f"Denied to {request.headers['api-key']}"
        return Reply(401, {"error": {"code": "401", "message": told}}, {"x-ms-region": "here"})

    def keep_page() -> None:
        keep(page.content())
        for response in responses:
            keep(str(response.all_headers()))
            if response.request.resource_type in ("document", "fetch", "xhr"):
                keep(response.body())
        responses.clear()

    page.on("websocket", listen)
    page.on("response", lambda response: responses.append(response))
    azure.enqueue("completions", echo)
    open_page(page, playground.url)
    ask(page, "Hi")
    expect(page.get_by_text("The service refused the key.")).to_be_visible()
    page.get_by_text("Details for support").click()
    expect(page.get_by_text("Denied to (key)")).to_be_visible()
    ask(page, "Hi again")
    expect(facts(page)).to_be_visible()
    keep_page()
    open_page(page, playground.url, "/images")
    ask(page, "a kite")
    expect(pictures(page)).to_have_count(1)
    keep_page()
    assert any(b"Denied to" in part for part in seen)  # the net is not empty
    assert not any(CANARY.encode() in part for part in seen)
    assert CANARY not in playground.log.read_text()
    keyed = [request for request in azure.requests if request.route != "picture"]
    assert {request.headers["api-key"] for request in keyed} == {CANARY}
    assert all("api-key" not in request.headers for request in azure.received("picture"))


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
