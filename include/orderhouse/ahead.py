"""Working ahead: what comes next is made while what has come is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def made_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items, each made on a thread of its own while the one before it is used; at most two are in memory.

    An error that making an item raises comes where the item would have come.
    """
    source = iter(items)
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, source, _END)
        while (item := coming.result()) is not _END:
            coming = thread.submit(next, source, _END)
            yield item  # type: ignore[misc]  # next gives an item, or _END
