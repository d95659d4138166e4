"""Which staged pages are mapped together: a batch is what is in memory."""

from __future__ import annotations

from collections.abc import Container

from include.orderhouse.staging import Staging
from include.orderhouse.sync.extract.staged_page import StagedPage, staged_pages

ORDERS_PER_BATCH, BYTES_PER_BATCH = 1000, 8_000_000
"""A batch ends when it has so many orders, or so many bytes of their JSON."""

Pages = tuple[str, ...]
"""The names of a batch's pages."""


class Batching:
    """Puts pages together, as they come, until they are a batch."""

    def __init__(self) -> None:
        self._pages: list[StagedPage] = []

    def add(self, page: StagedPage) -> list[Pages]:
        """The batch that the page completes, if it does. A page without orders belongs to none."""
        if page.orders:
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
