"""Python's cyclic garbage collector, at rest while raw orders come and go."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def rest_for_good() -> None:
    """Let the collector rest for the life of a process that does nothing but map raw orders."""
    gc.disable()


@contextmanager
def at_rest() -> Iterator[None]:
    """Let the collector rest. Raw orders are trees: looking for cycles among their many parts finds nothing."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
