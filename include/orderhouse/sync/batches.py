"""Staged raw pages to staged batches of frames; many of them on all processors at once."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from typing import Any, Self

import numpy as np
import pyarrow.compute as pc

from include.orderhouse import collector
from include.orderhouse.connections import Connection
from include.orderhouse.expectations.outcomes import Outcomes, write_outcomes
from include.orderhouse.frames import Frames
from include.orderhouse.staging import Staging, batch_folder, read_frames, read_orders, write_frames
from include.orderhouse.sync.copies import Version, keys_of, outdated, versions, without, without_repeated_rejects
from include.orderhouse.sync.extraction import StagedPage, staged_pages
from include.orderhouse.sync.keys import Digests, as_text, digests, of_text, repeated
from include.orderhouse.transform.batch import Transform
from include.orderhouse.transform.source_fields import SourceFields

STAGE = "frames"
ORDERS_PER_BATCH, BYTES_PER_BATCH = 1000, 8_000_000
"""A batch ends when it has so many orders, or so many bytes of their JSON: a batch is what is in memory."""
LOOKED_INTO = 250
"""Of so many orders of a batch, or fewer, spread evenly over it, every field is looked at."""
WORTH_PROCESSES = 8
"""So many batches take longer than processes of their own take to start."""

Pages = tuple[str, ...]
Counts = dict[str, int]


@dataclass(frozen=True)
class Made:
    """What a batch became: how many orders it read, what its frames hold, of whom, and which fields the orders have."""

    read: int
    counts: Counts
    keys: Digests
    fields: SourceFields

    def as_json(self) -> dict[str, Any]:
        """What `of_json` makes it of again."""
        return {"read": self.read, "counts": self.counts, "keys": as_text(self.keys), "fields": self.fields.as_json()}

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> Self:
        """As it was."""
        return cls(told["read"], told["counts"], of_text(told["keys"]), SourceFields.of_json(told["fields"]))


Early = Sequence[tuple[Pages, Made]]
"""The pages of each batch that is made already, and what became of them; its place is its number."""


def make_batches(connection: Connection, staging: Staging, early: Early = ()) -> tuple[Counts, SourceFields]:
    """Stage frames and outcomes of all pages; of copies in several batches only the latest stays.

    ``early`` are there already.

    Gives how many batches, orders, lines, rejects and further copies there are, and the fields of all orders.
    """
    fields, read = SourceFields(), 0
    counts: list[Counts] = []
    keys: list[Digests] = []
    batches = batches_of(staging, without={page for pages, _ in early for page in pages})
    for made in chain((made for _, made in early), map_batches(connection, staging, batches, len(early))):
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


class Batching:
    """Puts pages together, as they come, until they are a batch."""

    def __init__(self) -> None:
        self._pages: list[StagedPage] = []

    def add(self, page: StagedPage) -> list[Pages]:
        """The batch that the page completes, if it does."""
        self._pages.append(page)
        has_enough_orders = sum(each.orders for each in self._pages) >= ORDERS_PER_BATCH
        has_enough_bytes = sum(each.json_bytes for each in self._pages) >= BYTES_PER_BATCH
        return self.rest() if has_enough_orders or has_enough_bytes else []

    def rest(self) -> list[Pages]:
        """The batch of the pages that are left, if any are."""
        found, self._pages = tuple(page.name for page in self._pages), []
        return [found] if found else []


def batches_of(staging: Staging, without: Container[str] = ()) -> list[Pages]:
    """The staged pages in batches, but for those that are ``without``."""
    batching = Batching()
    pages = [page for page in staged_pages(staging) if page.name not in without]
    batches = [batch for page in pages for batch in batching.add(page)]
    return batches + batching.rest()


def map_batches(connection: Connection, staging: Staging, batches: Sequence[Pages], first: int = 0) -> Iterator[Made]:
    """Stage frames and outcomes of every batch, in order; ``first`` is the number of the first one."""
    numbers = range(first, first + len(batches))
    if len(batches) < WORTH_PROCESSES:
        yield from map(Worker(connection, staging).map, numbers, batches)
        return
    with processes(connection, staging, os.cpu_count() or 1) as pool:
        yield from pool.map(map_batch, numbers, batches)


def processes(connection: Connection, staging: Staging, number: int) -> Executor:
    """So many processes that `map_batch` runs in."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(number, context, initializer=_begin, initargs=(connection, staging))


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
    collector.rest_for_good()
    _worker = Worker(connection, staging)


def map_batch(number: int, pages: Pages) -> Made:
    """Stage the frames of one batch, in one of the `processes`."""
    return _worker.map(number, pages)
