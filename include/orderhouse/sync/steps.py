"""The five steps of a sync. Each returns counts and, as ``staged``, the sync's id, by which the next one goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import import_module
from typing import Any

from include.orderhouse.connector import Source
from include.orderhouse.errors import NotLoaded, WarehouseUnavailable
from include.orderhouse.staging import Staging, batch_folder, staged_frames
from include.orderhouse.sync.extract.fetching import FETCHED, begin, fetch, refuse_lost_pages
from include.orderhouse.sync.extract.kept_orders import stage_kept_orders
from include.orderhouse.sync.extract.staged_page import staged_pages
from include.orderhouse.sync.failed.failure import record_failure
from include.orderhouse.sync.plan import Plan, has_plan, make_plan, resume, sync_id
from include.orderhouse.sync.request import FROM_WAREHOUSE, SyncRequest
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.staged import TRANSFORMED, VALIDATED, extracted, load_task
from include.orderhouse.sync.transform.batches import make_batches
from include.orderhouse.sync.transform.drift import check_drift, stage_fields
from include.orderhouse.sync.transform.early_batches import take_early
from include.orderhouse.sync.transform.unknown_fields import warn_of_unknown_fields
from include.orderhouse.sync.verdict import VALIDATOR, judge, stop_if_too_many
from include.orderhouse.sync.watermark import watermark
from include.orderhouse.sync.watermark.advance import moved_watermark
from include.orderhouse.transform.changes import check_changes
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.load import load as merge
from include.orderhouse.warehouse.syncs.ledger import (
    count_calls,
    finished_sync,
    note_counts,
    note_mapping,
    refuse_left,
    restart_sync,
    set_watermark_after,
)
from include.orderhouse.warehouse.syncs.mapping_versions import mapping_of_plan
from include.orderhouse.warehouse.syncs.status import set_status

Summary = dict[str, Any]
log = logging.getLogger(__name__)


def extract(runtime: Runtime, request: SyncRequest) -> Summary:
    """Stage every raw order of the sync. A retry of the same run goes on after the last page that was kept."""
    refuse_left(runtime.warehouse, runtime.connection.name, runtime.connection.customer)
    check_changes(runtime.connection)
    if request.mode in FROM_WAREHOUSE:
        return _extract_kept(runtime, request)
    with runtime.source() as source:
        identity = resume(runtime, request) or begin(runtime, request, source)
        staging = runtime.staging(identity)
        with _calls_counted(runtime, identity, source):
            counts = fetch(runtime, request, staging, source)
    if source.api.calls:
        _note_answer(runtime)
    note_counts(runtime.warehouse, runtime.connection.name, identity, **counts)
    return _told(Plan.load(staging), **counts, calls=source.api.calls)


def transform(runtime: Runtime, staged: str) -> Summary:
    """Turn the staged raw orders into batches of frames."""
    staging, name = _resumed(runtime, staged), runtime.connection.name
    planned, fingerprint = Plan.load(staging).mapping_version, runtime.connection.mapping_fingerprint
    mapping = mapping_of_plan(runtime.warehouse, name, fingerprint, planned)
    early = take_early(runtime.connection, staging)
    counts, fields = make_batches(runtime.connection, staging, early)
    refuse_lost_pages(runtime, staging, counts["orders"] + counts["copies"])
    stage_fields(staging, fields)
    staging.write_json(TRANSFORMED, counts | {"mapping_version": mapping})
    note_mapping(runtime.warehouse, name, staged, mapping)
    note_counts(runtime.warehouse, name, staged, **extracted(staging))
    return {"staged": staged, **counts}


def validate(runtime: Runtime, staged: str) -> Summary:
    """Judge what the checks came to. Raises TooManyRejects where the run must not load; its rejects are kept."""
    staging = _resumed(runtime, staged)
    plan = Plan.load(staging)
    made = staging.read_json(TRANSFORMED)
    folders, told = [batch_folder("frames", number) for number in range(made["batches"])], {}
    rejected = made["rejects"]
    if folders:
        told = judge(runtime, plan, staging, folders)
        rejected += told["rejects"]
    staging.write_json(VALIDATED, {"folders": folders, "rejects": rejected})
    drifts = [] if plan.mode in FROM_WAREHOUSE else check_drift(runtime, staged, staging)
    warn_of_unknown_fields(runtime, staging)
    stop_if_too_many(runtime, plan, staging, rejected)
    return {"staged": staged, "findings": 0, **told, "rejects": rejected, "drift": len(drifts)}


def load(runtime: Runtime, staged: str) -> Summary:
    """Merge everything into the warehouse, in one transaction with the ledger row."""
    staging = _resumed(runtime, staged)
    plan = Plan.load(staging)
    batches = staged_frames(staging, staging.read_json(VALIDATED)["folders"])
    done = merge(runtime.warehouse, load_task(runtime, plan, staging), batches)
    return {"staged": staged, **{name: number for name, number in vars(done).items() if number}}


def advance_watermark(runtime: Runtime, staged: str) -> Summary:
    """Move the watermark, where the sync's window reaches past it without a gap, and remove the staged files.

    Raises NotLoaded where the load has not committed. A sync that has come here before is only tidied up.
    """
    staging, name = runtime.staging(staged), runtime.connection.name
    done = finished_sync(runtime.warehouse, name, staged)
    if done is None:
        raise NotLoaded(
            f"The load of sync {staged} of {name} has not committed; the watermark stays.",
            action="Clear the run from its load task on.",
        )
    moved_to = _advance(runtime, Plan.load(staging)) if has_plan(runtime, staged) else done["watermark_after"]
    staging.remove()
    return {"staged": staged, "mode": done["mode"], "watermark": None if moved_to is None else moved_to.isoformat()}


def run(runtime: Runtime, request: SyncRequest, tell: Callable[[str, Summary], None]) -> Summary:
    """All five steps in the foreground; ``tell`` hears of each as it ends."""
    try:
        summary = extract(runtime, request)
        tell("extract", summary)
        with ThreadPoolExecutor(1) as ahead:
            if any(page.orders for page in staged_pages(runtime.staging(summary["staged"]))):
                ahead.submit(import_module, VALIDATOR)
            for step in (transform, validate, load, advance_watermark):
                summary = step(runtime, summary["staged"])
                tell(step.__name__, summary)
    except (Exception, KeyboardInterrupt) as error:
        record_failure(runtime, request, error)
        raise
    return summary


@contextmanager
def _calls_counted(runtime: Runtime, identity: str, source: Source) -> Iterator[None]:
    """Around an attempt to fetch: all that it asks of the source counts, be it that it fails.

    A warehouse that is out of reach does not hide why.
    """
    try:
        yield
    finally:
        with suppress(WarehouseUnavailable):
            count_calls(runtime.warehouse, runtime.connection.name, identity, source.api.calls)


def _note_answer(runtime: Runtime) -> None:
    """The source has answered till the end. A run that goes on without calling it says nothing of that."""
    connection = runtime.connection
    set_status(runtime.warehouse, connection.name, connection.customer, connection.connector.name, "online")


def _resumed(runtime: Runtime, staged: str) -> Staging:
    """The staged files of a sync that goes on; where it had failed, the ledger says that it runs again."""
    refuse_left(runtime.warehouse, runtime.connection.name, runtime.connection.customer)
    restart_sync(runtime.warehouse, runtime.connection.name, staged)
    return runtime.staging(staged)


def _advance(runtime: Runtime, plan: Plan) -> datetime | None:
    moved_to = moved_watermark(runtime, plan)
    if moved_to is not None:
        now = warehouse_now(runtime.warehouse)
        runtime.watermark.write(watermark.text_of(moved_to, plan.connection, plan.sync_id, now))
        set_watermark_after(runtime.warehouse, plan.connection, plan.sync_id, moved_to)
    return moved_to


def _extract_kept(runtime: Runtime, request: SyncRequest) -> Summary:
    """Stage what the warehouse keeps. Nothing stays of an earlier attempt: what was loaded is mapped again, too, and
    what was staged may not wait any more.
    """
    runtime.staging(sync_id(runtime, request)).remove()
    plan = make_plan(runtime, request, None)
    staging = runtime.staging(plan.sync_id)
    plan.save(staging)
    orders = stage_kept_orders(runtime, plan, staging)
    staging.write_json(FETCHED, {"orders": orders})
    return _told(plan, orders=orders)


def _told(plan: Plan, **counts: int) -> Summary:
    return {"staged": plan.sync_id, "mode": str(plan.mode), **counts}
