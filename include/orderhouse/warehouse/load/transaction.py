"""The load: frames into the warehouse in one transaction, together with the ledger row that says so.

Under a lock that lets one load of a connection in at a time, each batch is held to what the warehouse has: COPY brings
what it lacks into temporary tables, and the rows of new orders are added (`arrivals`). When all batches are there,
set-based statements replace the rows of changed orders (`merge`), keep versions and raw records (`versions`) and
rejects (`rejects`), and mark what is gone (`gone`). Loading the same orders again, in any order, gives the same
warehouse; a load brings each order once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from include.orderhouse.errors import BoundExceeded, CountMismatch
from include.orderhouse.frames import Frames
from include.orderhouse.model import LINE, TABLES
from include.orderhouse.warehouse.engine import outages_named
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.load.arrivals import bring_batches
from include.orderhouse.warehouse.load.copying import analyze, copy_rows, create_staging, rows_of, staged
from include.orderhouse.warehouse.load.gone import mark_gone
from include.orderhouse.warehouse.load.merge import replace_rows
from include.orderhouse.warehouse.load.rejects import settle_rejects
from include.orderhouse.warehouse.load.standing import WINNING, Standing
from include.orderhouse.warehouse.load.tally import Tally
from include.orderhouse.warehouse.load.totals import add_to_totals
from include.orderhouse.warehouse.load.versions import keep_versions
from include.orderhouse.warehouse.messages.events import write_sync_event
from include.orderhouse.warehouse.messages.inbox import note_read
from include.orderhouse.warehouse.operations import sync
from include.orderhouse.warehouse.records.payloads import Payloads
from include.orderhouse.warehouse.syncs.ledger import finished_sync
from include.orderhouse.warehouse.syncs.mapping_versions import hold_mapping
from include.orderhouse.warehouse.syncs.status import refuse_disconnected
from include.orderhouse.warehouse.task import ALONE, MAP_AGAIN, Cursor, LoadCounts, LoadTask


def load(engine: sa.Engine, task: LoadTask, batches: Iterable[Frames]) -> LoadCounts:
    """Load all batches, or nothing. ``start_sync`` must have written the sync's row, which becomes ``succeeded``.

    A sync that has succeeded is not loaded again; its counts are those of the ledger.
    CountMismatch if what was staged is not what arrived; BoundExceeded if it is more than the connection may hold;
    MappingChanged if another mapping has begun since; WarehouseUnavailable if the connection to the server is lost.
    """
    payloads = _payloads(engine, task)
    with _transaction(engine) as (connection, cursor):
        facts = task.facts(_enter(cursor, task))
        if done := finished_sync(engine, task.connection, task.sync_id):
            return LoadCounts.of_ledger(done)
        hold_mapping(connection, task.connection, task.mapping_version)
        tally = bring_batches(cursor, facts, payloads, batches)
        refuse_disconnected(connection, task.connection)
        counts = _merge_all(cursor, task, facts, tally)
        _reconcile(task, counts)
        counts = replace(counts, duplicates=task.counts.get("orders_duplicate", 0))
        _write_ledger(connection, task, "succeeded", counts.ledger())
        note_read(cursor, facts)
    return counts


def keep_rejects(engine: sa.Engine, task: LoadTask, batches: Iterable[Frames]) -> int:
    """Commit the rejects of a run that its checks stopped, and its ledger row as ``stopped``; how many there are.

    Orders whose later version is among them become stale; nothing else of the run reaches the warehouse. One that
    has succeeded stays as it is.
    """
    payloads = _payloads(engine, task)
    with _transaction(engine) as (connection, cursor):
        facts = task.facts(_enter(cursor, task))
        if done := finished_sync(engine, task.connection, task.sync_id):
            return LoadCounts.of_ledger(done).rejected
        refuse_disconnected(connection, task.connection)
        for frames in batches:
            copy_rows(cursor, rows_of(staged("reject"), payloads.sealed_rejects(frames["reject"])))
        rejected, lines = settle_rejects(cursor, facts)
        _write_ledger(connection, task, "stopped", {"orders_rejected": rejected, "lines_rejected": lines})
    return rejected


def _payloads(engine: sa.Engine, task: LoadTask) -> Payloads:
    return Payloads(Keyring.of(engine).cipher(task.customer), task.connection)


@contextmanager
def _transaction(engine: sa.Engine) -> Iterator[tuple[sa.Connection, Cursor]]:
    """One transaction with empty staging tables, on the driver's own cursor, for COPY."""
    with outages_named(), engine.begin() as connection:
        cursor: Any = connection.connection.cursor()
        create_staging(cursor)
        yield connection, cursor


