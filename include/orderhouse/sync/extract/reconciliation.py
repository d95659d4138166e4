"""What is gone from the source, by its own feed of deletions or by comparing the warehouse with it key by key."""

from __future__ import annotations

import logging
from collections.abc import Collection, Container, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from include.orderhouse.connector import Absent, Source
from include.orderhouse.errors import BoundExceeded, CountMismatch, TooManyDeletions
from include.orderhouse.staging import Staging
from include.orderhouse.sync.extract.extraction import STALE_PAGES, Extraction
from include.orderhouse.sync.extract.tally import Tally
from include.orderhouse.sync.plan import Plan
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.records.raw import (
    KnownVersion,
    count_living,
    known_versions,
    open_orders,
    rejected_only,
    states_of,
    waiting_versions,
)
from include.orderhouse.warehouse.syncs.mapping_versions import mapping_version
from include.orderhouse.warehouse.task import ABSENT, GoneOrder

FILE, GONE = "compared.json", "gone.json"
ASKED = "raw/asked.json"
_NOT_FOUND = "raw/not_found_"

DELETIONS_ALWAYS_TOLERATED = 10
"""So few deletions never stop a run, whatever their share: a small company may well clear its orders away."""

ABSENCE_HOLDS = timedelta(days=1)
"""An order that was absent longer ago may be back, and nobody has read it since where that moved none of its times."""

LAG = timedelta(hours=1)
"""An order that was read less long ago may be shown as it was before, by a copy of the source's database."""


@dataclass(frozen=True)
class Comparison:
    """Keys to read again, and keys that the scan did not find although the warehouse has them and not as gone.

    An order that was rejected when it came is among them: replayed, it would live on after its deletion.
    """

    to_read: list[str]
    not_found: list[str]
    scanned: int
    set_back: int = 0
    """How many of those to read the source dates earlier than before."""


Gone = list[tuple[str, str | None, str, str | None]]
"""The parts of a `include.orderhouse.warehouse.task.GoneOrder`."""

Proof = tuple[str | None, str, str | None]
"""Status (None: deleted), evidence, and when it was seen (None: as the sync began)."""

Versions = dict[str, datetime | None]
"""Keys, and when their orders were modified."""

log = logging.getLogger(__name__)


def find_gone(
    runtime: Runtime, plan: Plan, extraction: Extraction, source: Source, tallies: Sequence[Tally]
) -> tuple[Gone, int | None]:
    """What is gone, and how many keys were scanned for it: all in a reconcile, and where the source's feed falls short.

    A reconcile also reads the orders that the scan found to be missing in the warehouse, or of another time there.
    Raises TooManyDeletions where so much is gone that the rights to see it may be.
    """
    gone: dict[str, Proof] = {}
    scanned = None
    if plan.mode is Mode.RECONCILE or _falls_short(runtime, tallies):
        found = staged_comparison(runtime, extraction, source, runtime.staging(plan.sync_id), tallies)
        if plan.mode is Mode.RECONCILE:
            if found.set_back:
                _count_as_later(runtime, plan, found.set_back)
            extraction.read_orders(found.to_read, "raw/missing_or_older_")
            scanned = found.scanned
        gone = _absent(runtime, extraction, source, plan, [] if plan.narrowed else found.not_found)
    gone |= {key: (None, "tombstone", None) for tally in tallies for key in tally.deleted}
    _stop_if_too_many(runtime, plan, [key for key, (status, *_) in gone.items() if status is None])
    return [(key, *proof) for key, proof in gone.items()], scanned


def _count_as_later(runtime: Runtime, plan: Plan, set_back: int) -> None:
    """Let what is read from now on be later than what the warehouse holds, whatever the times say."""
    log.warning(
        "%s dates %d orders earlier than before, as a source does that was restored from a backup, or one whose "
        "time_zone was corrected. They are read again, and count as they are now.",
        plan.connection,
        set_back,
    )
    number = mapping_version(runtime.warehouse, plan.connection, runtime.connection.mapping_fingerprint, anew=True)
    replace(plan, mapping_version=number).save(runtime.staging(plan.sync_id))


