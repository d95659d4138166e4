"""Reading Coupa's orders: which changed, and whose lines did.

What the connector adds to the source's fields has a leading underscore: ``_is_charge`` and ``_order`` on the line,
``_columns`` on its account and on the accounts of its allocations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.coupa.service import LARGEST_PAGE, Position, Raw, only, pages, records
from include.orderhouse.connectors.coupa.settings import Settings
from include.orderhouse.errors import FilterIgnored, UnexpectedShape

ORDERS, LINES = "purchase_orders", "purchase_order_lines"
FINISHED = "closed,cancelled"
STATE = only("id", "updated-at", "created-at")
OF_ORDER = ("id", "status")
Query = dict[str, str]


def discover(source: Source) -> Catalogue:
    """One order's id proves credentials and scope; everything else stands in the orders themselves."""
    records(source.api, ORDERS, {**only("id"), "limit": "1"})
    return Catalogue()


@dataclass(frozen=True)
class _Section:
    """One query of a fetch; lines stand for their orders."""

    name: str
    resource: str
    query: Query


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders whose header or lines changed in the window."""
    sections = _sections(source, window)
    names = [section.name for section in sections]
    at = window.resume or {"section": names[0], "after": None}
    after = Position(**at["after"]) if at["after"] else None
    for index in range(names.index(at["section"]), len(sections)):
        section = sections[index]
        for rows, position in pages(source.api, section.resource, section.query, source.page_size, after):
            resume = {"section": section.name, "after": position.as_json()}
            yield Page(_orders(source, section, rows, window), resume)
        after = None
        yield Page((), {"section": names[index + 1], "after": None} if index + 1 < len(sections) else None)


def _sections(source: Source, window: Window) -> list[_Section]:
    if window.open_only:
        scope, window = {"status[not_in]": FINISHED}, Window(None, window.end)
        created: Query = {}
    else:
        scope, created = {}, _within("created-at", window)
    changed = _within("updated-at", window)
    sections = [_Section("changed", ORDERS, {**scope, **changed})]
    if source.settings.undated and changed:
        sections.append(_Section("undated", ORDERS, {**scope, "updated-at[blank]": "true", **created}))
    if window.start is not None:
        sections.append(_Section("lines", LINES, {**changed, **only("id", "updated-at", "order-header-id")}))
    return sections


def _orders(source: Source, section: _Section, rows: list[Raw], window: Window) -> list[Raw]:
    if section.resource == ORDERS:
        return [_whole(row, source.settings) for row in rows]
    parents = sorted({wire.part(row, "order-header-id", int, of=LINES) for row in rows})
    found = _by_id(source, parents)
    return [order for order in found if not _is_in(order, window)]


def _is_in(order: Raw, window: Window) -> bool:
    """Whether the sections of headers hold the order already."""
    at = _instant(order.get("updated-at") or order.get("created-at"))
    start, end = _cut(window.start), _cut(window.end)
    return at is not None and (start is None or at >= start) and (end is None or at < end)


def _within(field: str, window: Window) -> Query:
    bounds = (("gt_or_eq", _cut(window.start)), ("lt", _cut(window.end)))
    return {f"{field}[{operator}]": bound.isoformat() for operator, bound in bounds if bound}


def _cut(instant: datetime | None) -> datetime | None:
    """Whole seconds, as the API tells them; windows cut alike still join without a gap."""
    return instant and instant.astimezone(UTC).replace(microsecond=0)


def _by_id(source: Source, ids: Sequence[int]) -> list[Raw]:
    found: list[Raw] = []
    for first in range(0, len(ids), LARGEST_PAGE):
        batch = ids[first : first + LARGEST_PAGE]
        query = {"id[in]": ",".join(map(str, batch)), "order_by": "id", "dir": "asc", "limit": str(LARGEST_PAGE)}
        rows = records(source.api, ORDERS, query)
        if {row["id"] for row in rows} - set(batch):
            raise FilterIgnored(
                f"{ORDERS}: asked for {len(batch)} orders by id, and others came.",
                action="Nothing was loaded. A proxy may drop the query, or Coupa may have changed it.",
            )
        found += rows
    return [_whole(row, source.settings) for row in found]


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these ids, as many as exist and the client may see."""
    numbers = sorted({int(entry) for entry in ids if entry.isdecimal()})
    size = min(source.page_size, LARGEST_PAGE)
    for first in range(0, len(numbers), size):
        yield Page(_by_id(source, numbers[first : first + size]))


def scan(source: Source) -> Iterator[Keys]:
    """Every order with the time it counts as changed: the last change, else the creation. Coupa tells no count."""
    for rows, _ in pages(source.api, ORDERS, STATE, LARGEST_PAGE):
        yield Keys([Key(str(row["id"]), _instant(row.get("updated-at") or row.get("created-at"))) for row in rows])


def _instant(told: Any) -> datetime | None:
    if told is None:
        return None
    try:
        return datetime.fromisoformat(told).astimezone(UTC)
    except (TypeError, ValueError):
        raise UnexpectedShape(
            f"{ORDERS}: a time such as '2026-01-31T09:30:00-08:00' expected, came {told!r:.80}.",
            action="Nothing was loaded. Compare the response with the vendor's documentation.",
        ) from None


def _whole(order: Raw, settings: Settings) -> Raw:
    """The order with what the settings say of its lines; what has another shape is left for the transform to reject."""
    lines = order.get("order-lines")
    if not isinstance(lines, list):
        return order
    facts = {name: order.get(name) for name in OF_ORDER}
    return {
        **order,
        "order-lines": [_line(line, facts, settings) if isinstance(line, dict) else line for line in lines],
    }


def _line(line: Raw, order: Raw, settings: Settings) -> Raw:
    commodity = line.get("commodity")
    name = commodity.get("name") if isinstance(commodity, dict) else None
    rich = {**line, "_order": order, "_is_charge": name in settings.charge_commodities}
    rich["account"] = _account(line.get("account"), settings)
    rich["account-allocations"] = [
        {**share, "account": _account(share.get("account"), settings)} if isinstance(share, dict) else share
        for share in line.get("account-allocations") or ()
    ]
    return rich


def _account(account: Any, settings: Settings) -> Any:
    if not isinstance(account, dict):
        return account
    columns = {column: account.get(segment) for segment, column in settings.segments.items()}
    if "gl_account" not in settings.segments.values():
        columns["gl_account"] = account.get("code")
    return {**account, "_columns": columns}
