"""What is set on the server's own sockets."""

import socket
from pathlib import Path

import pytest

from ui import sockets


@pytest.fixture
def listening() -> socket.socket:
    """A socket as Streamlit binds it: it names no protocol, so asyncio would leave it as it is."""
    bound = socket.socket(socket.AF_INET)
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    return bound


def accepted(listening: socket.socket) -> socket.socket:
    with socket.create_connection(listening.getsockname()):
        return listening.accept()[0]


def test_connections_send_without_delay(listening: socket.socket) -> None:
    with listening:
        with accepted(listening) as before:
            assert before.proto != socket.IPPROTO_TCP
            assert not before.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        sockets.send_at_once()
        with accepted(listening) as after:
            assert after.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_else_is_open_stays_as_it_is(listening: socket.socket, tmp_path: Path) -> None:
    pair = socket.socketpair()
    with listening, (tmp_path / "file").open("w") as file, pair[0], pair[1]:
        with socket.create_connection(listening.getsockname()) as talking:
            sockets.send_at_once()
            assert not talking.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        file.write("open")
        pair[0].sendall(b"open")
        assert pair[1].recv(4) == b"open"


def test_a_system_that_does_not_tell_what_is_open(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "OPEN", tmp_path / "none")
    with listening:
        sockets.send_at_once()
        with accepted(listening) as after:
            assert not after.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
