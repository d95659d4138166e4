"""Mapping one batch of staged pages after the other, in this process or in several at once."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.util import _exit_function, get_temp_dir  # type: ignore[attr-defined]  # typeshed leaves it out
from threading import Thread

import pyarrow.compute as pc

from include.orderhouse import collector
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.errors import ProcessLost
from include.orderhouse.expectations.outcomes import Outcomes, write_outcomes
from include.orderhouse.frames import Frames
from include.orderhouse.order_keys import Digests, digests
from include.orderhouse.staging import Staging, batch_folder, read_orders, write_frames
from include.orderhouse.sync.transform.batching import Pages
from include.orderhouse.sync.transform.copies import keys_of, without_repeated_rejects
from include.orderhouse.sync.transform.processors import SETTING, processors
from include.orderhouse.transform.batch import Transform
from include.orderhouse.transform.source_fields import SourceFields

STAGE = "frames"
LOOKED_INTO = 250
"""Of so many orders of a batch, or fewer, spread evenly over it, every field is looked at."""
_BEGINNING = "include.orderhouse.sync.transform.mapping_process"
WORTH_PROCESSES = 8
"""So many batches take longer than processes of their own take to start."""

Counts = dict[str, int]


@dataclass(frozen=True)
class Made:
    """What a batch became: how many orders it read, what its frames hold, of whom, and which fields the orders have."""

    read: int
    counts: Counts
    keys: Digests
    fields: SourceFields


def map_batches(connection: Connection, staging: Staging, batches: Sequence[Pages], first: int = 0) -> Iterator[Made]:
    """Stage frames and outcomes of every batch, in order; ``first`` is the number of the first one.

    Raises ProcessLost.
    """
    numbers = range(first, first + len(batches))
    number = processors()
    if len(batches) < WORTH_PROCESSES or number == 1:
        yield from map(Worker(connection, staging).map, numbers, batches)
        return
    try:
        with processes(connection, staging, number) as pool:
            yield from pool.map(map_batch, numbers, batches)
    except BrokenProcessPool as error:
        raise ProcessLost(
            f"One of the {number} processes that map the orders of {connection.name} was killed. Where nobody did "
            "that, the memory of the machine, or of the container, ran out.",
            action="The task tries again by itself. If it comes back, give it more memory, let fewer tasks run at "
            f"once, or set {SETTING}=1.",
        ) from error


def processes(connection: Connection, staging: Staging, number: int) -> Executor:
    """So many processes that `map_batch` runs in.

    What multiprocessing does at the end of a program, to remove its folder, is asked for anew: a task of Airflow's does
    at its end only what was asked for in itself.
    """
    _keep_script_out()
    atexit.register(_exit_function)
    context = get_context("forkserver")
    context.set_forkserver_preload([_BEGINNING])
    return ProcessPoolExecutor(number, context, initializer=_begin, initargs=(connection, staging, get_temp_dir()))


def _keep_script_out() -> None:
    """Have processes that start not run the script of this one: Airflow's asks for a database that tasks have not.

    They leave out the ``__main__`` of a package (Python's multiprocessing/spawn.py); a script's spec names none.
    """
    main = sys.modules["__main__"]
    if main.__spec__ is None:
        main.__spec__ = ModuleSpec("script.__main__", None)


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
        stage(self._staging, number, frames)
        return Made(len(orders), count(frames), digests(keys_of(frames)), fields)


def stage(staging: Staging, number: int, frames: Frames) -> None:
    """Stage the frames of a batch, and beside them what the checks come to."""
    folder = batch_folder(STAGE, number)
    write_frames(staging, folder, frames)
    write_outcomes(staging, folder, Outcomes.of(frames))


def count(frames: Frames) -> Counts:
    """Orders, lines and rejects of a batch; the lines of rejected orders as far as they could be told."""
    rejects = frames["reject"]
    lines = frames["purchase_order_line"].num_rows + (pc.sum(rejects.column("line_count")).as_py() or 0)
    return {"orders": frames["version"].num_rows + rejects.num_rows, "lines": lines, "rejects": rejects.num_rows}


_worker: Worker
"""That of a process of the pool."""


def _begin(connection: Connection, staging: Staging, folder: str) -> None:
    global _worker
    Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    _worker = Worker(connection, staging)


def _end_with_parent(folder: str) -> None:
    """End this process when the one it works for does: where that was killed, it would wait for work for ever.

    That one's folder of multiprocessing goes as well.
    """
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)


def map_batch(number: int, pages: Pages) -> Made:
    """Stage the frames of one batch, in one of the `processes`."""
    return _worker.map(number, pages)
