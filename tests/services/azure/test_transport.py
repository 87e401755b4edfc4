"""One HTTP exchange: nothing followed or remembered, nothing from the environment, everything bounded."""

import logging
import threading
import zlib
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

import pytest

from services.azure.transport import Deadline, Transport, canonical_host
from services.errors import BadReply, OutcomeUnknown, ServiceError, Unreachable
from tests.azure_reply import Reply
from tests.services.following import KEY_1, strings
from tests.upstream import Upstream

SOON = Deadline(first_byte=5, idle=5, total=5)
KEYED = {"api-key": KEY_1}


@pytest.fixture
def transport() -> Iterator[Transport]:
    web = Transport(pool=4)
    yield web
    web.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_never_followed(
    transport: Transport, azure: Upstream, spy: Upstream, method: str, status: int
) -> None:
    azure.enqueue("other", Reply(status, headers={"location": f"{spy.url}/steal"}))
    with transport.exchange(method, azure.url, SOON, headers=KEYED, body={}) as exchange:
        assert exchange.status == status
    assert (len(azure.requests), spy.requests) == (1, ())


def test_a_cookie_is_not_kept(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply(200, headers={"set-cookie": "a=b; Path=/"}))
    for _ in range(2):
        with transport.exchange("GET", azure.url, SOON) as exchange:
            exchange.read(10_000)
    assert [request.headers.get("cookie") for request in azure.requests] == [None, None]


def test_the_environment_adds_no_proxy_and_no_credentials(
    transport: Transport, azure: Upstream, spy: Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTP_PROXY", spy.url)
    monkeypatch.setenv("http_proxy", spy.url)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    with transport.exchange("GET", azure.url, SOON) as exchange:
        exchange.read(10_000)
    assert spy.requests == () and "authorization" not in azure.requests[0].headers


@pytest.mark.parametrize(
    ("method", "reply", "kind"),
    [
        ("POST", Reply(reset=True), OutcomeUnknown),
        ("POST", Reply.raw(b""), OutcomeUnknown),
        ("POST", Reply.raw(b"nonsense\r\n\r\n"), OutcomeUnknown),
        ("POST", Reply(hang=True), OutcomeUnknown),
        ("GET", Reply(reset=True), Unreachable),
        ("GET", Reply.raw(b""), Unreachable),
        ("GET", Reply(hang=True), Unreachable),
    ],
)
def test_only_a_post_whose_answer_is_lost_may_have_been_accepted(
    transport: Transport, azure: Upstream, method: str, reply: Reply, kind: type[ServiceError]
) -> None:
    azure.enqueue("other", reply)
    soon = Deadline(first_byte=0.1, idle=0.1, total=0.1)
    with (
        pytest.raises(kind) as caught,
        transport.exchange(method, f"{azure.url}/?sig=x", soon, headers=KEYED),
    ):
        pass
    assert type(caught.value) is kind
    assert not any(secret in text for text in strings(caught.value) for secret in (KEY_1, "sig="))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_was_never_made_sent_nothing(
    transport: Transport, spy: Upstream, method: str
) -> None:
    spy.close()
    for url in (spy.url, "http://no-such-host.invalid"):
        with pytest.raises(Unreachable) as caught, transport.exchange(method, url, SOON, headers=KEYED):
            pass
        assert str(caught.value) == f"Cannot reach {url.removeprefix('http://')}."
        assert not any(KEY_1 in text for text in strings(caught.value))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"abcdef", stop_after=3),
        Reply(200, b"abcdef", content_length=9),
        Reply(200, b"abcdef", stop_after=3, chunked=True),
        Reply(200, b"abcdef", stop_after=3, reset=True),
        Reply(200, pieces=[b"abc", b"def"], stop_after=3, reset=True),
    ],
)
def test_a_body_that_breaks_off_is_not_taken_for_whole(
    transport: Transport, azure: Upstream, reply: Reply
) -> None:
    azure.enqueue("other", reply)
    with pytest.raises(Unreachable, match="was lost"), transport.exchange("GET", azure.url, SOON) as exchange:
        exchange.read(100)


def test_silence_within_a_body_ends_it(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply(200, pieces=[b"abc", b"def"], pause=0.5))
    impatient = Deadline(first_byte=5, idle=0.05, total=5)
    with pytest.raises(Unreachable), transport.exchange("GET", azure.url, impatient) as exchange:
        exchange.read(100)
    assert azure.requests[0].aborted.wait(5)


