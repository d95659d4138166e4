"""A source that answers as fast as it can, or as slowly and as seldom as it is told to.

``/benchmark/seen`` tells when requests came, and how many were refused; the clock it shows in ``Date`` starts at the
timeline's, so that the same orders are asked for on any day.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from benchmarks.orders import Orders, PreparedOrders, WrittenOrders
from benchmarks.shapes import load
from benchmarks.shapes.shape import Question, encoded
from benchmarks.timeline import SYNCED_AT, Timeline

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MINUTE = 60.0


class Server:
    """An ASGI application over one shape; ``delay`` in seconds is what every answer takes."""

    def __init__(self, shape: str, timeline: Timeline, page_size: int, folder: Path | None) -> None:
        self._shape, self._timeline, self._page_size = load(shape), timeline, page_size
        self._folder = folder
        self._orders: Orders | None = None
        self.delay = 0.0
        self.requests_per_minute: int | None = None
        self._arrivals: list[float] = []
        self._accepted: deque[float] = deque()
        self._refused = 0
        self._began = time.monotonic()

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, query = scope["path"], _query(scope)
        if path == "/benchmark/seen":
            await self._send(send, 200, [encoded({"arrivals": self._arrivals, "refused": self._refused})])
        elif path.endswith("/token"):
            await self._send(send, 200, [self._shape.other(path, query)])
        elif not self._may_pass():
            await self._send(send, 429, [b'{"error":{"code":"429","message":"too many requests"}}'])
        else:
            await asyncio.sleep(self.delay)
            await self._send(send, 200, self._body(path, query))

    def _now(self) -> datetime:
        return self._timeline.now + timedelta(seconds=time.monotonic() - self._began)

    def _may_pass(self) -> bool:
        now = time.monotonic()
        self._arrivals.append(now)
        while self._accepted and self._accepted[0] <= now - MINUTE:
            self._accepted.popleft()
        if self.requests_per_minute is not None and len(self._accepted) >= self.requests_per_minute:
            self._refused += 1
            return False
        self._accepted.append(now)
        return True

    async def _send(self, send: Send, status: int, parts: list[bytes]) -> None:
        kind = b"application/xml" if parts[0].startswith(b"<") else b"application/json"
        headers = [
            (b"content-type", kind),
            (b"content-length", str(sum(map(len, parts))).encode()),
            (b"date", format_datetime(self._now(), usegmt=True).encode()),
            *([(b"retry-after", b"1")] if status == 429 else []),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for number, part in enumerate(parts, start=1):
            await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})

    def _body(self, path: str, query: dict[str, str]) -> list[bytes]:
        asked = self._shape.read(path, query)
        if asked is None:
            return [self._shape.other(path, query)]
        found = self._found(asked)
        size = asked.size or self._page_size
        page, rest = found[:size], found[size:]
        link = f"$skiptoken={rest.start}-{rest.stop}" if rest and asked.size is None else None
        head, tail = self._shape.envelope(len(found) if asked.is_first else None, link)
        return [head, self._source().joined(page), tail]

    def _found(self, asked: Question) -> range:
        if asked.rest is not None:
            return asked.rest
        found = self._timeline.between(asked.start, asked.end)
        return found if asked.after is None else self._timeline.behind(found, asked.after)

    def _source(self) -> Orders:
        if self._orders is None:
            shape, timeline = self._shape, self._timeline
            is_prepared = self._folder is not None and not timeline.changed
            self._orders = (
                PreparedOrders(self._folder, shape, timeline.orders)
                if self._folder is not None and is_prepared
                else WrittenOrders(shape, timeline)
            )
        return self._orders


def _query(scope: Scope) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", default="business_central")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--changed", type=int, default=0, help="how many of them were changed again")
    parser.add_argument("--now", type=datetime.fromisoformat, default=SYNCED_AT, help="the source's clock")
    parser.add_argument("--page-size", type=int, default=500)
    parser.add_argument("--folder", type=Path, help="serve from prepared files in this folder")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that every answer takes")
    parser.add_argument("--requests-per-minute", type=int, help="more are refused")
    parser.add_argument("--port", type=int, default=9950)
    told = parser.parse_args()
    app = Server(told.shape, Timeline(told.orders, told.changed, told.now), told.page_size, told.folder)
    app.delay, app.requests_per_minute = told.delay, told.requests_per_minute
    uvicorn.run(app, host="127.0.0.1", port=told.port, log_level="warning", access_log=False, date_header=False)


if __name__ == "__main__":
    main()
