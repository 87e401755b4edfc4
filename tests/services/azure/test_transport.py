"""One HTTP exchange: nothing followed or remembered, nothing from the environment, everything bounded."""

import contextlib
import logging
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import psutil
import pytest

from services.azure.retry import Deadline
from services.azure.transport import Transport, canonical_host
from services.errors import BadReply, HungUp, OutcomeUnknown, ServiceError, Unreachable, Untrusted
from tests.azure_reply import WHOLE, Reply
from tests.services.following import KEY_1, strings, wait
from tests.upstream import Upstream

SOON = Deadline(first_byte=5, idle=5, total=5)
KEYED = {"api-key": KEY_1}


@pytest.fixture
def transport() -> Transport:
    return Transport()


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
    for url, sentence in (
        (spy.url, f"Cannot reach {spy.url.removeprefix('http://')}."),
        ("http://no-such-host.invalid", "The name no-such-host.invalid cannot be found."),
    ):
        with pytest.raises(Unreachable) as caught, transport.exchange(method, url, SOON, headers=KEYED):
            pass
        assert str(caught.value) == sentence
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
    slow = Transport(clock=lambda: next(ticks))
    azure.enqueue("other", Reply(200, pieces=repeat(b"x"), pause=0.002))
    twenty = Deadline(first_byte=5, idle=5, total=20)
    with (
        pytest.raises(Unreachable, match="took longer than 20 s"),
        slow.exchange("GET", azure.url, twenty) as exchange,
    ):
        exchange.read(10_000)
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


PATIENT = Deadline(60, 60, 60)


def hang_up_when(seen: Callable[[], object]) -> Callable[[Callable[[], None]], None]:
    """For `on_open`: hangs up as soon as the other side has seen something."""

    def on_open(wake: Callable[[], None]) -> None:
        threading.Thread(target=lambda: (seen(), wake())).start()

    return on_open