def test_a_body_that_drips_for_ever_ends_at_the_deadline(azure: Upstream) -> None:
    ticks = iter(range(1_000))
    slow = Transport(pool=1, clock=lambda: next(ticks))
    azure.enqueue("other", Reply(200, pieces=repeat(b"x"), pause=0.002))
    twenty = Deadline(first_byte=5, idle=5, total=20)
    with (
        pytest.raises(Unreachable, match="took longer than 20 s"),
        slow.exchange("GET", azure.url, twenty) as exchange,
    ):
        exchange.read(10_000)
    slow.close()
    assert azure.requests[0].aborted.wait(5)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"x" * (2**20 + 1)),
        Reply(200, pieces=repeat(b"x" * 10_000)),
        Reply(200, zlib.compress(b"x" * 2**26, wbits=31), {"content-encoding": "gzip"}),
    ],
)
def test_a_body_is_capped_in_decoded_bytes(transport: Transport, azure: Upstream, reply: Reply) -> None:
    azure.enqueue("other", reply)
    with (
        pytest.raises(BadReply, match="larger than 1 MiB"),
        transport.exchange("GET", azure.url, SOON) as exchange,
    ):
        exchange.read(2**20)


def test_a_body_up_to_the_cap_is_read_whole(transport: Transport, azure: Upstream) -> None:
    for reply in (Reply(200, b"x" * 2**20), Reply(200, b"x" * 2**20, gzip=True)):
        azure.enqueue("other", reply)
        with transport.exchange("GET", azure.url, SOON) as exchange:
            assert exchange.read(2**20) == b"x" * 2**20


def test_a_blocked_read_is_woken_and_the_connection_closed(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply(200, b"abc", stop_after=1, hang=True))
    with transport.exchange("GET", azure.url, Deadline(5, 60, 60)) as exchange:
        blocks = exchange.blocks(100)
        assert next(blocks) == b"a"
        threading.Timer(0.05, exchange.wake).start()
        with pytest.raises(Unreachable):
            next(blocks)
    assert azure.requests[0].aborted.wait(5)


def test_waking_what_has_ended_does_nothing(transport: Transport, azure: Upstream) -> None:
    with transport.exchange("GET", azure.url, SOON) as exchange:
        exchange.read(10_000)
    exchange.wake()
    with transport.exchange("GET", azure.url, SOON) as another:
        exchange.wake()
        assert another.read(10_000)


def test_the_wait_for_the_first_byte_can_be_ended(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply(hang=True))
    patient, wakes = Deadline(60, 60, 60), []
    threading.Thread(target=lambda: azure.wait_for("other") and wakes[0]()).start()
    with pytest.raises(Unreachable), transport.exchange("GET", azure.url, patient, on_send=wakes.append):
        pass
    assert azure.requests[0].aborted.wait(5)


def test_a_wake_that_comes_late_touches_no_other_answer(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply(200, b"first"), Reply(200, pieces=[b"sec", b"ond"], pause=0.05))
    wakes: list[Callable[[], None]] = []
    with transport.exchange("GET", azure.url, SOON, on_send=wakes.append) as exchange:
        exchange.read(100)
    with transport.exchange("GET", azure.url, SOON) as another:
        wakes[0]()
        assert another.read(100) == b"second"
    assert len(azure._connections) == 1


def test_a_connection_is_used_again(transport: Transport, azure: Upstream) -> None:
    for _ in range(3):
        with transport.exchange("GET", azure.url, SOON) as exchange:
            exchange.read(10_000)
    assert len(azure._connections) == 1


def test_header_names_are_lower_case(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply(200, headers={"X-Odd": "Yes"}))
    with transport.exchange("GET", azure.url, SOON) as exchange:
        assert exchange.headers["x-odd"] == "Yes"


def test_no_log_line_holds_a_query_or_a_key(
    transport: Transport, azure: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with transport.exchange("GET", f"{azure.url}/pictures/1.png?sig=CANARY", SOON, headers=KEYED) as exchange:
        exchange.read(10_000)
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://a.blob.core.windows.net/x?y", "a.blob.core.windows.net"),
        ("https://A.Blob.Core.Windows.Net:443/", "a.blob.core.windows.net"),
        ("http://[::1]:80/", "::1"),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert canonical_host(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:80\\@allowed.com/x",
        "https://allowed.com\\.evil.example/",
        "https://user@allowed.com/",
        "https://@allowed.com/",
        "https://allowed.com\t/",
        "https://allowed.com /",
        "https://allowed.com:99999/",
        "https://allowed.com:x/",
        "https://[::1/",
        "https:///path",
        "/relative",
        "https://b\u00fccher.example/",
        "",
    ],
)
def test_an_address_that_may_be_read_in_two_ways_is_none(url: str) -> None:
    with pytest.raises(ValueError):
        canonical_host(url)
