"""A source that answers as fast as it can: pages of a shape, made as they are asked for or read from prepared files."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from benchmarks.shapes import load

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Server:
    """An ASGI application over one shape; ``delay`` in seconds is what every answer takes."""

    def __init__(self, shape: str, orders: int, page_size: int, folder: Path | None, delay: float) -> None:
        self._shape, self._orders, self._page_size = load(shape), orders, page_size
        self._folder, self._delay = folder, delay

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        await asyncio.sleep(self._delay)
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        body = self._body(scope["path"], query)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _body(self, path: str, query: dict[str, str]) -> bytes:
        found = self._shape.asked(path, query, self._orders)
        if found is None:
            return bytes(self._shape.other(path, query))
        is_first = "$skiptoken" not in query
        if self._folder is None:
            return bytes(self._shape.page(found, self._page_size, is_first))
        file = self._folder / f"{found.start}-{found.stop}-{is_first}.json"
        if not file.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._shape.page(found, self._page_size, is_first))
        return file.read_bytes()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", default="business_central")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--page-size", type=int, default=500)
    parser.add_argument("--folder", type=Path, help="where pages are kept once made, for servers that only read")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that every answer takes")
    parser.add_argument("--port", type=int, default=9950)
    told = parser.parse_args()
    app = Server(told.shape, told.orders, told.page_size, told.folder, told.delay)
    uvicorn.run(app, host="127.0.0.1", port=told.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
