"""Refused logins in the audit log: few a minute, of each address and kind one, so that nobody can flood it."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from threading import Lock

from fastapi import Request

from include.orchestration.ui.failures import Failure

PAUSE_SECONDS = 60.0
MOST_ROWS = 30
"""So many rows are written in that time; what comes from further addresses is counted together, in one more."""
OTHERS = "other addresses"
_MOST_ADDRESSES = 1000
log = logging.getLogger(__name__)


class Refusals:
    """How often each address was refused since that was last written down; for so many addresses, the latest ones."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[float, int]] = {}
        self._written: deque[float] = deque()
        self._alone = Lock()

    def count(self, address: str, kind: str, now: float) -> tuple[str, int] | None:
        """Of which address to write down how many refusals now; None where it is too soon."""
        with self._alone:
            has_room = self._has_room(now)
            if not has_room and (address, kind) not in self._told:
                address = OTHERS
            told_at, waiting = self._told.pop((address, kind), (-PAUSE_SECONDS, 0))
            is_due = now - told_at >= PAUSE_SECONDS and (has_room or address == OTHERS)
            self._told[address, kind] = (now, 0) if is_due else (told_at, waiting + 1)
            if len(self._told) > _MOST_ADDRESSES:
                del self._told[next(iter(self._told))]
            if not is_due:
                return None
            self._written.append(now)
            return address, waiting + 1

    def _has_room(self, now: float) -> bool:
        while self._written and now - self._written[0] >= PAUSE_SECONDS:
            self._written.popleft()
        return len(self._written) < MOST_ROWS


_refusals = Refusals()


def note_refusal(request: Request, failure: Failure) -> None:
    """Write down that a login or a right was refused; what hinders that is logged, and keeps no answer back."""
    from include.orchestration.ui.surroundings import warehouse
    from include.orderhouse.warehouse.access.audit import Event, record_now
    from include.orderhouse.warehouse.engine import URL_SETTING

    has_login = "authorization" in request.headers or "_token" in request.cookies
    if failure.status not in (401, 403) or not has_login or URL_SETTING not in os.environ:
        return
    client = request.client.host if request.client else "unknown"
    counted = _refusals.count(client, failure.code, time.monotonic())
    if counted is None:
        return
    address, count = counted
    access = getattr(request.state, "access", None)
    actor = access.name if access is not None else "unknown"
    details = {"address": address, "path": str(request.scope["path"])[:200], "times": count}
    try:
        record_now(warehouse(), Event("login.refused", actor, subject=failure.code, details=details))
    except Exception:
        log.exception("A refused login could not be written into the audit log")
