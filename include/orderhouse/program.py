"""How a program of Orderhouse's own begins, and so ends: without what costs time and is of no use to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from include.orderhouse import collector


@contextmanager
def loading() -> Iterator[None]:
    """Load the program's libraries in this block.

    Of numpy's, OpenBLAS starts a thread for each processor, which turns round and round in wait of matrices.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    collector.skip_at_exit()
    with collector.at_rest():
        yield