def _enter(cursor: Cursor, task: LoadTask) -> datetime:
    """Wait until no other load of the connection runs; the instant from which this one does."""
    cursor.execute(ALONE, {"connection": task.connection})
    (loaded_at,) = cursor.execute("SELECT clock_timestamp()").fetchone() or (None,)
    if not isinstance(loaded_at, datetime):
        raise TypeError("the warehouse tells no time")
    return loaded_at


def _merge_all(cursor: Cursor, task: LoadTask, facts: dict[str, Any], tally: Tally) -> LoadCounts:
    lines_rewritten = lines_deleted = 0
    if tally.replacing:
        analyze(cursor, staged("version"))
    if tally.orders[Standing.CHANGED]:
        replaced = {table: replace_rows(cursor, table, facts) for table in TABLES}
        lines_rewritten, lines_deleted = replaced[LINE]
    lines_written = tally.lines[Standing.NEW] + lines_rewritten
    issues = keep_versions(cursor, facts, tally)
    gone = mark_gone(cursor, task.gone, facts)
    _check_held(task, tally.orders[Standing.NEW], add_to_totals(cursor, facts, tally))
    rejected, lines_rejected = settle_rejects(cursor, facts, tally.read_again)
    return LoadCounts(
        inserted=tally.orders[Standing.NEW],
        updated=tally.orders[Standing.CHANGED],
        unchanged=tally.orders[Standing.UNCHANGED],
        older=tally.orders[Standing.OLDER],
        rejected=rejected,
        deleted=tally.flagged + gone,
        lines_written=lines_written,
        lines_unchanged=sum(tally.lines[standing] for standing in WINNING) - lines_written,
        lines_older=tally.lines[Standing.OLDER],
        lines_rejected=lines_rejected,
        lines_deleted=lines_deleted,
        issues=issues,
    )


def _check_held(task: LoadTask, inserted: int, held: int) -> None:
    if task.max_orders is not None and inserted and held > task.max_orders:
        raise BoundExceeded(
            f"{task.connection} would hold {held} orders; {task.max_orders} are allowed (max_orders).",
            action="Nothing was loaded. Allow more where they are real; else the source makes up orders.",
        )


def _reconcile(task: LoadTask, counts: LoadCounts) -> None:
    """Every order and line that was read must be accounted for, where the task says how many there were."""
    found = counts.read
    wanted = {name: task.counts[name] for name in found if name in task.counts}
    if wrong := [
        f"{wanted[name]} {name}, {found[name]} are accounted for" for name in wanted if wanted[name] != found[name]
    ]:
        raise CountMismatch(f"Of {task.connection}, {'; '.join(wrong)}.", action=MAP_AGAIN)


def _write_ledger(connection: sa.Connection, task: LoadTask, state: str, counts: dict[str, int]) -> None:
    mine = (sync.c.connection == task.connection, sync.c.sync_id == task.sync_id)
    ended = {"state": state, "finished_at": sa.func.clock_timestamp(), "error_code": None, "error_message": None}
    values = {**task.counts, **counts, **ended}
    if connection.execute(sa.update(sync).where(*mine).values(values)).rowcount != 1:
        raise ValueError(f"sync {task.sync_id} of {task.connection} was never started; call start_sync first")
    if state == "succeeded":
        write_sync_event(connection, "sync.completed", task.connection, task.sync_id)
    if counts["orders_rejected"] > task.reject_alert:
        told = {"threshold": task.reject_alert}
        write_sync_event(connection, "rejects.over_threshold", task.connection, task.sync_id, **told)
