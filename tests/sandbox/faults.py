"""Fault plans: what goes wrong, how often, and where.

A fault applies to requests whose path contains `path` (token requests only if `path` names them), from the one
after the first `after` of them, `times` times (None: until it is cleared). The core's middleware plays what happens
to the connection or the bytes; a dialect asks `plan.active(kind)` for what only it can play.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What can go wrong; the comment says who plays it."""

    RATE_LIMITED = "rate_limited"  # core, with the dialect's body; `seconds` is Retry-After
    SERVER_ERROR = "server_error"  # core, with the dialect's body; `status` or 500
    UNAVAILABLE = "unavailable"  # core, with the dialect's body; `status` or 503
    TIMEOUT = "timeout"  # core: answers after `seconds`
    DROPPED_CONNECTION = "dropped_connection"  # core: closes the socket in the middle of the body
    TRUNCATED_JSON = "truncated_json"  # core: a complete response with half of its body
    WRONG_SHAPE = "wrong_shape"  # core: `value` (or {"unexpected": true}) as JSON with status 200
    HTML = "html"  # core: a web page with status 200 instead of JSON
    EXPIRED_TOKEN = "expired_token"
    MOVING_ROWS = "moving_rows"  # core: touches `count` random orders, or those of `value`, after each answer
    LATE_COMMIT = "late_commit"  # core: opens a transaction that commits `seconds` later
    FUTURE_RECORD = "future_record"  # core: creates an order dated `seconds` in the future
    IGNORE_FILTER = "ignore_filter"  # dialect
    NEW_FIELD = "new_field"  # dialect: `field` with `value` appears in every row
    RETYPED_FIELD = "retyped_field"  # dialect: `field` is served as `value`, of another type
    VANISHED_FIELD = "vanished_field"  # dialect: `field` is in no row, and in no catalogue of fields


@dataclass(slots=True)
class Fault:
    """One planned fault; `hits` counts the requests it has been applied to, `seen` those that matched."""

    kind: FaultKind
    times: int | None = 1
    path: str = ""
    after: int = 0
    seconds: float | None = None
    status: int | None = None
    count: int = 5
    field: str = ""
    value: Any = None
    seen: int = 0
    hits: int = 0

    def take(self, path: str, is_token_request: bool) -> bool:
        """Whether the fault applies to this request; counts it."""
        if self.path not in path or (is_token_request and not self.path):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True


class FaultPlan:
    """The faults of one dialect, and which of them apply to the request being answered."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._current: ContextVar[Sequence[Fault]] = ContextVar("current_faults", default=())

    def add(self, kind: FaultKind | str, **details: Any) -> Fault:
        """Plan a fault; ValueError or TypeError for a kind or a detail that does not exist."""
        fault = Fault(kind=FaultKind(kind), **details)
        self.faults.append(fault)
        return fault

    def add_all(self, planned: Sequence[Mapping[str, Any]]) -> None:
        """Plan faults given as mappings with `kind` and details, as the control API receives them."""
        for entry in planned:
            self.add(**entry)

    def clear(self) -> None:
        self.faults.clear()

    def begin(self, path: str, is_token_request: bool) -> None:
        """Settle which faults apply to the request that begins now in this context."""
        self._current.set(tuple(fault for fault in self.faults if fault.take(path, is_token_request)))

    def active(self, kind: FaultKind | str) -> Fault | None:
        """The fault of that kind which applies to the current request, if any."""
        return next((fault for fault in self._current.get() if fault.kind == kind), None)

    def reshaped(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row as the faults that apply to its fields leave it."""
        shown = dict(row)
        if new := self.active(FaultKind.NEW_FIELD):
            shown[new.field] = new.value
        if (retyped := self.active(FaultKind.RETYPED_FIELD)) and retyped.field in shown:
            shown[retyped.field] = retyped.value
        if vanished := self.active(FaultKind.VANISHED_FIELD):
            shown.pop(vanished.field, None)
        return shown
