"""The fault matrix: every fault that the sandbox can play, times every connector, through whole syncs."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from include.orderhouse.connectors import CONNECTORS
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    RateLimitExceeded,
    SourceTimeout,
    SourceUnavailable,
    TooManyRejects,
    UnexpectedShape,
)
from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.embedded import Server
from tests.sandbox.faults import FaultKind
from tests.sandbox.tokens import PREFIX as TOKEN
from tests.sync.conftest import System
from tests.sync.plant import Plant, differences, end_pause, holds_slot, is_empty, loaded, plant

OFFLINE, DENIED = "offline", "needs_reauthorisation"
OF_THE_VERSION = ("source_modified_at", "source_version")
"""Columns that stay as they were where an order was saved without being changed."""
K = FaultKind


@dataclass(frozen=True)
class Fails:
    """While the fault lasts, the sync fails with this error and loads nothing; the connection is then called `status`
    (None: as before). A retry of the run loads everything, also if the fault strikes one request `once` more."""

    error: type[OrderhouseError]
    status: str | None = None
    once: bool = True
    details: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recovers:
    """The sync loads everything as if nothing had happened."""

    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Follows:
    """The sync ends well; what moved meanwhile or was committed later comes with the next one."""

    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Noted:
    """The connection, which has been synced before, notes the drift. Orders that lack what they need are set aside,
    the others are loaded without it; when the fault is over, a full sync loads everything."""

    drift: str
    details: dict[str, Any] = field(default_factory=dict)


Outcome = Fails | Recovers | Follows | Noted

NARROW = {"initial_days": 1, "include_open_orders": False, "max_outside_window": 5}
EXPECTED: dict[FaultKind, Outcome] = {
    K.RATE_LIMITED: Fails(RateLimitExceeded),
    K.SERVER_ERROR: Fails(SourceUnavailable, OFFLINE),
    K.UNAVAILABLE: Fails(SourceUnavailable, OFFLINE),
    K.TIMEOUT: Fails(SourceTimeout, OFFLINE, details={"seconds": 1.5}, options={"timeout": 1.0}),
    K.DROPPED_CONNECTION: Fails(SourceUnavailable, OFFLINE),
    K.TRUNCATED_JSON: Fails(UnexpectedShape),
    K.HTML: Fails(UnexpectedShape),
    K.WRONG_SHAPE: Fails(UnexpectedShape, once=False),
    K.EXPIRED_TOKEN: Fails(AuthenticationFailed, DENIED),
    K.IGNORE_FILTER: Fails(
        FilterIgnored,
        once=False,
        details={"after": 0},
        options=NARROW,
    ),
    K.MOVING_ROWS: Follows({"count": 3, "times": 5}),
    K.LATE_COMMIT: Follows({"times": 1}),
    K.FUTURE_RECORD: Recovers({"times": 1, "after": 0}),
    K.NEW_FIELD: Noted("appeared", {"after": 0, "field": "novelty", "value": "new"}),
    K.RETYPED_FIELD: Noted("retyped", {"after": 0, "value": ["of", "another", "type"]}),
    K.VANISHED_FIELD: Noted("vanished", {"after": 0}),
}
"""What becomes of a sync in whose middle a fault begins."""

LED_BACK = (
    Fails(FilterIgnored, once=False, details={"after": 0}, options=NARROW | {"max_outside_window": 20}),
    "receipts of the window lead to orders that were changed before it",
)
EXCEPTIONS: dict[tuple[str, FaultKind], tuple[Outcome, str]] = {
    ("acumatica", K.IGNORE_FILTER): LED_BACK,
    ("dynamics_fo", K.RATE_LIMITED): (
        Fails(RateLimitExceeded, once=False),
        "tells how many seconds to wait, more than a task waits here",
    ),
    ("erpnext", K.EXPIRED_TOKEN): (Fails(AuthenticationFailed, DENIED, once=False), "an API key cannot be renewed"),
    ("netsuite", K.EXPIRED_TOKEN): (
        Fails(RateLimitExceeded),
        "a login that was good and is refused is the concurrency limit in disguise",
    ),
    ("odoo", K.EXPIRED_TOKEN): (Fails(AuthenticationFailed, DENIED, once=False), "an API key cannot be renewed"),
    ("oracle_fusion", K.EXPIRED_TOKEN): (Recovers(), "basic authentication has no token"),
    ("quickbooks", K.RATE_LIMITED): (
        Fails(RateLimitExceeded, once=False),
        "asks for a minute, longer than a task waits",
    ),
    ("sap_business_one", K.IGNORE_FILTER): LED_BACK,
    ("xero", K.RATE_LIMITED): (Fails(RateLimitExceeded, once=False), "asks for a minute, longer than a task waits"),
    ("sap_s4hana", K.EXPIRED_TOKEN): (Recovers(), "basic authentication has no token"),
}
"""Where a connector differs, and why."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"faults of {name}")) for name in CONNECTORS],
)
def played(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """The plant of a connector, for all its faults."""
    folder = tmp_path_factory.mktemp("faults")
    with pytest.MonkeyPatch.context() as environment, plant(request.param, server, folder) as made:
        environment.setenv("ORDERHOUSE_HOME", str(folder / "home"))
        yield made


def test_every_fault_has_an_expected_outcome() -> None:
    assert set(EXPECTED) == set(FaultKind)
    assert {kind for _, kind in EXCEPTIONS} <= set(FaultKind)
    assert {connector for connector, _ in EXCEPTIONS} <= set(CONNECTORS)


@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_ends_as_expected(played: Plant, kind: FaultKind) -> None:
    outcome, _ = EXCEPTIONS.get((played.connector, kind), (EXPECTED[kind], ""))
    details = {"times": None, "after": played.calls // 2, **outcome.details}
    match outcome:
        case Fails():
            _fails_and_is_retried(played, kind, outcome, details)
        case Recovers():
            system = played.connect()
            with played.disturbed(kind, **details):
                system.sync()
            assert differences(loaded(system), played.clean_load()) == []
            assert system.mark <= played.served.clock.now()
        case Follows():
            system = played.connect()
            with played.disturbed(kind, **details):
                system.sync()
            played.served.clock.advance(3600)
            system.sync()
            assert differences(loaded(system), played.clean_load(), OF_THE_VERSION) == []
        case Noted():
            _is_noted(played, kind, outcome.drift, details)


def _fails_and_is_retried(played: Plant, kind: FaultKind, outcome: Fails, details: dict[str, Any]) -> None:
    system = played.connect(**outcome.options)
    with played.disturbed(kind, **details), pytest.raises(outcome.error) as failed:
        system.sync(run_id="the run")
    row = system.last_sync()
    assert (row["state"], row["error_code"]) == ("failed", outcome.error.code)
    assert _status(system) == outcome.status
    assert is_empty(system)
    assert system.watermark.text is None
    assert not holds_slot(system)
    assert _secrets_told(system, failed.value) == []
    end_pause(system)
    if outcome.once:
        with played.disturbed(kind, **details | {"times": 1, "after": 2}):
            row = system.sync(run_id="the run")
    else:
        row = system.sync(run_id="the run")
    assert (row["state"], row["attempts"], row["error_code"]) == ("succeeded", 2, None)
    assert _status(system) == "online"
    assert differences(loaded(system), played.clean_load(**outcome.options)) == []


def _is_noted(played: Plant, kind: FaultKind, drift: str, details: dict[str, Any]) -> None:
    system = played.connect()
    system.sync()
    details = {"field": played.field_to_disturb(), **details}
    with played.disturbed(kind, **details):
        try:
            system.sync(Mode.FULL_RESYNC)
        except TooManyRejects:
            assert _of(system, "reject") != []
    assert (details["field"], drift) in {(row["path"].split(".")[0], row["kind"]) for row in _of(system, "drift")}
    system.sync(Mode.FULL_RESYNC)
    assert differences(loaded(system), played.clean_load()) == []


def _of(system: System, table: str) -> list[dict[str, Any]]:
    return system.rows(f"SELECT * FROM ops.{table} WHERE connection = '{system.runtime.connection.name}'")


def _status(system: System) -> str | None:
    return next((row["state"] for row in _of(system, "connection_status")), None)


def _secrets_told(system: System, error: BaseException) -> list[str]:
    """The secrets of a connection that an error, the ledger or the status gives away."""
    told = "".join(traceback.format_exception(error)) + repr(error.__dict__)
    for table in ("sync", "connection_status", "connection_event"):
        told += str([row["error_message"] for row in _of(system, table)])
    return [secret for secret in (*system.runtime.credentials().secrets(), TOKEN) if secret in told]