@pytest.mark.parametrize(
    "reply",
    [
        Reply(hang=True),
        Reply.raw(b"HTTP/1.1 2", hang=True),
        Reply.raw(b"HTTP/1.1 200 OK\r\nX: y", hang=True),
        Reply.raw(b"HTTP/1.1 103 Early Hints\r\n\r\n", hang=True),
        Reply(200, b"abc", stop_after=1, hang=True),
        Reply(200, pieces=[b"abc"], stop_after=3, hang=True),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_exchange_can_be_ended_wherever_it_waits(
    transport: Transport, azure: Upstream, method: str, reply: Reply
) -> None:
    azure.enqueue("other", reply)
    hang_up = hang_up_when(lambda: azure.wait_for("other"))
    with (
        pytest.raises(HungUp),
        transport.exchange(method, azure.url, PATIENT, headers=KEYED, on_open=hang_up) as exchange,
    ):
        exchange.read(100)
    assert azure.requests[0].aborted.wait(5)


def test_a_body_that_ends_with_its_connection_is_not_whole_after_hanging_up(
    transport: Transport, azure: Upstream
) -> None:
    azure.enqueue("other", Reply(200, b"abc", until_close=True, stop_after=WHOLE, hang=True))
    wakes: list[Callable[[], None]] = []
    with transport.exchange("GET", azure.url, PATIENT, on_open=wakes.append) as exchange:
        blocks = exchange.blocks(100)
        assert next(blocks) == b"abc"
        wakes[0]()
        with pytest.raises(HungUp):
            next(blocks)


def test_an_exchange_can_be_ended_before_it_begins(transport: Transport, azure: Upstream) -> None:
    with pytest.raises(HungUp), transport.exchange("POST", azure.url, PATIENT, on_open=lambda wake: wake()):
        pass
    assert azure.requests == ()


def test_a_connection_that_is_not_answered_can_be_ended(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, contextlib.ExitStack() as waiting:
        for _ in range(3):  # its queue is full: a further connection is not even refused
            sock = waiting.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(deaf.getsockname())
        hang_up = hang_up_when(lambda: wait(lambda: "SYN_SENT" in connections_to(deaf)))
        url = "http://127.0.0.1:{1}".format(*deaf.getsockname())
        with pytest.raises(HungUp), transport.exchange("POST", url, PATIENT, on_open=hang_up):
            pass


def connections_to(server: socket.socket) -> list[str]:
    port = server.getsockname()[1]
    found = psutil.Process().net_connections("tcp")
    return [item.status for item in found if item.raddr and item.raddr.port == port]


def test_a_body_that_has_arrived_is_read_after_hanging_up_too_late(
    transport: Transport, azure: Upstream
) -> None:
    wakes: list[Callable[[], None]] = []
    azure.enqueue("other", Reply(200, b"first"), Reply(200, pieces=[b"sec", b"ond"], pause=0.05))
    with transport.exchange("GET", azure.url, SOON, on_open=wakes.append) as exchange:
        exchange.read(100)
    with transport.exchange("GET", azure.url, SOON, on_open=wakes.append) as another:
        wakes[0]()
        assert another.read(100) == b"second"
    wakes[1]()


def test_no_connection_is_used_twice(transport: Transport, azure: Upstream) -> None:
    for method in ("GET", "POST", "GET", "POST"):
        with transport.exchange(method, azure.url, SOON) as exchange:
            exchange.read(10_000)
    assert len(azure._connections) == 4
    assert {request.headers["connection"] for request in azure.requests} == {"close"}


def test_a_connection_that_a_server_keeps_open_is_not_used_again(transport: Transport) -> None:
    kept: list[socket.socket] = []

    def answer(sock: socket.socket) -> None:
        kept.append(sock.dup())
        sock.recv(65_536)
        sock.sendall(FINAL)

    for _ in range(2):
        with (
            served(answer) as port,
            transport.exchange("POST", f"http://127.0.0.1:{port}", SOON) as exchange,
        ):
            assert exchange.read(100) == b"final"
        with kept.pop() as still_open:
            still_open.settimeout(5)
            assert still_open.recv(1) == b""  # we have closed our end


FINAL = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal"


@pytest.mark.parametrize(
    "before",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n" * 3,
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
        b"HTTP/1.1 199 Odd\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_interim_answers_are_passed_over(
    transport: Transport, azure: Upstream, method: str, before: bytes
) -> None:
    azure.enqueue("other", Reply.raw(before + FINAL))
    with transport.exchange(method, azure.url, SOON) as exchange:
        assert (exchange.status, exchange.read(100)) == (200, b"final")


@pytest.mark.parametrize("drop", [b"HTTP/1.1 103 Early Hints\r\n\r\n", b"X", b"HTTP/1.1 200 OK\r\nX: y\r\n"])
def test_a_head_that_drips_for_ever_ends_at_the_deadline(
    transport: Transport, azure: Upstream, drop: bytes
) -> None:
    head = Reply(
        200, pieces=repeat(drop[:1]) if len(drop) == 1 else repeat(drop), until_close=True, pause=0.01
    )
    azure.enqueue("other", lambda _: replace(head, verbatim=b""))
    with (
        pytest.raises(OutcomeUnknown, match=r"did not answer within 0.2 s|was lost"),
        transport.exchange("POST", azure.url, Deadline(0.2, 5, 5)),
    ):
        pass
    assert azure.requests[0].aborted.wait(5)


@pytest.mark.parametrize("size", [b"-5", b"+5", b"0x5", b"1_0", b"5 5", b"", b"z", b"F" * 40])
def test_a_chunk_of_odd_size_ends_the_body(transport: Transport, azure: Upstream, size: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\nhello\r\n0\r\n\r\n"
    azure.enqueue("other", Reply.raw(raw))
    with pytest.raises(Unreachable), transport.exchange("GET", azure.url, SOON) as exchange:
        exchange.read(100)


def test_a_body_that_cannot_be_unpacked_says_so(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply(200, b"not gzip", {"content-encoding": "gzip"}))
    with (
        pytest.raises(BadReply, match="cannot be unpacked"),
        transport.exchange("GET", azure.url, SOON) as exchange,
    ):
        exchange.read(100)


@pytest.mark.parametrize(
    ("deadline", "words"),
    [
        (Deadline(5, 0.05, 5), "fell silent for 0.05 s in the middle of its answer"),
        (Deadline(5, 5, 0.2), "took longer than 0.2 s"),
    ],
)
@pytest.mark.parametrize(("method", "kind"), [("GET", Unreachable), ("POST", OutcomeUnknown)])
def test_a_time_out_says_which(
    transport: Transport,
    azure: Upstream,
    method: str,
    kind: type[ServiceError],
    deadline: Deadline,
    words: str,
) -> None:
    azure.enqueue("other", Reply(200, b"abc", stop_after=1, hang=True))
    with (
        pytest.raises(kind, match=words) as caught,
        transport.exchange(method, azure.url, deadline) as exchange,
    ):
        exchange.read(100)
    assert (type(caught.value), caught.value.status) == (kind, 200)


@pytest.mark.parametrize(
    ("name", "days", "known", "words"),
    [
        ("localhost", 2, False, "could not be verified"),
        ("localhost", -1, True, "has expired"),
        ("other.example", 2, True, "is for another name"),
        ("*.localhost", 2, True, "is for another name"),
    ],
)
def test_a_certificate_that_proves_nothing_ends_it_before_anything_was_sent(
    transport: Transport, tmp_path: Path, name: str, days: int, known: bool, words: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, name, days), tmp_path / "key.pem")
    if known:
        transport._session.verify = str(tmp_path / "cert.pem")
    with (
        served(lambda sock: context.wrap_socket(sock, server_side=True).close()) as port,
        pytest.raises(Untrusted, match=f"The certificate of localhost:{port} {words}.") as caught,
        transport.exchange("POST", f"https://localhost:{port}", SOON, headers=KEYED),
    ):
        pass
    assert caught.value.advice.endswith("Nothing was sent.")
    assert not any(KEY_1 in text for text in strings(caught.value))


def certificate(folder: Path, name: str, days: int) -> Path:
    """Makes key.pem and a certificate that it signs itself; negative days ago it ended."""
    for command in (
        ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem"]
        + ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"],
        ["x509", "-req", "-in", "request.pem", "-signkey", "key.pem", "-copy_extensions", "copyall"]
        + ["-days", str(days), "-out", "cert.pem"],
    ):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem"


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_what_speaks_no_tls_cannot_be_reached(transport: Transport, said: bytes) -> None:
    with (
        served(lambda sock: sock.sendall(said)) as port,
        pytest.raises(Unreachable, match="Cannot reach") as caught,
        transport.exchange("POST", f"https://127.0.0.1:{port}", SOON, headers=KEYED),
    ):
        pass
    assert type(caught.value) is Unreachable


@contextlib.contextmanager
def served(work: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server for a single connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            sock, _ = server.accept()
            with sock, contextlib.suppress(OSError):
                work(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


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


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_chunks_that_came_together_are_one_block(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply.raw(CHUNKED + b"3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"))
    with transport.exchange("GET", azure.url, SOON) as exchange:
        assert list(exchange.blocks(1_000)) == [b"onetwothree"]


def test_much_that_has_arrived_and_was_not_read_is_told(transport: Transport, azure: Upstream) -> None:
    azure.enqueue("other", Reply.raw(CHUNKED + b"%x\r\n" % 300_000 + b"x" * 300_000 + b"\r\n0\r\n\r\n"))
    with transport.exchange("GET", azure.url, SOON) as exchange:
        blocks = exchange.blocks(1_000_000)
        read = len(next(blocks))
        wait(exchange.ahead)
        assert read + sum(map(len, blocks)) == 300_000
        assert exchange.ahead()


@pytest.mark.parametrize(
    ("rest", "told"), [(b"", False), (b"\r\n3\r\ntwo\r\n", False), (b"\r\n0\r\n\r\n", True)]
)
def test_the_end_that_has_arrived_is_told(
    transport: Transport, azure: Upstream, rest: bytes, told: bool
) -> None:
    azure.enqueue("other", Reply.raw(CHUNKED + b"5\r\nfirst\r\n" + b"3\r\none" + rest, hang=True))
    with transport.exchange("GET", azure.url, SOON) as exchange:
        blocks = exchange.blocks(1_000)
        next(blocks)
        assert exchange.ahead() is told


def test_what_was_looked_at_piece_by_piece_is_one_block(transport: Transport, azure: Upstream) -> None:
    due = threading.Semaphore(0)

    def pieces() -> Iterator[bytes]:
        for piece in (b"one", b"two", b"three", b"four"):
            due.acquire(timeout=10)
            yield piece

    azure.enqueue("other", Reply(pieces=pieces()))
    with transport.exchange("GET", azure.url, SOON) as exchange:
        blocks = exchange.blocks(1_000)
        due.release()
        assert next(blocks) == b"one"
        for _ in range(3):
            due.release()
            time.sleep(0.05)  # red or green do not hang on it: where it is too short, pieces come together
            exchange.ahead()
        wait(exchange.ahead)
        assert list(blocks) == [b"twothreefour"]


@pytest.mark.parametrize("half", [b"", b"\r", b"\r\n", b"\r\n3", b"\r\n3\r\n"])
def test_half_a_chunk_holds_nothing_back(transport: Transport, azure: Upstream, half: bytes) -> None:
    azure.enqueue("other", Reply.raw(CHUNKED + b"3\r\none" + half, hang=True))
    with transport.exchange("GET", azure.url, SOON) as exchange:
        assert next(exchange.blocks(1_000)) == b"one"
