"""A reverse proxy in front of API servers that are told to live below a path of its address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from include.orderhouse.ports import claim_port
from tests.webhooks.receiver import served

PREFIX = "/tools/airflow"
"""Where the proxy has Airflow; anything else at its address is not Airflow's."""
SERVER = "x-served-by"
"""The header that tells which server has answered."""
_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "content-length", "content-encoding"}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass
class Proxy:
    """Hands each request on to the next server in turn, its path as it is."""

    port: int
    servers: tuple[int, ...]
    keeps_host: bool = False
    """Whether the servers are told the host that the client asked for, or their own."""
    served: Counter[int] = field(default_factory=Counter)
    """How often each server answered."""
    _turn: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Airflow's address."""
        return self.origin + PREFIX

    async def hand_on(self, request: Request) -> Response:
        """The answer of one of the servers."""
        if not request.url.path.startswith(f"{PREFIX}/"):
            return Response("not Airflow", status_code=404)
        self._turn += 1
        server = self.servers[self._turn % len(self.servers)]
        headers = [(name, value) for name, value in request.headers.items() if name not in _ONE_HOP]
        if not self.keeps_host:
            headers = [(name, value) for name, value in headers if name != "host"]
        target = f"http://127.0.0.1:{server}{request.url.path}"
        async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
            answer = await client.request(
                request.method, target, params=request.query_params, headers=headers, content=await request.body()
            )
        self.served[server] += 1
        response = Response(answer.content, answer.status_code, {SERVER: str(server)})
        kept = [(name, value) for name, value in answer.headers.multi_items() if name not in _ONE_HOP]
        response.raw_headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept]
        return response


@contextmanager
def proxying(port: int, servers: tuple[int, ...]) -> Iterator[Proxy]:
    """A running proxy."""
    made = Proxy(port, servers)
    with served(Starlette(routes=[Route("/{path:path}", made.hand_on, methods=_METHODS)]), port):
        yield made


def free_ports(count: int) -> list[int]:
    """So many ports that nobody uses."""
    found: set[int] = set()
    while len(found) < count:
        found.add(claim_port(0, "the tests", "none"))
    return sorted(found)
