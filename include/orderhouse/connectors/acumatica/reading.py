"""How Acumatica is read: orders changed in a window, those behind changed receipts, and open ones.

``LastModifiedDateTime`` moves when the order itself is saved. Lines are records of their own and tell no time: only
reading the open orders again finds a line of which nothing but a text or a date has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from include.orderhouse import odata, wire
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.acumatica.codes import FINISHED
from include.orderhouse.connectors.acumatica.endpoint import ODATA, Endpoint, NoSuchRecord, Row, key, site_path
from include.orderhouse.connectors.acumatica.orders import NUMBER, ORDERS, Orders
from include.orderhouse.errors import ConfigurationInvalid

RECEIPTS, RECEIPT_NUMBER = "PurchaseReceipt", "ReceiptNbr"
MODIFIED = "LastModifiedDateTime"
KEYS_ONLY = {"$select": f"Type,{NUMBER},{MODIFIED}"}
WITH_LINES = {"$expand": "Details"}
OPEN = odata.all_of(*(f"Status ne {odata.literal(status)}" for status in FINISHED))


@dataclass(frozen=True)
class Section:
    """A part of a window: records of one type that meet a condition."""

    name: str
    of_type: str
    condition: str | None
    is_of_receipts: bool = False


def discover(source: Source) -> Catalogue:
    """The version of the endpoint, and the fields of customisations; the first call signs in."""
    settings = source.settings
    root = f"{site_path(settings.site)}entity"
    listed = wire.part(source.api.get(root), "endpoints", list, of="the list of endpoints")
    told = [str(entry.get("version", "")) for entry in listed if entry.get("name") == settings.endpoint]
    versions = sorted(told, key=lambda version: [int(part) for part in re.findall(r"\d+", version)])
    version = settings.endpoint_version or (versions[-1] if versions else "")
    if version not in versions:
        raise ConfigurationInvalid(
            f"The site has no endpoint {settings.endpoint!r} of version {version!r}.",
            action=f"Correct settings.endpoint and endpoint_version; of {settings.endpoint!r} there are: "
            f"{', '.join(versions) or 'none'}.",
        )
    custom = settings.custom_fields or _custom_fields(source, f"{root}/{settings.endpoint}/{version}")
    return Catalogue((settings.tenant or "everything",), {"version": version, "custom": list(custom)})


def _custom_fields(source: Source, root: str) -> list[str]:
    """The fields of customisations that the order's schema tells, on the order and on its lines."""
    try:
        schema = wire.part(source.api.get(f"{root}/{ORDERS}/$adHocSchema"), "", dict, of="the schema of orders")
    except NoSuchRecord:
        return []
    records = [schema, *(schema.get("Details") or ())]
    wire.part(schema, "custom", dict, of="the schema of orders")
    views = [view for record in records for view in (record.get("custom") or {}).items()]
    return [f"{view}.{name}" for view, fields in views for name in fields]


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, section by section, in order of their keys; a section ends with an empty page."""
    orders, sections = Orders(source), list(_sections(source, window))
    at = window.resume or {"section": sections[0].name, "after": None}
    begin, after = [section.name for section in sections].index(at["section"]), at["after"]
    for section, following in zip(sections[begin:], [*sections[begin + 1 :], None], strict=True):
        found = _behind_receipts if section.is_of_receipts else _changed
        for records, last in found(orders, section, after):
            yield Page(records, {"section": section.name, "after": last})
        yield Page((), {"section": following.name, "after": None} if following else None)
        after = None


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these ids, each ``<type>/<number>``."""
    orders = Orders(source)
    for rows in orders.with_keys(tuple(part) for name in ids if len(part := name.split("/", 1)) > 1):
        yield Page(orders.whole(rows))


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders."""
    endpoint = Endpoint(source)
    for of_type in source.settings.order_types:
        for rows in endpoint.pages(ORDERS, NUMBER, of_type, None, KEYS_ONLY, None):
            yield Keys([_key(row) for row in rows])


def _key(row: Row) -> Key:
    told = (row.get(MODIFIED) or {}).get("value")
    return Key(f"{key(row, 'Type')}/{key(row, NUMBER)}", datetime.fromisoformat(told).astimezone(UTC) if told else None)


def _sections(source: Source, window: Window) -> Iterator[Section]:
    settings = source.settings
    start, end = None if window.open_only else _stored(window.start), _stored(window.end)
    changed = odata.between(MODIFIED, start, end, ODATA)
    for of_type in settings.order_types:
        condition = odata.all_of(changed, OPEN if window.open_only else None) or None
        yield Section(f"changed {of_type}", of_type, condition)
    if start is None:
        return
    for of_type in settings.receipt_types:
        yield Section(f"received by {of_type}", of_type, changed, is_of_receipts=True)
    if settings.reread_open_orders and end is None:
        earlier = odata.between(MODIFIED, None, start, ODATA)
        for of_type in settings.order_types:
            yield Section(f"still open {of_type}", of_type, odata.all_of(earlier, OPEN))


def _stored(instant: datetime | None) -> datetime | None:
    """The instant as the database keeps it: cut off below the millisecond, so a bound must be cut as well."""
    return instant and instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)


def _changed(orders: Orders, section: Section, after: str | None) -> Iterator[tuple[list[Row], str]]:
    """The orders of a section page by page, each with the last number that was asked for."""
    for rows in orders.pages(section.of_type, section.condition, after):
        yield orders.whole(rows), key(rows[-1], NUMBER)


def _behind_receipts(orders: Orders, section: Section, after: str | None) -> Iterator[tuple[list[Row], str]]:
    """The orders behind the receipts of a section, and the last receipt of each page."""
    pages = orders.endpoint.pages(RECEIPTS, RECEIPT_NUMBER, section.of_type, section.condition, WITH_LINES, after)
    for receipts in pages:
        lines = [line for row in receipts for line in wire.part(row, "Details", list, of="a receipt")]
        found = [rows for rows in orders.with_keys(_orders_of(lines))]
        yield orders.whole([row for rows in found for row in rows]), key(receipts[-1], RECEIPT_NUMBER)


def _orders_of(lines: list[Any]) -> Iterator[tuple[str, str]]:
    for line in lines:
        of_type, number = ((line.get(name) or {}).get("value") for name in ("POOrderType", "POOrderNbr"))
        if of_type and number:
            yield str(of_type), str(number)