def _absent(
    runtime: Runtime, extraction: Extraction, source: Source, plan: Plan, candidates: Sequence[str]
) -> dict[str, Proof]:
    """Those among the keys that the source does not have, each asked for by itself."""
    if not candidates:
        return {}
    asked_at = _asked_at(runtime, runtime.staging(plan.sync_id))
    there = extraction.read_orders(candidates, _NOT_FOUND)
    absent = [key for key in candidates if key not in there]
    statuses = statuses_of_absent(runtime, source, absent)
    return {key: (statuses.get(key), ABSENT, asked_at) for key in absent}


def _asked_at(runtime: Runtime, staging: Staging) -> str:
    """Since when this sync asks for what its scan did not find; what it heard too long ago, it asks again."""
    now = warehouse_now(runtime.warehouse)
    if staging.exists(ASKED):
        asked_at: str = staging.read_json(ASKED)
        if not _is_over(asked_at, now):
            return asked_at
        for folder in staging.folders("raw"):
            if folder.startswith(_NOT_FOUND):
                staging.remove(folder)
    staging.write_json(ASKED, now.isoformat())
    return now.isoformat()


def proven_gone(runtime: Runtime, plan: Plan, staging: Staging) -> tuple[GoneOrder, ...]:
    """What the sync found to be gone, but for absence that it saw too long ago to prove anything."""
    gone = [GoneOrder(*order) for order in staging.read_json(GONE)] if staging.exists(GONE) else []
    now = warehouse_now(runtime.warehouse)
    still = [order for order in gone if order.evidence != ABSENT or not _is_over(order.proven_at or plan.begun_at, now)]
    if len(still) < len(gone):
        log.warning(
            "%s: %d orders that the source did not have more than a day ago are not marked; reconcile again",
            plan.connection,
            len(gone) - len(still),
        )
    return tuple(still)


def _is_over(seen_at: str | None, now: datetime) -> bool:
    return seen_at is not None and now - datetime.fromisoformat(seen_at) > ABSENCE_HOLDS


def statuses_of_absent(runtime: Runtime, source: Source, absent: Sequence[str]) -> dict[str, str]:
    """By key, the status of those absent orders that are finished and not deleted."""
    explain = runtime.connection.connector.explain_absence
    if not explain or not absent:
        return {}
    known = states_of(runtime.warehouse, runtime.connection.name, absent)
    return explain(source, {key: Absent(*known.get(key, ())) for key in absent})


def _stop_if_too_many(runtime: Runtime, plan: Plan, deleted: Sequence[str]) -> None:
    """The source's count and its answers pass through the same rights: where these shrink, all of them agree."""
    if len(deleted) <= DELETIONS_ALWAYS_TOLERATED:
        return
    allowed = Decimal(plan.max_deleted_share or runtime.connection.options.max_deleted_share)
    living, vanished = count_living(runtime.warehouse, plan.connection, deleted)
    if vanished <= DELETIONS_ALWAYS_TOLERATED or vanished <= allowed * living:
        return
    raise TooManyDeletions(
        f"{vanished} of {living} living orders of {plan.connection} would be marked as deleted; "
        f"at most a share of {allowed} may be (max_deleted_share).",
        action="Nothing was marked or loaded. See whether these orders are still at the source: the rights of its "
        "credentials may have shrunk. Where they are really gone, run again with a larger max_deleted_share.",
    )


def _falls_short(runtime: Runtime, tallies: Sequence[Tally]) -> bool:
    """Whether deletions may be missing, of orders that the warehouse has."""
    is_short = any(tally.misses_deletions for tally in tallies)
    return is_short and any(known_versions(runtime.warehouse, runtime.connection.name))


def staged_comparison(
    runtime: Runtime,
    extraction: Extraction,
    source: Source,
    staging: Staging,
    fetched: Collection[Container[str]],
) -> Comparison:
    """The comparison of this sync: made once, so that every retry goes on reading the same keys."""
    if not staging.exists(FILE):
        staging.write_json(FILE, asdict(compare(runtime, extraction, source, fetched)))
    return Comparison(**staging.read_json(FILE))


