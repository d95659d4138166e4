"""Refused logins in the audit log: of each address and kind at most one a minute, so that nobody can flood it."""

from __future__ import annotations

import logging
import os
import time
from threading import Lock

from fastapi import Request

from include.orchestration.ui.failures import Failure

PAUSE_SECONDS = 60.0
_MOST_ADDRESSES = 1000
log = logging.getLogger(__name__)


class Refusals:
    """How often each address was refused since that was last written down; for so many addresses, the latest ones."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[float, int]] = {}
        self._alone = Lock()

    def count(self, address: str, kind: str, now: float) -> int | None:
        """How many refusals to write down now; None where it is too soon."""
        key = (address, kind)
        with self._alone:
            told_at, waiting = self._told.pop(key, (-PAUSE_SECONDS, 0))
            is_due = now - told_at >= PAUSE_SECONDS
            self._told[key] = (now, 0) if is_due else (told_at, waiting + 1)
            if len(self._told) > _MOST_ADDRESSES:
                del self._told[next(iter(self._told))]
            return waiting + 1 if is_due else None


_refusals = Refusals()


def note_refusal(request: Request, failure: Failure) -> None:
    """Write down that a login or a right was refused; what hinders that is logged, and keeps no answer back."""
    from include.orchestration.ui.surroundings import warehouse
    from include.orderhouse.warehouse.audit import Event, record_now
    from include.orderhouse.warehouse.engine import URL_SETTING

    has_login = "authorization" in request.headers or "_token" in request.cookies
    if failure.status not in (401, 403) or not has_login or URL_SETTING not in os.environ:
        return
    address = request.client.host if request.client else "unknown"
    count = _refusals.count(address, failure.code, time.monotonic())
    if count is None:
        return
    access = getattr(request.state, "access", None)
    actor = access.name if access is not None else "unknown"
    details = {"address": address, "path": str(request.scope["path"])[:200], "times": count}
    try:
        record_now(warehouse(), Event("login.refused", actor, subject=failure.code, details=details))
    except Exception:
        log.exception("A refused login could not be written into the audit log")
