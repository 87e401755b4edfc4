"""What the server's own sockets lack."""

import contextlib
import socket
from pathlib import Path

OPEN = Path("/dev/fd")  # what this process has open, on Linux and macOS


def send_at_once() -> None:
    """Has every connection that is accepted from now on send what it is given without delay.

    Otherwise the kernel keeps a small packet back until the one before is acknowledged, which may take 40 ms
    (RFC 1122, 4.2.3.2 and 4.2.3.4). asyncio switches that off, but only on sockets that name TCP as their
    protocol, and Streamlit binds one that names none. Connections take the option over from the socket that
    accepts them.
    """
    for opened in OPEN.iterdir() if OPEN.is_dir() else ():
        with contextlib.suppress(OSError):  # not a socket, or closed meanwhile
            found = socket.socket(fileno=int(opened.name))
            try:
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            finally:
                found.detach()
