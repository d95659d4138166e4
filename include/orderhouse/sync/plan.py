"""What one sync is going to fetch, fixed before its first page and staged, so that every retry does the same."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Self
from uuid import NAMESPACE_URL, uuid5

from include.orderhouse.connector import Catalogue, Window
from include.orderhouse.staging import Staging
from include.orderhouse.sync.extract.discovery import Discovery
from include.orderhouse.sync.request import FROM_WAREHOUSE, Mode, SyncRequest
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.watermark import watermark
from include.orderhouse.sync.watermark.held_mark import held_mark
from include.orderhouse.sync.watermark.set_back import mark_by_the_clock
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.syncs.ledger import (
    SyncRow,
    begin_anew,
    covered_scope,
    finished_sync,
    last_scope,
    start_sync,
)
from include.orderhouse.warehouse.syncs.mapping_versions import mapping_version

log = logging.getLogger(__name__)

FILE = "plan.json"
MOST_SLICES = 24


@dataclass(frozen=True)
class Slice:
    """A part of the window that is fetched by itself. Instants are ISO texts; None is open."""

    start: str | None
    end: str | None
    open_only: bool = False

    def window(self, resume: Any) -> Window:
        """The slice as a connector's window."""
        return Window(_instant(self.start), _instant(self.end), self.open_only, resume)


@dataclass(frozen=True)
class Plan:
    """A sync as it was decided. ``upper`` is where the watermark goes when all is loaded."""

    sync_id: str
    connection: str
    mode: Mode
    run_id: str
    triggered_by: str
    mapping_version: int
    start: str | None = None
    upper: str | None = None
    watermark_text: str | None = None
    slices: tuple[Slice, ...] = ()
    scope: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    is_recalled: bool = False
    """Scope and details are those that an earlier sync discovered."""
    clock_ahead: float = 0.0
    """How far the source's clock was taken to be ahead of the warehouse's, in seconds."""
    narrowed: bool = False
    """The scope lost a part that was covered since the last full resync; absence from it then proves nothing."""
    begun_at: str | None = None
    """When it was decided, on the warehouse's clock; None where an earlier release decided it."""
    max_reject_share: str | None = None
    max_deleted_share: str | None = None
    reject_ids: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    deleted_ids: tuple[str, ...] = ()

    @property
    def catalogue(self) -> Catalogue:
        """What the source turned out to hold."""
        return Catalogue(self.scope, self.details)

    def is_older_than(self, age: timedelta, now: datetime) -> bool:
        """Whether it was decided longer ago."""
        return self.begun_at is not None and now - datetime.fromisoformat(self.begun_at) > age

    def rediscovered(self, found: Catalogue) -> Self:
        """The plan with what the source tells now.

        What is new to it is fetched like the rest, but does not count as covered: the next sync begins with its past.
        """
        covered = tuple(part for part in self.scope if part in found.scope)
        is_narrower = self.narrowed or covered != self.scope
        return replace(self, scope=covered, details=found.details, is_recalled=False, narrowed=is_narrower)

    def save(self, staging: Staging) -> None:
        """Stage the plan."""
        staging.write_json(FILE, asdict(self))

    @classmethod
    def load(cls, staging: Staging) -> Plan:
        """The staged plan."""
        content = staging.read_json(FILE)
        content["mode"] = Mode(content["mode"])
        content["clock_ahead"] = float(content.get("clock_ahead", 0))
        content["slices"] = tuple(Slice(**each) for each in content["slices"])
        for name in ("scope", "reject_ids", "order_ids", "deleted_ids"):
            content[name] = tuple(content[name])
        return cls(**content)


def has_plan(runtime: Runtime, identity: str) -> bool:
    """Whether a sync has its plan. The key that opens it may be missing."""
    return runtime.is_staged(identity, FILE)


def sync_id(runtime: Runtime, request: SyncRequest) -> str:
    """The id of the request's sync: the same for every retry, a new one when a finished run is cleared."""
    name = runtime.connection.name
    for attempt in count():
        found = str(uuid5(NAMESPACE_URL, f"orderhouse:{name}:{request.run_id}:{attempt}"))
        if finished_sync(runtime.warehouse, name, found) is None or has_plan(runtime, found):
            return found
    raise AssertionError("count() does not end")


def make_plan(runtime: Runtime, request: SyncRequest, found: Discovery | None) -> Plan:
    """Decide what to fetch from what was discovered; None where the source is not called.

    The sync begins now, be it that an earlier attempt failed before it had a plan, or that its files have gone since.
    """
    name, identity = runtime.connection.name, sync_id(runtime, request)
    text = runtime.watermark.read()
    known = last_scope(runtime.warehouse, name)
    catalogue = found.catalogue if found else Catalogue(known or ("everything",))
    now = found.source_now if found else warehouse_now(runtime.warehouse)
    told = watermark.parse(text, name)
    mark = held_mark(runtime, told)
    if found:
        mark = mark_by_the_clock(runtime, mark, found.clock_ahead)
        watermark.refuse_future(mark, name, now)
    mode = _mode(request, mark, known, catalogue.scope)
    start, end, upper = _window(runtime, request, mode, mark, now)
    if lost := sorted(covered_scope(runtime.warehouse, name) - set(catalogue.scope)):
        log.warning(
            "%s no longer covers %s, so what a scan does not find is not taken for deleted. "
            "Give its credentials the right again; where it is gone for good, run a full resync, then a reconcile with "
            "a max_deleted_share that allows for it.",
            name,
            ", ".join(lost),
        )
    plan = Plan(
        sync_id=identity,
        connection=name,
        mode=mode,
        run_id=request.run_id,
        triggered_by=request.triggered_by,
        start=_text(start),
        upper=_text(upper),
        watermark_text=text,
        slices=_slices(runtime, mode, start, end, upper),
        scope=_covered(mode, known, catalogue.scope),
        details=catalogue.details,
        is_recalled=found is not None and found.is_earlier,
        clock_ahead=found.clock_ahead.total_seconds() if found else 0.0,
        mapping_version=mapping_version(
            runtime.warehouse, name, runtime.connection.mapping_fingerprint, anew=mode is Mode.REMAP
        ),
        narrowed=bool(lost),
        begun_at=warehouse_now(runtime.warehouse).isoformat(),
        max_reject_share=_share(request.max_reject_share),
        max_deleted_share=_share(request.max_deleted_share),
        reject_ids=request.reject_ids,
        order_ids=request.order_ids,
        deleted_ids=request.deleted_ids,
    )
    log.info("%s: %s of %s; slices: %d", name, mode, _named(plan, start, end), len(plan.slices))
    begin_anew(runtime.warehouse, name, identity)
    start_sync(runtime.warehouse, _row(runtime, plan, told, end or upper))
    return plan


