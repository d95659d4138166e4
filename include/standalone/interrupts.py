"""Signals that ask a program to end: as Ctrl-C, so that it stops what it has begun and notes so."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What stops a service, and what a terminal sends that is closed."""
_DISTURBING = (signal.SIGINT, *_ENDING)


def end_as_by_ctrl_c() -> None:
    """Let these signals raise KeyboardInterrupt; one that is ignored, as nohup has SIGHUP, stays so."""
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C and these signals wait until the end of the block: who presses it again leaves nothing half ended.

    Only the main thread hears of them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in _DISTURBING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for other in came:
            signal.raise_signal(other)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
