"""The batches of a load on their way into the warehouse.

While PostgreSQL takes one batch the next is made ready on one thread, and the one after that is read on another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from include.orderhouse.ahead import made_ahead, mapped_ahead
from include.orderhouse.frames import Frames
from include.orderhouse.model import TABLES
from include.orderhouse.order_keys import KeySet
from include.orderhouse.warehouse.load.arrival import Arrival
from include.orderhouse.warehouse.load.coherence import check_frames, check_once
from include.orderhouse.warehouse.load.copying import Rows, copy_rows, new
from include.orderhouse.warehouse.load.held import Holdings
from include.orderhouse.warehouse.load.merge import add_new
from include.orderhouse.warehouse.load.standing import standings, versions_of
from include.orderhouse.warehouse.load.tally import Tally
from include.orderhouse.warehouse.records.payloads import Payloads
from include.orderhouse.warehouse.task import Cursor


def bring_batches(cursor: Cursor, facts: dict[str, Any], payloads: Payloads, batches: Iterable[Frames]) -> Tally:
    """Add the rows of new orders, stage those that replace others, and what is kept beside them; what that comes to.

    CountMismatch where the frames of a batch do not fit together, or two batches hold the same order.
    """
    tally, holdings = Tally(), Holdings(cursor, facts)

    def ready(arrival: Arrival) -> Sequence[Rows]:
        tally.add(arrival)
        tally.read_again |= holdings.keyless.intersection(arrival.fingerprints)
        return arrival.ready(payloads, facts["sync_id"])

    for copies in mapped_ahead(ready, _arrivals(holdings, facts, payloads, batches)):
        for rows in copies:
            copy_rows(cursor, rows)
            tally.copied[rows.table] += rows.number
        _add_new(cursor, facts, {rows.table: rows.number for rows in copies})
    return tally


def _add_new(cursor: Cursor, facts: dict[str, Any], copied: dict[str, int]) -> None:
    for table in TABLES:
        if number := copied[new(table.name)]:
            add_new(cursor, table, facts, number)


def _arrivals(
    holdings: Holdings, facts: dict[str, Any], payloads: Payloads, batches: Iterable[Frames]
) -> Iterator[Arrival]:
    read = (
        (frames, versions_of(frames["version"], facts["mapping_version"]), payloads.fingerprints(frames["version"]))
        for frames in _checked(batches, facts["connection"])
    )
    for frames, versions, fingerprints in made_ahead(read):
        held = holdings.of({version.order_id for version in versions})
        yield Arrival(frames, versions, standings(versions, held), held, fingerprints)


def _checked(batches: Iterable[Frames], connection: str) -> Iterator[Frames]:
    known = KeySet()
    for frames in batches:
        check_frames(frames, connection)
        check_once(frames["version"], known)
        yield frames
