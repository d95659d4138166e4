"""Staged raw pages to staged batches of frames; many of them on all processors at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import pyarrow.compute as pc

from include.orderhouse import collector
from include.orderhouse.connections import Connection
from include.orderhouse.expectations.outcomes import Outcomes, write_outcomes
from include.orderhouse.frames import Frames
from include.orderhouse.staging import Staging, batch_folder, read_frames, read_orders, write_frames
from include.orderhouse.sync.copies import Version, keys_of, outdated, versions, without, without_repeated_rejects
from include.orderhouse.sync.extraction import staged_pages
from include.orderhouse.sync.keys import Digests, digests, repeated
from include.orderhouse.transform.batch import Transform
from include.orderhouse.transform.source_fields import SourceFields

STAGE = "frames"
ORDERS_PER_BATCH = 1000
LOOKED_INTO = 250
"""Of so many orders of a batch, or fewer, spread evenly over it, every field is looked at."""
WORTH_PROCESSES = 8
"""So many batches take longer than processes of their own take to start."""

Pages = Sequence[str]
Counts = dict[str, int]


@dataclass(frozen=True)
class Made:
    """What a batch became: how many orders it read, what its frames hold, of whom, and which fields the orders have."""

    read: int
    counts: Counts
    keys: Digests
    fields: SourceFields


def make_batches(connection: Connection, staging: Staging) -> tuple[Counts, SourceFields]:
    """Stage the frames and outcomes of all pages; of copies in several batches only the latest stays.

    Gives how many batches, orders, lines, rejects and further copies there are, and the fields of all orders.
    """
    fields, read = SourceFields(), 0
    counts: list[Counts] = []
    keys: list[Digests] = []
    for made in map_batches(connection, staging, batches_of(staging)):
        read += made.read
        counts.append(made.counts)
        keys.append(made.keys)
        fields.merge(made.fields)
    for number, older in outdated(_copies(staging, keys)).items():
        frames = without(read_frames(staging, batch_folder(STAGE, number)), older)
        _stage(staging, number, frames)
        counts[number] = _counts(frames)
    total = {name: sum(each[name] for each in counts) for name in ("orders", "lines", "rejects")}
    return {"batches": len(counts), **total, "copies": read - total["orders"]}, fields


def _copies(staging: Staging, keys: Sequence[Digests]) -> Iterator[tuple[int, list[Version]]]:
    """The versions of the orders that came more than once, by the number of their batch."""
    often = repeated(keys)
    for number, own in enumerate(keys):
        if np.isin(own, often).any():
            yield number, versions(read_frames(staging, batch_folder(STAGE, number)))


def batches_of(staging: Staging) -> list[Pages]:
    """The staged pages in batches of about `ORDERS_PER_BATCH` orders."""
    batches: list[Pages] = []
    pages: list[str] = []
    orders = 0
    for page, number in staged_pages(staging):
        pages.append(page)
        orders += number
        if orders >= ORDERS_PER_BATCH:
            batches.append(pages)
            pages, orders = [], 0
    return [*batches, pages] if pages else batches


def map_batches(connection: Connection, staging: Staging, batches: Sequence[Pages]) -> Iterator[Made]:
    """Stage the frames and outcomes of every batch, in order."""
    if len(batches) < WORTH_PROCESSES:
        worker = Worker(connection, staging)
        yield from map(worker.map, range(len(batches)), batches)
        return
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_begin, initargs=(connection, staging)) as pool:
        yield from pool.map(_map, range(len(batches)), batches)


class Worker:
    """Maps one batch after another."""

    def __init__(self, connection: Connection, staging: Staging) -> None:
        self._transform, self._staging = Transform(connection), staging

    def map(self, number: int, pages: Pages) -> Made:
        """Stage the frames and outcomes of one batch."""
        fields = SourceFields(self._transform.connection.connector.mapping.empty)
        with collector.at_rest():
            orders = [order for page in pages for order in read_orders(self._staging, page)]
            frames = without_repeated_rejects(self._transform.frames(orders))
            fields.add([order.record for order in orders[:: len(orders) // LOOKED_INTO + 1]])
        _stage(self._staging, number, frames)
        return Made(len(orders), _counts(frames), digests(keys_of(frames)), fields)


def _stage(staging: Staging, number: int, frames: Frames) -> None:
    """Stage the frames of a batch, and beside them what the checks come to."""
    folder = batch_folder(STAGE, number)
    write_frames(staging, folder, frames)
    write_outcomes(staging, folder, Outcomes.of(frames))


def _counts(frames: Frames) -> Counts:
    """Orders, lines and rejects of a batch; the lines of rejected orders as far as they could be told."""
    rejects = frames["reject"]
    lines = frames["purchase_order_line"].num_rows + (pc.sum(rejects.column("line_count")).as_py() or 0)
    return {"orders": frames["version"].num_rows + rejects.num_rows, "lines": lines, "rejects": rejects.num_rows}


_worker: Worker
"""That of a process of the pool."""


def _begin(connection: Connection, staging: Staging) -> None:
    global _worker
    _worker = Worker(connection, staging)


def _map(number: int, pages: Pages) -> Made:
    return _worker.map(number, pages)
