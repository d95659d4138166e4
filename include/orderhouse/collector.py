"""Python's cyclic garbage collector: at rest while libraries load, and while raw orders come and go."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


def rest_for_good() -> None:
    """Let the collector rest for the life of a process that does nothing but map raw orders.

    Processes that are forked from it share what it has loaded: no collector goes through that any more.
    """
    gc.disable()
    gc.freeze()


def skip_at_exit() -> None:
    """Let a program end without a search for cycles: half a second, after the libraries of a sync."""
    atexit.register(gc.freeze)


@contextmanager
def at_rest() -> Iterator[None]:
    """Let the collector rest. Raw orders are trees: looking for cycles among their many parts finds nothing.

    Nor does it among modules, which stay.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
