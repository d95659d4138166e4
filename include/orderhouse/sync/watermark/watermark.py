"""A connection's watermark: readable JSON in an Airflow Variable, which a person may edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from include.orderhouse import wire
from include.orderhouse.errors import WatermarkInvalid

CLOCK_DIFFERENCE = timedelta(minutes=5)
"""A watermark this far ahead of the source's clock may be a difference of clocks; farther is the future."""
FIRST_YEAR = 1900
"""A watermark of an earlier year is a slip; of the first ones no time can be reckoned back."""


class Watermark(Protocol):
    """Where a watermark is kept."""

    def read(self) -> str | None:
        """Its text; None where there is none."""

    def write(self, text: str) -> None:
        """Replace it."""


@dataclass(frozen=True)
class Mark:
    """A watermark as it was read: everything before ``at`` is loaded. ``sync_id`` is the sync that wrote it, if any."""

    at: datetime
    sync_id: str | None


def parse(text: str | None, connection: str) -> Mark | None:
    """The watermark in a Variable's text. Raises WatermarkInvalid where it cannot be read; None where there is none."""
    if text is None or not text.strip():
        return None
    return _mark(text.strip(), connection)


def refuse_future(mark: Mark | None, connection: str, source_now: datetime) -> None:
    """Raise WatermarkInvalid where a mark lies in the future, by the source's clock."""
    if mark is not None and mark.at > source_now + CLOCK_DIFFERENCE:
        raise _invalid(
            connection, f"lies in the future ({mark.at:%Y-%m-%dT%H:%M:%SZ}); nothing would ever be synced before it"
        )


def text_of(at: datetime, connection: str, sync_id: str, now: datetime) -> str:
    """The text of a watermark."""
    content = {"watermark": _iso(at), "connection": connection, "updated_at": _iso(now), "sync_id": sync_id}
    return wire.encode(content).decode()


def _mark(text: str, connection: str) -> Mark:
    told, sync_id = text, None
    if text.startswith("{"):
        try:
            content = wire.decode(text.encode())
        except ValueError as error:
            raise _invalid(connection, f"is not valid JSON: {error}") from error
        told, sync_id = content.get("watermark"), content.get("sync_id")
    try:
        at = datetime.fromisoformat(str(told).strip().strip('"'))
    except ValueError as error:
        raise _invalid(connection, f"holds {str(told)[:60]!r}, which is no instant") from error
    if at.tzinfo is None:
        raise _invalid(connection, f"holds {told!r} without an offset from UTC")
    if not FIRST_YEAR <= at.year < MAXYEAR:
        raise _invalid(connection, f"holds {told!r}, and the year {at.year} cannot be meant")
    return Mark(at.astimezone(UTC), _sync(sync_id))


def _sync(told: Any) -> str | None:
    """The sync that a watermark names; None where a person has written something else there."""
    try:
        return str(UUID(str(told)))
    except ValueError:
        return None


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _invalid(connection: str, problem: str) -> WatermarkInvalid:
    return WatermarkInvalid(
        f"The Variable purchase_orders_watermark__{connection} {problem}.",
        action='Set it to an instant such as {"watermark": "2026-01-31T08:00:00Z"} (Admin > Variables): '
        "scripts/orderhouse connections shows where the last sync left it. Or delete it for an initial sync.",
    )
