"""Fetching what a sync's plan asks for. A source that is not what it was taken for is planned for again."""

from __future__ import annotations

import logging
from dataclasses import replace

from include.orderhouse.connector import Source
from include.orderhouse.errors import (
    BoundExceeded,
    ConfigurationInvalid,
    FilterIgnored,
    PermissionDenied,
    RequestRefused,
    StagedFilesMissing,
    TooManyDeletions,
    UnexpectedShape,
)
from include.orderhouse.staging import Staging
from include.orderhouse.sync.extract.discovery import discover, recall
from include.orderhouse.sync.extract.extraction import Extraction
from include.orderhouse.sync.extract.held_orders import FILE as HELD_OPEN
from include.orderhouse.sync.extract.held_orders import read_held_orders
from include.orderhouse.sync.extract.named_orders import read_named_orders
from include.orderhouse.sync.extract.reconciliation import FILE as COMPARED
from include.orderhouse.sync.extract.reconciliation import GONE, find_gone
from include.orderhouse.sync.extract.tally import Tally
from include.orderhouse.sync.plan import Plan, make_plan
from include.orderhouse.sync.request import Mode, SyncRequest
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.transform.early_batches import EarlyBatches
from include.orderhouse.sync.watermark.set_back import was_set_back
from include.orderhouse.warehouse.records.dated_ahead import date_back
from include.orderhouse.warehouse.syncs.ledger import note_scope

log = logging.getLogger(__name__)

MAY_HAVE_CHANGED = (ConfigurationInvalid, PermissionDenied, RequestRefused, UnexpectedShape)
"""How a source answers that is asked for what it held once and does not any more: a company that was closed, say."""

FETCHED = "fetched.json"


def begin(runtime: Runtime, request: SyncRequest, source: Source) -> str:
    """Stage the plan of a sync that begins; its id."""
    if orders := date_back(runtime.warehouse, request.connection):
        log.warning(
            "The clock of the warehouse ran ahead and was set right: %d orders of %s were read meanwhile, and count as "
            "read now.",
            orders,
            request.connection,
        )
    is_incremental = request.mode in (Mode.AUTO, Mode.INCREMENTAL) and runtime.watermark.read() is not None
    found = recall(runtime, source) if is_incremental or request.mode is Mode.ORDERS else None
    plan = make_plan(runtime, request, found or discover(runtime, source))
    plan.save(runtime.staging(plan.sync_id))
    return plan.sync_id


def fetch(runtime: Runtime, request: SyncRequest, staging: Staging, source: Source) -> dict[str, int]:
    """Stage what the sync's plan asks for; what the ledger counts of it.

    A source that is not any more what it was when it was discovered is discovered again; one whose clock was set back
    since has changes from before the window.
    """
    counts = _fetch_discovered(runtime, Plan.load(staging), source)
    plan = Plan.load(staging)
    if plan.mode is not Mode.INCREMENTAL or not was_set_back(runtime, source, plan.clock_ahead):
        return counts
    log.info("The clock of %s was set back: the sync begins anew", runtime.connection.name)
    staging.remove()
    plan = make_plan(runtime, request, discover(runtime, source))
    plan.save(staging)
    return _fetch_planned(runtime, plan, source)


def _fetch_discovered(runtime: Runtime, plan: Plan, source: Source) -> dict[str, int]:
    try:
        return _fetch_planned(runtime, plan, source)
    except MAY_HAVE_CHANGED as error:
        if not plan.is_recalled:
            raise
        log.info("Discovering %s again: %s", runtime.connection.name, error)
        return _fetch_planned(runtime, _discovered_again(runtime, plan, source), source)


def refuse_lost_pages(runtime: Runtime, staging: Staging, read: int) -> None:
    """Raise StagedFilesMissing where pages have gone since they were fetched; none stays, so that all are again."""
    fetched = staging.read_json(FETCHED)["orders"] if staging.exists(FETCHED) else 0
    if read < fetched:
        _drop_fetched(staging)
        raise StagedFilesMissing(
            f"{fetched} orders of {runtime.connection.name} were staged, and {read} are there: pages are gone.",
            action="Nothing was loaded. Find out what removes files from the staging folder, such as a rule of the "
            "bucket. Then clear the run from its extract task on, so that they are fetched again.",
        )


def _discovered_again(runtime: Runtime, plan: Plan, source: Source) -> Plan:
    """The plan with what the source tells now; what was fetched by what it told before is fetched again."""
    catalogue, staging = discover(runtime, source).catalogue, runtime.staging(plan.sync_id)
    _drop_fetched(staging)
    renewed = plan.rediscovered(catalogue)
    renewed.save(staging)
    note_scope(runtime.warehouse, plan.connection, plan.sync_id, renewed.scope)
    return renewed


def _fetch_planned(runtime: Runtime, plan: Plan, source: Source) -> dict[str, int]:
    """Stage what the plan asks for.

    Of a source that ignores its filter, gives without end or seems to have lost its orders nothing stays staged.
    """
    staging, source = runtime.staging(plan.sync_id), replace(source, catalogue=plan.catalogue)
    with EarlyBatches(runtime.connection, staging) as early:
        extraction = Extraction(runtime, plan, source, staging, early)
        try:
            counts = _fetch_all(runtime, plan, extraction, source)
            staging.write_json(FETCHED, {"orders": extraction.orders})
        except (FilterIgnored, BoundExceeded, TooManyDeletions):
            _drop_fetched(staging)
            raise
        early.keep()
    return counts


def _drop_fetched(staging: Staging) -> None:
    for name in ("raw", COMPARED, HELD_OPEN):
        staging.remove(name)


def _fetch_all(runtime: Runtime, plan: Plan, extraction: Extraction, source: Source) -> dict[str, int]:
    staging = runtime.staging(plan.sync_id)
    if plan.mode is Mode.ORDERS:
        staging.write_json(GONE, read_named_orders(runtime, plan, extraction, source))
        return {}
    tallies = extraction.fetch_slices()
    read_held_orders(runtime, plan, extraction, staging, tallies)
    gone, scanned = find_gone(runtime, plan, extraction, source, tallies)
    staging.write_json(GONE, gone)
    return _note_tallies(tallies) | ({} if scanned is None else {"source_count": scanned})


def _note_tallies(tallies: list[Tally]) -> dict[str, int]:
    counts = {"orders_outside_window": sum(tally.outside for tally in tallies)}
    expected = [tally.expected for tally in tallies if tally.expected is not None]
    return counts | ({"source_count": sum(expected)} if expected else {})