def resume(runtime: Runtime, request: SyncRequest) -> str | None:
    """The id of the request's sync where it goes on with what it has staged, else None.

    Its ledger row is opened, be it that the warehouse forgot it. What began longer ago than a sync may fetch is
    removed, and the sync begins anew: orders have come, ended and gone since, and what it proves would date from then.
    """
    identity = sync_id(runtime, request)
    staging = runtime.staging(identity)
    if not staging.exists(FILE):
        return None
    plan, longest = Plan.load(staging), runtime.connection.options.max_extract_hours
    if plan.is_older_than(timedelta(hours=longest), warehouse_now(runtime.warehouse)):
        log.info("%s began more than %d h ago (max_extract_hours); it begins anew", plan.connection, longest)
        staging.remove()
        return None
    mark = watermark.parse(plan.watermark_text, plan.connection)
    end = plan.slices[-1].end if plan.slices else None
    start_sync(runtime.warehouse, _row(runtime, plan, mark, _instant(end or plan.upper)))
    return identity


def _row(runtime: Runtime, plan: Plan, mark: watermark.Mark | None, end: datetime | None) -> SyncRow:
    return SyncRow(
        sync_id=plan.sync_id,
        connection=plan.connection,
        customer=runtime.connection.customer,
        connector=runtime.connection.connector.name,
        mode=plan.mode,
        run_id=plan.run_id,
        triggered_by=plan.triggered_by,
        window_start=_instant(plan.start),
        window_end=end,
        watermark_before=mark.at if mark else None,
        scope=plan.scope,
        mapping_version=plan.mapping_version,
    )


def _mode(
    request: SyncRequest, mark: watermark.Mark | None, known: tuple[str, ...] | None, scope: tuple[str, ...]
) -> Mode:
    if request.mode is Mode.INCREMENTAL and mark is None:
        return Mode.INITIAL
    if request.mode is not Mode.AUTO:
        return request.mode
    grew = known is not None and set(scope) - set(known)
    return Mode.INITIAL if mark is None or grew else Mode.INCREMENTAL


def _covered(mode: Mode, known: tuple[str, ...] | None, scope: tuple[str, ...]) -> tuple[str, ...]:
    """What the sync covers from the initial window on: of a part that is new, a sync of late changes does not."""
    if known is None or mode not in (Mode.INCREMENTAL, Mode.WINDOW):
        return scope
    return tuple(part for part in scope if part in known)


def _window(
    runtime: Runtime, request: SyncRequest, mode: Mode, mark: watermark.Mark | None, now: datetime
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Start, end (None: whatever there is) and where the watermark may go."""
    options = runtime.connection.options
    upper = now - options.safety_delay
    if mode in FROM_WAREHOUSE or mode in (Mode.RECONCILE, Mode.ORDERS):
        return None, None, None
    if mode is Mode.WINDOW:
        first, last = request.window()
        return first, last, min(last, upper)
    if mode is Mode.INCREMENTAL and mark is not None:
        return mark.at - options.overlap, None, max(upper, mark.at)
    start = upper - timedelta(days=options.initial_days)
    if mode is Mode.INITIAL and mark is not None:
        start = min(start, mark.at - options.overlap)
    return start, None, upper


def _slices(
    runtime: Runtime, mode: Mode, start: datetime | None, end: datetime | None, upper: datetime | None
) -> tuple[Slice, ...]:
    options, connector = runtime.connection.options, runtime.connection.connector
    if mode is Mode.RECONCILE:
        return (Slice(None, None, open_only=True),) if connector.finds_open_orders else ()
    if start is None or upper is None:
        return ()
    step = max(timedelta(days=options.slice_days), (upper - start) / MOST_SLICES)
    bounds = [start]
    while bounds[-1] + step < upper:
        bounds.append(bounds[-1] + step)
    ends = [*bounds[1:], end]
    found = [Slice(_text(a), _text(b)) for a, b in zip(bounds, ends, strict=True)]
    if mode in (Mode.INITIAL, Mode.FULL_RESYNC) and options.include_open_orders and connector.finds_open_orders:
        found.insert(0, Slice(None, _text(start), open_only=True))
    return tuple(found)


def _named(plan: Plan, start: datetime | None, end: datetime | None) -> str:
    """What is read, as a log says it."""
    if chosen := len(plan.order_ids or plan.reject_ids):
        return f"{chosen} chosen"
    if plan.mode is Mode.REPLAY:
        return "all rejects that wait"
    if start is None:
        return "all orders"
    return f"what changed from {start:%Y-%m-%d %H:%M:%S} to {f'{end:%Y-%m-%d %H:%M:%S}' if end else 'now'} UTC"


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _share(share: Decimal | None) -> str | None:
    return None if share is None else str(share)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