def compare(
    runtime: Runtime, extraction: Extraction, source: Source, fetched: Collection[Container[str]]
) -> Comparison:
    """Scan all keys of the source and hold them against the warehouse's versions.

    Orders that are open in the warehouse and in none of the slices that this sync has fetched are read again, too:
    the receipt or invoice that completed them may have moved no time.
    """
    began_at = warehouse_now(runtime.warehouse)
    seen = _scan(runtime, extraction, source)
    still_open = open_orders(runtime.warehouse, runtime.connection.name)
    scanned = len(seen)
    set_back = {
        known.source_order_id
        for known in waiting_versions(runtime.warehouse, runtime.connection.name)
        if _is_set_back(seen.get(known.source_order_id), known, began_at)
    }
    to_read: list[str] = []
    not_found = sorted(rejected_only(runtime.warehouse, runtime.connection.name) - seen.keys())
    for known in known_versions(runtime.warehouse, runtime.connection.name):
        key = known.source_order_id
        if key not in seen:
            if not known.is_gone:
                not_found.append(key)
            continue
        told = seen.pop(key)
        is_waiting = key in still_open and not any(key in part for part in fetched)
        if _is_set_back(told, known, began_at):
            set_back.add(key)
        if known.is_gone or is_waiting or key in set_back or _is_newer(told, known.modified_at):
            to_read.append(key)
    return Comparison([*to_read, *seen], not_found, scanned, len(set_back))


def _scan(runtime: Runtime, extraction: Extraction, source: Source) -> Versions:
    """All keys of the source. An order that is deleted meanwhile stands in the count and is gone before its page comes.

    So a scan that is short is made once more, and what the first one saw counts, too: what has gone since then is found
    by the next reconcile.
    """
    seen, expected = _scan_once(runtime, extraction, source)
    if expected is not None and len(seen) < expected:
        log.info("The source counted %d orders, and the key scan saw %d: again", expected, len(seen))
        again, expected = _scan_once(runtime, extraction, source)
        seen |= again
    if expected is not None and len(seen) < expected:
        raise CountMismatch(
            f"The key scan saw {len(seen)} orders, but the source counts {expected}.",
            action="Nothing was marked deleted. Reconcile again; if it stays, its paging loses rows: report it to who "
            "runs the source.",
        )
    return seen


def _scan_once(runtime: Runtime, extraction: Extraction, source: Source) -> tuple[Versions, int | None]:
    """All keys that the source shows, and how many orders it counts, where it tells."""
    seen: Versions = {}
    expected: int | None = None
    pages = stale = 0
    for page in runtime.connection.connector.scan(source):
        known = len(seen)
        seen.update((key.source_order_id, key.source_modified_at) for key in page.keys)
        pages, stale = pages + 1, stale + (bool(page.keys) and len(seen) == known)
        _check_progress(pages, stale)
        extraction.check_time(warehouse_now(runtime.warehouse))
        source.api.meter.begin_page()
        if page.expected is not None:
            expected = (expected or 0) + page.expected
    return seen, expected


def _check_progress(pages: int, stale: int) -> None:
    """Stop a scan that goes round in circles: nothing of it is staged, so only its time would end it."""
    if stale > STALE_PAGES * max(pages - stale, 1):
        raise BoundExceeded(
            f"Page after page of the key scan brings no key that had not come before ({pages} pages).",
            action="Nothing was marked deleted or loaded. The source's paging goes round in circles: report it to who "
            "runs it.",
        )


def _is_newer(told: datetime | None, known: datetime | None) -> bool:
    return told is not None and (known is None or told > known)


def _is_set_back(told: datetime | None, known: KnownVersion, at: datetime) -> bool:
    if told is None or known.modified_at is None:
        return False
    return told < known.modified_at and known.fetched_at < at - LAG
