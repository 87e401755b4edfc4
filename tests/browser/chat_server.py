"""An OpenAI-compatible server that is not Azure's: it chats, takes no key, and knows nothing else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class _Chat(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path != "/v1/chat/completions":
            self.send_error(404)
            return
        self.server.asked.append((dict(self.headers), asked))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for word in ("I", " only", " chat."):
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            self.wfile.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())
        last = {"index": 0, "delta": {}, "finish_reason": "stop"}
        self.wfile.write(f"data: {json.dumps({'choices': [last]})}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def chat_server() -> Iterator[tuple[str, list[tuple[dict[str, str], dict[str, Any]]]]]:
    """Its base address, and the headers and bodies it was asked with."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Chat)
    server.asked = asked = []  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
