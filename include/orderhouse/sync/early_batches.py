"""Batches that are mapped while the source is still asked for further pages: waiting for it leaves a processor at rest.

What was made early is listed in a file when all pages have come. The transform takes that list away and goes on behind
it; without a list, or with one of another mapping, it maps every page.
"""

from __future__ import annotations

import os
from concurrent.futures import Executor, Future, wait
from itertools import takewhile
from threading import Lock
from types import TracebackType
from typing import Self

from include.orderhouse.connections import Connection
from include.orderhouse.staging import Staging
from include.orderhouse.sync.batches import Batching, Early, Made, Pages, map_batch, processes
from include.orderhouse.sync.extraction import StagedPage

FILE = "early.json"
WORTH_A_PROCESS = 4
"""So many batches have to wait before a process is started for them."""


class EarlyBatches:
    """Batches of the pages that are staged while the block runs; leaving it ends what still works on them.

    Processes are started when there is enough for them to do, and leave one processor to the fetching.
    """

    def __init__(self, connection: Connection, staging: Staging) -> None:
        self._connection, self._staging, self._lock = connection, staging, Lock()
        self._pool: Executor | None = None
        self._batching, self._waiting = Batching(), list[Pages]()
        self._begun: list[tuple[Pages, Future[Made]]] = []

    def __enter__(self) -> Self:
        self._staging.remove(FILE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def add(self, page: StagedPage) -> None:
        """A page was staged, and counts."""
        with self._lock:
            self._waiting += self._batching.add(page)
            if self._pool is None and len(self._waiting) >= WORTH_A_PROCESS:
                self._pool = processes(self._connection, self._staging, max(1, (os.cpu_count() or 1) - 1))
            if self._pool is not None:
                for pages in self._waiting:
                    self._begun.append((pages, self._pool.submit(map_batch, len(self._begun), pages)))
                self._waiting = []

    def start_over(self) -> None:
        """Pages are going to be fetched again: what was made of them does not count, nor of any other."""
        with self._lock:
            self._end()
            self._batching, self._waiting, self._begun = Batching(), [], []

    def keep(self) -> None:
        """All pages have come: list what was made of them; the transform makes what has not begun or has failed."""
        with self._lock:
            self._end()
            made = takewhile(lambda batch: _is_made(batch[1]), self._begun)
            batches = [{"pages": pages, "made": coming.result().as_json()} for pages, coming in made]
        if batches:
            self._staging.write_json(FILE, {"mapping": self._connection.mapping_fingerprint, "batches": batches})

    def _end(self) -> None:
        """Wait for what is being mapped; nothing else begins."""
        coming = [future for _, future in self._begun]
        for future in coming:
            future.cancel()
        wait(coming)


def _is_made(batch: Future[Made]) -> bool:
    return not batch.cancelled() and batch.exception() is None


def take_early(connection: Connection, staging: Staging) -> Early:
    """The batches that are made already; once they are taken, all pages are mapped anew."""
    if not staging.exists(FILE):
        return []
    told = staging.read_json(FILE)
    staging.remove(FILE)
    if told["mapping"] != connection.mapping_fingerprint:
        return []
    return [(tuple(batch["pages"]), Made.of_json(batch["made"])) for batch in told["batches"]]
