"""How Xero writes things: identifiers, instants, dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Body = dict[str, Any]


@cache
def identifier(kind: str, key: object) -> str:
    """The UUID of something of the company."""
    return str(uuid5(NAMESPACE_URL, f"https://xero.sandbox/{kind}/{key}"))


def filled(body: Body) -> Body:
    """The members that have a value: only those are served."""
    return {name: value for name, value in body.items() if value not in (None, "", {})}


def cut(at: datetime) -> datetime:
    """An instant as Xero keeps it: to the millisecond."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def moment(at: datetime) -> str:
    """An instant: milliseconds since 1970 in UTC, whatever the offset beside them says."""
    whole = cut(at)
    return f"/Date({int(whole.timestamp()) * 1000 + whole.microsecond // 1000}+0000)/"


def dates(name: str, day: date | None, options: Mapping[str, str]) -> Body:
    """A date in both forms. ``dates=spaced`` writes the text with a space, ``dates=offset`` shows the zone's offset."""
    if day is None:
        return {}
    form = options.get("dates", "")
    since = int(datetime.combine(day, time(), UTC).timestamp()) * 1000
    offset = "+1300" if form == "offset" else "+0000"
    return {name: f"/Date({since}{offset})/", f"{name}String": f"{day}{' ' if form == 'spaced' else 'T'}00:00:00"}
