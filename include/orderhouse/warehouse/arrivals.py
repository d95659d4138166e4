"""The batches of a load on their way into the temporary tables.

While one batch travels to the server the next is made ready on one thread, and the one after that is read on another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from functools import partial
from typing import Any

from include.orderhouse.ahead import made_ahead, mapped_ahead
from include.orderhouse.frames import Frames
from include.orderhouse.warehouse.arrival import Arrival
from include.orderhouse.warehouse.coherence import check_frames
from include.orderhouse.warehouse.copying import copy_rows
from include.orderhouse.warehouse.held import Holdings
from include.orderhouse.warehouse.payloads import Payloads
from include.orderhouse.warehouse.standing import standings, versions_of
from include.orderhouse.warehouse.task import Cursor


def copy_batches(cursor: Cursor, facts: dict[str, Any], payloads: Payloads, batches: Iterable[Frames]) -> Counter[str]:
    """Stage what the batches bring; how many rows that is, by table.

    CountMismatch where the frames of a batch do not fit together.
    """
    copied: Counter[str] = Counter()
    ready = partial(Arrival.ready, payloads=payloads, sync_id=facts["sync_id"])
    for tables in mapped_ahead(ready, _arrivals(cursor, facts, batches)):
        for rows in tables:
            copy_rows(cursor, rows)
            copied[rows.table] += rows.number
    return copied


def _arrivals(cursor: Cursor, facts: dict[str, Any], batches: Iterable[Frames]) -> Iterator[Arrival]:
    holdings = Holdings(cursor, facts)
    on_their_way: Set[str] = frozenset()
    for number, frames in enumerate(made_ahead(_checked(batches, facts["connection"]))):
        versions = versions_of(frames["version"], facts["mapping_version"])
        order_ids = {version.order_id for version in versions}
        held = holdings.of(order_ids)
        held = replace(held, payloads={**dict.fromkeys(on_their_way & order_ids, ""), **held.payloads})
        arrival = Arrival(number, frames, versions, standings(versions, held), held)
        on_their_way = arrival.unrecorded()
        yield arrival


def _checked(batches: Iterable[Frames], connection: str) -> Iterator[Frames]:
    for frames in batches:
        check_frames(frames, connection)
        yield frames
