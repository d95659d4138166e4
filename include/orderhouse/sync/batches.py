"""Staged raw pages to staged batches of frames; many of them on all processors at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from include.orderhouse import collector
from include.orderhouse.connections import Connection
from include.orderhouse.staging import Staging, batch_folder, read_orders, write_frames
from include.orderhouse.sync.extraction import staged_pages
from include.orderhouse.transform.batch import Transform

ORDERS_PER_BATCH = 2000
WORTH_PROCESSES = 8
"""So many batches take longer than processes of their own take to start."""

Pages = Sequence[str]


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


def map_batches(connection: Connection, staging: Staging, batches: Sequence[Pages]) -> Iterator[dict[str, int]]:
    """Stage the frames of every batch, in order; gives what each holds: orders, lines, rejects."""
    if len(batches) < WORTH_PROCESSES:
        worker = Worker(connection, staging)
        yield from map(worker.map, range(len(batches)), batches)
        return
    context = get_context("forkserver")
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_begin, initargs=(connection, staging)) as pool:
        yield from pool.map(_map, range(len(batches)), batches)


class Worker:
    """Maps one batch after another."""

    def __init__(self, connection: Connection, staging: Staging) -> None:
        self._transform, self._staging = Transform(connection), staging

    def map(self, number: int, pages: Pages) -> dict[str, int]:
        """Stage the frames of one batch."""
        with collector.at_rest():
            orders = [order for page in pages for order in read_orders(self._staging, page)]
            frames = self._transform.frames(orders)
        write_frames(self._staging, batch_folder("frames", number), frames)
        return {
            "orders": frames["version"].num_rows + frames["reject"].num_rows,
            "lines": frames["purchase_order_line"].num_rows,
            "rejects": frames["reject"].num_rows,
        }


_worker: Worker
"""That of a process of the pool."""


def _begin(connection: Connection, staging: Staging) -> None:
    global _worker
    _worker = Worker(connection, staging)


def _map(number: int, pages: Pages) -> dict[str, int]:
    return _worker.map(number, pages)
