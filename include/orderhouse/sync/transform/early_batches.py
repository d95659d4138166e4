"""Batches that are mapped while the source is still asked for further pages: waiting for it leaves a processor at rest.

What was made early is listed in a file when all pages have come. The transform takes that list away and goes on behind
it; without a list, or with one of another mapping, it maps every page.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Lock
from typing import Self

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.order_keys import apart, together
from include.orderhouse.staging import Staging
from include.orderhouse.sync.extract.staged_page import StagedPage
from include.orderhouse.sync.transform.batches import Early
from include.orderhouse.sync.transform.batching import Batching, Pages
from include.orderhouse.sync.transform.processors import processors
from include.orderhouse.sync.transform.worker import Made, map_batch, processes
from include.orderhouse.transform.source_fields import SourceFields

FILE, KEYS = "early.json", "early.keys"
log = logging.getLogger(__name__)
WORTH_A_PROCESS = 4
"""So many batches have to wait before a process is started for them."""


class Pool:
    """Processes that map batches, and a thread for each that waits for it: who submits waits for nobody's start."""

    def __init__(self, connection: Connection, staging: Staging, number: int) -> None:
        self._processes = processes(connection, staging, number)
        self._threads = ThreadPoolExecutor(number)

    def submit(self, number: int, pages: Pages) -> Future[Made]:
        """Have a batch mapped."""
        return self._threads.submit(self._map, number, pages)

    def _map(self, number: int, pages: Pages) -> Made:
        return self._processes.submit(map_batch, number, pages).result()

    def shutdown(self) -> None:
        """Wait for what is being mapped; nothing else is."""
        self._threads.shutdown(cancel_futures=True)
        self._processes.shutdown()


class EarlyBatches:
    """Batches of the pages that are staged while the block runs; leaving it ends what still works on them.

    Processes are started when there is enough for them to do, and leave one processor to the fetching.
    """

    def __init__(self, connection: Connection, staging: Staging) -> None:
        self._connection, self._staging, self._lock = connection, staging, Lock()
        self._pool: Pool | None = None
        self._number = processors() - 1
        self._batching, self._waiting = Batching(), list[Pages]()
        self._begun, self._coming = list[Pages](), list[Future[Made]]()
        self._made, self._fields = list[Made](), SourceFields()

    def __enter__(self) -> Self:
        self._staging.remove(FILE)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def add(self, page: StagedPage) -> None:
        """A page was staged, and counts."""
        with self._lock:
            self._waiting += self._batching.add(page)
            if self._pool is None and self._number > 0 and len(self._waiting) >= WORTH_A_PROCESS:
                self._pool = Pool(self._connection, self._staging, self._number)
            if self._pool is not None:
                self._map_waiting(self._pool)
            self._collect()

    def keep(self) -> None:
        """All pages have come: list what was made of them; the transform makes what has not begun or has failed."""
        with self._lock:
            self._end()
            self._collect()
            self._tell_of_failures()
            if self._made:
                self._staging.write(KEYS, together(made.keys for made in self._made))
                self._staging.write_json(FILE, self._list())

    def _map_waiting(self, pool: Pool) -> None:
        for pages in self._waiting:
            self._coming.append(pool.submit(len(self._begun), pages))
            self._begun.append(pages)
        self._waiting = []

    def _collect(self) -> None:
        """Take what has been made, in order; nothing behind a batch that has failed."""
        while self._coming and _is_made(self._coming[0]):
            made = self._coming.pop(0).result()
            self._fields.merge(made.fields)
            self._made.append(replace(made, fields=SourceFields()))

    def _tell_of_failures(self) -> None:
        errors = [batch.exception() for batch in self._coming if not batch.cancelled()]
        if names := sorted({type(error).__name__ for error in errors if error is not None}):
            told = ", ".join(names)
            log.warning("Not all batches could be mapped while further pages came (%s): the transform does.", told)

    def _list(self) -> dict[str, object]:
        batches = [
            {"pages": pages, "read": made.read, "counts": made.counts}
            for pages, made in zip(self._begun, self._made, strict=False)
        ]
        fingerprint = self._connection.mapping_fingerprint
        return {"mapping": fingerprint, "batches": batches, "fields": self._fields.as_json()}

    def _end(self) -> None:
        """Wait for what is being mapped; nothing else begins."""
        for future in self._coming:
            future.cancel()
        wait(self._coming)


def _is_made(batch: Future[Made]) -> bool:
    return batch.done() and not batch.cancelled() and batch.exception() is None


def take_early(connection: Connection, staging: Staging) -> Early:
    """The batches that are made already; once they are taken, all pages are mapped anew."""
    if not staging.exists(FILE):
        return Early()
    told = staging.read_json(FILE)
    staging.remove(FILE)
    if told["mapping"] != connection.mapping_fingerprint:
        return Early()
    batches = told["batches"]
    keys = apart(staging.read(KEYS), [batch["counts"]["orders"] for batch in batches])
    return Early(
        pages=[tuple(batch["pages"]) for batch in batches],
        made=[Made(b["read"], b["counts"], k, SourceFields()) for b, k in zip(batches, keys, strict=True)],
        fields=SourceFields.of_json(told["fields"]),
    )
