"""Searching Odoo's records: conditions on instants, and pages that go on behind an id.

Pages go by id within a fixed set of conditions: an id never moves, so no record is lost or doubled however rows change
meanwhile. They end with an empty answer, not with a short one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from include.orderhouse.errors import FilterIgnored, UnexpectedShape
from include.orderhouse.protocols.odoo_rpc import OdooCall

Domain = list[Any]
"""Conditions in prefix notation: ``|`` joins the two that follow it, all else is joined by and."""


def walk(
    call: OdooCall, model: str, domain: Domain, fields: Sequence[str], size: int, after: int = 0
) -> Iterator[list[dict[str, Any]]]:
    """The records that a domain finds, in order of their ids.

    Raises FilterIgnored where a page does not go on, or is in another order, which would lose records.
    """
    while rows := call.records(
        model, domain=[*domain, ["id", ">", after]], fields=list(fields), order="id asc", limit=size
    ):
        ids = [row["id"] for row in rows]
        if (first := min(ids)) <= after:
            raise _ignored(f"{model}: asked for ids above {after}, came {first}.", "search domain")
        if ids != sorted(ids):
            raise _ignored(f"{model}: asked for records in order of their ids, came {ids[:5]}.", "order")
        after = ids[-1]
        yield rows


def _ignored(what: str, dropped: str) -> FilterIgnored:
    return FilterIgnored(
        what, action=f"Nothing was loaded. A proxy or a customisation of the server drops the {dropped}."
    )


def within(name: str, start: datetime | None, end: datetime | None) -> Domain:
    """The instant is in ``[start, end)``; a bound that is None is left out."""
    lower: Domain = [[name, ">=", wire_time(start)]] if start else []
    return [*lower, *([[name, "<", wire_time(end)]] if end else [])]


def outside(name: str, start: datetime, end: datetime | None) -> Domain:
    """The instant is not in ``[start, end)``, or is empty."""
    conditions: Domain = [[name, "=", False], [name, "<", wire_time(start)]]
    conditions += [[name, ">=", wire_time(end)]] if end else []
    return ["|"] * (len(conditions) - 1) + conditions


def before(name: str, end: datetime | None) -> Domain:
    """The instant is before ``end``, or is empty."""
    return ["|", [name, "=", False], [name, "<", wire_time(end)]] if end else []


def wire_time(instant: datetime) -> str:
    """Naive UTC in whole seconds: Odoo ignores offsets in a domain, and windows cut alike still join without a gap."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def from_wire(told: Any) -> datetime:
    """The instant that Odoo tells, in UTC. Raises UnexpectedShape."""
    try:
        return datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except (TypeError, ValueError) as error:
        raise UnexpectedShape(
            f"{told!r:.80} is no time as Odoo writes it.",
            action="Nothing was loaded. A proxy or a customisation of the server may have changed it.",
        ) from error
