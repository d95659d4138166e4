"""Fetching raw orders into staged pages. A page counts when its checkpoint is written; a retry goes on after it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from threading import Event
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse import collector, wire
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.errors import BoundExceeded, CountMismatch, FilterIgnored, StorageUnavailable
from include.orderhouse.http.transport import MEGABYTE
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.staging import Staging, write_orders
from include.orderhouse.sync.extract.staged_page import StagedPage
from include.orderhouse.sync.extract.tally import Tally
from include.orderhouse.sync.plan import Plan, Slice
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.transform.batch import Transform
from include.orderhouse.warehouse.clock import warehouse_now

log = logging.getLogger(__name__)

STALE_PAGES, EMPTY_PAGES = 8, 10_000
"""So many pages without news may come for each page with news, since a window is asked for in several ways that find
the same orders; and so many empty ones on each other, since a filter may leave them empty: where lines are asked for
that changed and their orders did not, most pages are. For the first, a page without orders counts as one with news."""


class _Over(Exception):
    """The sync ends, for a reason that is told elsewhere."""


class Listener(Protocol):
    """Hears of pages while they come; several threads tell it."""

    def add(self, page: StagedPage) -> None:
        """A page was staged, and counts."""


class Extraction:
    """The pages of one sync."""

    def __init__(self, runtime: Runtime, plan: Plan, source: Source, staging: Staging, listener: Listener) -> None:
        self._runtime, self._plan, self._source, self._staging = runtime, plan, source, staging
        self._listener = listener
        self._transform = Transform(runtime.connection)
        self._tallies: dict[str, Tally] = {}
        self._is_over = Event()

    @property
    def orders(self) -> int:
        """How many orders lie in the pages that this attempt has kept or found."""
        return sum(tally.orders for tally in self._tallies.values())

    def fetch_slices(self) -> list[Tally]:
        """All slices, several at once within the connection's concurrency.

        Where one fails, or somebody ends the sync, the others end with the page that they are at.
        """
        with collector.at_rest(), ThreadPoolExecutor(max_workers=self._runtime.connection.concurrency) as pool:
            coming = [pool.submit(self._fetch_whole_slice, number) for number in range(len(self._plan.slices))]
            try:
                for fetched in as_completed(coming):
                    fetched.result()
            except BaseException:
                self._is_over.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        tallies = [fetched.result() for fetched in coming]
        self._check_filter(sum(tally.outside for tally in tallies))
        return tallies

    def read_orders(self, ids: Sequence[str], folder: str) -> set[str]:
        """Orders by their keys; returns the keys that exist."""
        found: set[str] = set()
        for chunk in _chunks(ids, self._source.page_size):
            own = folder + _digest(chunk)
            tally = self._resumed(own)
            if not tally.is_done:
                self._keep_all(self._source_read(chunk), Slice(None, None), own, tally)
            found.update(key for key in chunk if key in tally.keys)
        return found

    def check_time(self, now: datetime) -> None:
        """Raise BoundExceeded where the source has been read for longer than the connection allows."""
        longest = self._runtime.connection.options.max_extract_hours
        if self._plan.is_older_than(timedelta(hours=longest), now):
            raise BoundExceeded(
                f"The sync began more than {longest} h ago, and the source gives orders still (max_extract_hours).",
                action="Nothing was loaded. Where the run was cleared late, clear it again: it begins anew. Else allow "
                "more where that many are meant, or narrow the window, or report to who runs the source that it never "
                "ends.",
            )

    def _source_read(self, ids: Sequence[str]) -> Iterator[Page]:
        """The pages of these orders. None of them is the last: only when all have come has every key been asked for."""
        pages = self._runtime.connection.connector.read(self._source, ids)
        return map(partial(replace, resume="more"), pages)

    def _fetch_whole_slice(self, number: int) -> Tally:
        folder, name = f"raw/{number:03}", _name(self._plan.slices[number])
        tally = self._fetch_slice(number, folder)
        if tally.is_short:
            log.info("The source counted %s orders in %s and gave %s: again", tally.expected, name, tally.told_apart)
            first, tally = tally, self._fetch_slice(number, f"{folder}-again")
            tally.complete(first)
        if tally.is_short:
            for each in (folder, f"{folder}-again"):
                self._staging.remove(each)
            raise CountMismatch(
                f"The source counts {tally.expected} orders in {name}, but gave {tally.told_apart}.",
                action="Nothing was loaded. Sync again; if it stays, compare the two at the source: "
                "a right may be missing, or its paging loses rows.",
            )
        return tally

    def _fetch_slice(self, number: int, folder: str) -> Tally:
        part, tally = self._plan.slices[number], self._resumed(folder)
        if not tally.is_done:
            pages = self._runtime.connection.connector.fetch(self._source, part.window(tally.resume))
            self._keep_all(pages, part, folder, tally)
        return tally

    def _resumed(self, folder: str) -> Tally:
        tally = Tally()
        for name in self._staging.names(folder):
            if name.endswith(".json"):
                tally.add(self._staging.read_json(name))
        self._tallies[folder] = tally
        self._check_size()
        return tally

    def _keep_all(self, pages: Iterator[Page], part: Slice, folder: str, tally: Tally) -> None:
        while not self._is_over.is_set():
            fetched_at = warehouse_now(self._runtime.warehouse)
            page = next(pages, None)
            if page is None:
                if not tally.is_done:
                    self._keep(Page([], resume=None), fetched_at, part, f"{folder}/{tally.pages:06}", tally)
                return
            self._keep(page, fetched_at, part, f"{folder}/{tally.pages:06}", tally)
            del page  # Its orders take many times the memory of their JSON.
            if not tally.is_done:
                self.check_time(fetched_at)
            self._source.api.meter.begin_page()
            self._check_progress(part, tally)
        raise _Over

    def _check_progress(self, part: Slice, tally: Tally) -> None:
        """Stop early where a source would fill the disk: it goes round in circles, or ignores its filter."""
        if tally.is_done:
            return
        self._check_filter(tally.outside)
        news = tally.pages - tally.stale_pages
        if tally.stale_pages > STALE_PAGES * news or tally.empty_pages > EMPTY_PAGES:
            raise BoundExceeded(
                f"Page after page of {_name(part)} brings no order that had not come before ({tally.pages} pages).",
                action="Nothing was loaded. The source's paging goes round in circles: report it to who runs it.",
            )

    def _keep(self, page: Page, fetched_at: datetime, part: Slice, name: str, tally: Tally) -> None:
        self._refuse_another(name)
        keys, modified_at = self._transform.identify(page.records)
        staged, unpacked = write_orders(
            self._staging, f"{name}.zst", [RawOrder(fetched_at, record) for record in page.records]
        )
        checkpoint = {
            "keys": [key for key in keys if key is not None],
            "orders": len(page.records),
            "outside": 0 if part.open_only or page.is_reread else _outside(modified_at, part.window(None)),
            "expected": page.expected,
            "resume": page.resume,
            "deleted": list(page.deleted),
            "misses_deletions": page.misses_deletions,
            "bytes": staged,
            "json_bytes": unpacked,
        }
        self._staging.write_json(f"{name}.json", checkpoint)
        tally.add(checkpoint)
        self._check_size()
        self._listener.add(StagedPage(f"{name}.zst", len(page.records), unpacked))

    def _refuse_another(self, name: str) -> None:
        """A page follows from those before it. What another process has staged since these would not."""
        if self._staging.exists(f"{name}.json"):
            raise StorageUnavailable(
                f"Another process is at work on this sync: it has staged the page {name}, too.",
                action="Airflow took one of them for dead, and ends it as soon as it hears of it. A run tries again by "
                "itself, and goes on after the pages that are there.",
            )

    def _check_size(self) -> None:
        most = self._runtime.connection.options.max_staged_mb
        if sum(tally.staged_bytes for tally in list(self._tallies.values())) > most * MEGABYTE:
            raise BoundExceeded(
                f"The source gave orders of more than {most} MB, packed (max_staged_mb).",
                action="Nothing was loaded. Allow more where that many are meant, or narrow the window; else report to "
                "who runs the source that it makes up orders.",
            )

    def _check_filter(self, outside: int) -> None:
        allowed = self._runtime.connection.options.max_outside_window
        if outside > allowed:
            raise FilterIgnored(
                f"The source gave {outside} orders outside the window; {allowed} are allowed (max_outside_window).",
                action="Nothing was loaded. The source may ignore its filter after an update; check one request "
                "by hand, or allow more.",
            )


def _outside(instants: pa.Array, window: Window) -> int:
    """How many instants lie before or behind a window."""
    bounds = ((pc.less, window.start), (pc.greater_equal, window.end))
    counts = (pc.sum(is_beyond(instants, bound)).as_py() for is_beyond, bound in bounds if bound is not None)
    return sum(count or 0 for count in counts)


def _chunks(ids: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return (tuple(ids[at : at + size]) for at in range(0, len(ids), size))


def _digest(keys: Sequence[str]) -> str:
    """What tells that just these keys were asked for: a retry may cut them into other chunks."""
    return blake2b(wire.encode(keys), digest_size=16).hexdigest()


def _name(part: Slice) -> str:
    what = "the open orders" if part.open_only else "the window"
    return f"{what} from {part.start or 'the beginning'} to {part.end or 'now'}"
