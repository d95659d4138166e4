"""A source played from a recording of the sandbox, one of whose answers is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import httpx

from include.orderhouse import wire
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Catalogue, Source, Window
from include.orderhouse.connectors import load
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.transport import Bounds, Way
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import Unlimited, credentials_for
from tests.sandbox.running import Sandbox
from tests.security.mutation import mutated
from tests.sync.conftest import NOW, SETTINGS, SIGN_IN

_PAGE = 3
_STATUSES = (200, 200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503, 999)
_HEADERS: tuple[tuple[str, str], ...] = (
    ("Retry-After", "x"),
    ("Retry-After", "1e999"),
    ("Retry-After", "nan"),
    ("Retry-After", "Fri, 31 Dec 99999 23:59:59 GMT"),
    ("Date", "yesterday"),
    ("Date", "Mon, 01 Jan 0001 00:00:00 +1400"),
    ("Content-Type", "text/html; charset=nonsense"),
    ("Content-Type", "text/html; charset=undefined"),
    ("Location", "https://evil.example/"),
    ("Set-Cookie", "a=b; expires=never"),
    ("X-Request-Id", "line\x1b[31mbreak"),
)


@dataclass
class Recording(httpx.BaseTransport):
    """What the sandbox answered, by what was asked. Records while it is open, then answers by itself."""

    live: httpx.BaseTransport | None = field(default_factory=httpx.HTTPTransport)
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)
    random: Random | None = None
    _asked: int = 0
    _wrong: int = -1

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The sandbox's answer, or what it was."""
        asked = f"{request.method} {request.url.path}"
        if self.live is not None:
            answer = self.live.handle_request(request)
            answer.read()
            self.answers.append((asked, answer))
            return _copy(answer, answer.content)
        self._asked += 1
        known = [answer for key, answer in self.answers if key == asked]
        if not known:
            return httpx.Response(404, json={"error": {"code": "none", "message": "no such thing"}})
        nth = sum(1 for key in self._seen if key == asked)
        self._seen.append(asked)
        answer = known[min(nth, len(known) - 1)]
        return self._spoilt(answer) if self.random and self._asked == self._wrong else _copy(answer, answer.content)

    def spoil(self, random: Random) -> None:
        """Begin anew, with one answer wrong."""
        self.live, self.random, self._asked, self._seen = None, random, 0, []
        self._wrong = random.randrange(len(self.answers)) + 1

    _seen: list[str] = field(default_factory=list)

    def _spoilt(self, answer: httpx.Response) -> httpx.Response:
        assert self.random
        made = _copy(answer, mutated(answer.content, self.random))
        made.status_code = self.random.choice(_STATUSES)
        if self.random.random() < 0.2:
            made.headers.update([self.random.choice(_HEADERS)])
        return made


@dataclass
class Subject:
    """A connector with a recording of the sandbox's answers to a whole read."""

    connector: str
    sandbox: Sandbox
    recording: Recording = field(default_factory=Recording)

    def __post_init__(self) -> None:
        settings = load(self.connector).settings
        options = Options(connector=self.connector, customer="tests", settings=SETTINGS[self.connector])
        self.connection = Connection(
            name="fuzzed", options=options, connector=load(self.connector), settings=_settings(settings, options)
        )
        self.transform = Transform(self.connection)
        self.orders: list[Any] = []
        assert self.read() > 0
        live, self.recording.live = self.recording.live, None
        if live:
            live.close()

    def read(self) -> int:
        """Everything that an initial sync reads, mapped; how many orders came."""
        found: list[Any] = []
        with self._source() as source:
            connector = self.connection.connector
            source = replace(source, catalogue=connector.discover(source))
            for page in connector.fetch(source, Window(None, None)):
                found += page.records
                if len(found) > 60:
                    break
            next(iter(connector.scan(source)), None)
        self.orders = self.orders or found
        return self._mapped(wire.encode(found))

    def map_spoilt(self, random: Random) -> int:
        """Map the orders that were read, one of them wrong: how many were loaded or rejected."""
        content = wire.encode(self.orders)
        orders = wire.decode(content)
        at = random.randrange(len(orders))
        orders[at : at + 1] = _decoded(mutated(wire.encode(orders[at]), random))
        return self._mapped(wire.encode(orders))

    def map_with(self, transform: Transform) -> None:
        """Map the orders as another connection does."""
        transform.frames([RawOrder(NOW, record) for record in wire.decode(wire.encode(self.orders))])

    def _mapped(self, staged: bytes) -> int:
        frames = self.transform.frames([RawOrder(NOW, record) for record in wire.decode(staged)])
        return frames.tables["version"].num_rows + frames.tables["reject"].num_rows

    @contextmanager
    def _source(self) -> Iterator[Source]:
        told = credentials_for(self.connector, self.sandbox, **SIGN_IN.get(self.connector, {}))
        auth = self.connection.connector.authenticate(told, self.connection.settings)
        way = Way(told.base_url, bounds=Bounds(page_requests=150))
        waits = Patience(tries=1, longest_wait=0.001, timeout=10.0)
        explain = self.connection.connector.explain
        with Api(told.base_url, auth, Unlimited(), explain, waits, self.recording, told.secrets(), way) as api:
            yield Source(api, self.connection.settings, Catalogue(), _PAGE)


def _decoded(content: bytes) -> list[Any]:
    """The order that a content is, if it is one: connectors hand on nothing but objects."""
    try:
        found = wire.decode_foreign(content)
    except ValueError:
        return []
    return [found] if isinstance(found, dict) else []


def _settings(kind: type[Any], options: Options) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind).validate_python(options.settings)


def _copy(answer: httpx.Response, content: bytes) -> httpx.Response:
    left_out = ("content-length", "content-encoding", "transfer-encoding")
    headers = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in left_out]
    return httpx.Response(answer.status_code, headers=headers, content=content)
