"""Working ahead: what comes next is made while what has come is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Given = TypeVar("Given")
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


def mapped_ahead(function: Callable[[Given], Item], items: Iterable[Given]) -> Iterator[Item]:
    """A function's result for each item, found on a thread of its own while the result before it is used.

    The items are taken on the caller's thread: each while the one before it is at most being mapped, and after the
    result before that was used.
    """
    with ThreadPoolExecutor(1) as thread:
        coming = None
        for item in items:
            following = thread.submit(function, item)
            if coming is not None:
                yield coming.result()
            coming = following
        if coming is not None:
            yield coming.result()
