"""What a dialect is, and the world it serves.

A dialect is a module of `tests.sandbox.dialects` with a value `DIALECT`. Its endpoints are `async` functions that do
not await while they read the company: all servers and all changes share one event loop, so each answer is consistent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.faults import FaultPlan
from tests.sandbox.limits import RateLimit
from tests.sandbox.order import Order
from tests.sandbox.tokens import TokenStore


@dataclass(slots=True)
class RequestRecord:
    """One request as it was answered; never its headers. `note` is what the dialect wants tests to see."""

    method: str
    path: str
    query: str
    at: datetime
    status: int | None = None
    note: str = ""


class RequestLog:
    """All requests of one dialect, in order of arrival."""

    def __init__(self) -> None:
        self.records: list[RequestRecord] = []
        self._current: ContextVar[RequestRecord] = ContextVar("current_record")

    def begin(self, record: RequestRecord) -> None:
        """Add the record of the request that begins now in this context."""
        self.records.append(record)
        self._current.set(record)

    def note(self, text: str) -> None:
        """Note something about the current request, such as its query; never a secret."""
        self._current.get().note = text

    def count(self, path: str = "", status: int | None = None) -> int:
        """How many requests had that text in their path and, if given, that status."""
        return sum(path in record.path and status in (None, record.status) for record in self.records)

    def clear(self) -> None:
        self.records.clear()


@dataclass(slots=True)
class World:
    """All that a dialect's endpoints need. `options` choose among versions of the system (`{"version": "18"}`);
    `credentials` are those the dialect accepts; `base_url` is `http://127.0.0.1:<port>` once the port is bound."""

    dialect: Dialect
    company: Company
    clock: Clock
    limits: RateLimit
    tokens: TokenStore
    credentials: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    faults: FaultPlan = field(default_factory=FaultPlan)
    log: RequestLog = field(default_factory=RequestLog)
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What became of an order: `created`, `updated` or `deleted`."""

    order: Order
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """What a system posts by itself: its body as it becomes JSON, and the headers that prove who sent it."""

    body: Any
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content_type: str = "application/json"


Notify = Callable[[World, Sequence[OrderChange], str], Iterable[Post]]
"""What the system posts of changes, signed or authenticated by a secret."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One ERP's way of serving the company.

    `routes` builds its endpoints for a world. `rate_limited_response` (seconds to wait, or None) and
    `server_error_response` (status) build its system's own error bodies; the core uses them for faults and limits.
    Requests whose path contains one of `token_paths` are neither limited nor, unless a fault names them, disturbed.
    `credentials` are the sandbox's well-known ones; they guard nothing but generated data on loopback.
    `notify` is None where the system cannot post changes by itself, or nothing certain is known of how it does.
    """

    name: str
    routes: Callable[[World], Sequence[BaseRoute]]
    rate_limited_response: Callable[[float | None], Response]
    server_error_response: Callable[[int], Response]
    token_paths: tuple[str, ...] = ()
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    notify: Notify | None = None


def build_world(
    dialect: Dialect,
    company: Company,
    clock: Clock,
    options: Mapping[str, str] | None = None,
    credentials: Mapping[str, str] | None = None,
) -> World:
    """The world of one dialect over a company that others may share; `credentials` replace its own by name."""
    return World(
        dialect=dialect,
        company=company,
        clock=clock,
        limits=RateLimit(clock),
        tokens=TokenStore(clock),
        credentials={**dialect.credentials, **(credentials or {})},
        options=options or {},
    )
