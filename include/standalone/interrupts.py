"""Signals that ask a program to end: as Ctrl-C, so that it stops what it has begun and notes so."""

from __future__ import annotations

import signal

_ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What stops a service, and what a terminal sends that is closed."""


def end_as_by_ctrl_c() -> None:
    """Let these signals raise KeyboardInterrupt; one that is ignored, as nohup has SIGHUP, stays so."""
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
