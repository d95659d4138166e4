"""Somebody between us and a source: a real proxy that relays requests to a sandbox and spoils what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import unquote_plus

import httpx

_HELD_BACK = {"content-length", "transfer-encoding", "connection", "content-encoding"}
_VALUE = re.compile(r"'[^']*'|[\w:.-]*\d[\w:.-]*")
"""What differs between two pages of the same list: texts, and words with a digit."""


@dataclass(frozen=True)
class Answer:
    """A source's answer, on its way."""

    status: int
    headers: dict[str, str]
    body: bytes


Spoil = Callable[[str, Answer], Answer]
"""What becomes of an answer to a request, given as its path, query and body."""


@dataclass
class Meddler:
    """The proxy at work; it changes nothing until it is told what to spoil."""

    url: str = ""
    spoil: Spoil | None = None
    spoilt: int = 0
    """How many answers were spoilt."""


@contextmanager
def meddling(source: str) -> Iterator[Meddler]:
    """A proxy before a source for as long as the context lasts."""
    made = Meddler()

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HELD_BACK}
            given = client.request(self.command, source + self.path, headers=headers, content=body)
            asked = f"{self.path} {body.decode()}"
            kept = {name: value for name, value in given.headers.items() if name.lower() not in _HELD_BACK}
            answer = Answer(given.status_code, kept, given.content)
            if made.spoil:
                made.spoilt += 1
                answer = made.spoil(asked, answer)
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with httpx.Client(timeout=30) as client, ThreadingHTTPServer(("127.0.0.1", 0), Relay) as server:
        made.url = f"http://127.0.0.1:{server.server_port}"
        relaying = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        relaying.start()
        try:
            yield made
        finally:
            server.shutdown()
            relaying.join()


def stuck() -> Spoil:
    """Whatever page is asked for, the answer is the first one to a question of that form."""
    first: dict[str, Answer] = {}
    lock = Lock()

    def spoil(asked: str, answer: Answer) -> Answer:
        path, _, values = unquote_plus(asked).replace(" ", "?", 1).partition("?")
        with lock:
            return first.setdefault(f"{path}?{_VALUE.sub('', values)}", answer)

    return spoil
