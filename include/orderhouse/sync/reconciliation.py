"""What is gone from the source, by its own feed of deletions or by comparing the warehouse with it key by key."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from include.orderhouse.connector import Source
from include.orderhouse.errors import CountMismatch
from include.orderhouse.staging import Staging
from include.orderhouse.sync.extraction import Extraction, Tally
from include.orderhouse.sync.plan import Plan
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.raw import known_versions, open_orders

FILE = "compared.json"


@dataclass(frozen=True)
class Comparison:
    """Keys to read again, and keys that the scan did not find although the warehouse has them."""

    to_read: list[str]
    not_found: list[str]
    scanned: int


Gone = list[tuple[str, str | None, str]]
"""Source id, status (None: deleted) and evidence, as of `include.orderhouse.warehouse.task.GoneOrder`."""


def find_gone(
    runtime: Runtime, plan: Plan, extraction: Extraction, source: Source, tallies: Sequence[Tally]
) -> tuple[Gone, int | None]:
    """What is gone, and how many keys were scanned for it: all in a reconcile, and where the source's feed falls short.

    A reconcile also reads the orders that the scan found to be missing or older in the warehouse.
    """
    told = {key: (None, "tombstone") for tally in tallies for key in tally.deleted}
    is_reconcile = plan.mode is Mode.RECONCILE
    if not is_reconcile and not _falls_short(runtime, tallies):
        return [(key, *proof) for key, proof in told.items()], None
    found = staged_comparison(runtime, source, runtime.staging(plan.sync_id), tallies)
    if is_reconcile:
        extraction.read_orders(found.to_read, "raw/missing_or_older_")
    candidates = [] if plan.narrowed else found.not_found
    there = extraction.read_orders(candidates, "raw/not_found_")
    absent = [key for key in candidates if key not in there]
    explain = runtime.connection.connector.explain_absence
    statuses = explain(source, absent) if explain and absent else {}
    scanned = {key: (statuses.get(key), "absent_in_full_scan") for key in absent}
    return [(key, *proof) for key, proof in (scanned | told).items()], found.scanned if is_reconcile else None


def _falls_short(runtime: Runtime, tallies: Sequence[Tally]) -> bool:
    """Whether deletions may be missing, of orders that the warehouse has."""
    is_short = any(tally.misses_deletions for tally in tallies)
    return is_short and any(known_versions(runtime.warehouse, runtime.connection.name))


def staged_comparison(
    runtime: Runtime, source: Source, staging: Staging, fetched: Collection[Container[str]]
) -> Comparison:
    """The comparison of this sync: made once, so that every retry goes on reading the same keys."""
    if not staging.exists(FILE):
        staging.write_json(FILE, asdict(compare(runtime, source, fetched)))
    return Comparison(**staging.read_json(FILE))


def compare(runtime: Runtime, source: Source, fetched: Collection[Container[str]]) -> Comparison:
    """Scan all keys of the source and hold them against the warehouse's versions.

    Orders that are open in the warehouse and in none of the slices that this sync has fetched are read again, too:
    the receipt or invoice that completed them may have moved no time.
    """
    seen = _scan(runtime, source)
    still_open = open_orders(runtime.warehouse, runtime.connection.name)
    scanned = len(seen)
    to_read, not_found = [], []
    for key, modified_at, is_deleted in known_versions(runtime.warehouse, runtime.connection.name):
        if key not in seen:
            if not is_deleted:
                not_found.append(key)
            continue
        told = seen.pop(key)
        is_waiting = key in still_open and not any(key in part for part in fetched)
        if is_deleted or is_waiting or _is_newer(told, modified_at):
            to_read.append(key)
    return Comparison([*to_read, *seen], not_found, scanned)


def _scan(runtime: Runtime, source: Source) -> dict[str, datetime | None]:
    seen: dict[str, datetime | None] = {}
    expected: int | None = None
    for page in runtime.connection.connector.scan(source):
        seen.update((key.source_order_id, key.source_modified_at) for key in page.keys)
        if page.expected is not None:
            expected = (expected or 0) + page.expected
    if expected is not None and len(seen) < expected:
        raise CountMismatch(
            f"The key scan saw {len(seen)} orders, but the source counts {expected}.",
            action="Nothing was marked deleted. Reconcile again; if it stays, its paging loses rows.",
        )
    return seen


def _is_newer(told: datetime | None, known: datetime | None) -> bool:
    return told is not None and (known is None or told > known)
