"""A small source for the tests of the transform: its mapping, a connection to it, and orders it might give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Catalogue, Connector, Page
from include.orderhouse.frames import Frames
from include.orderhouse.mapping import (
    Mapping,
    Record,
    boolean,
    code,
    constant,
    day,
    derived,
    instant,
    integer,
    money,
    quantity,
    rate,
    rows,
    text,
)
from include.orderhouse.model import LINE, ORDER, PurchaseOrder, PurchaseOrderLine, Table
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform

T0 = datetime(2026, 10, 1, 12, tzinfo=UTC)


def _delivery(record: Record) -> Any:
    return record["delivery"]["on"]


def absent(table: Table, *mapped: str) -> str:
    """Every column and group of a table but the mapped ones."""
    return " ".join(
        {slot.path[0] for slot in table.slots if not slot.column.optional_to_map and slot.path[0] not in mapped}
    )


ORDER_FORM: dict[str, Any] = {
    "source_order_id": text("id"),
    "order_number": text("number"),
    "order_type": constant("standard"),
    "status": code("state", {"P": "approved", "D": "draft"}),
    "order_date": day("date"),
    "promised_delivery_date": day(derived(_delivery, "the day of delivery", "delivery.on")),
    "requested_delivery_date": day("wanted", zone="connection"),
    "approved_at": instant("approved", zone="UTC"),
    "net_days": integer("days"),
    "currency": code("currency"),
    "company_currency": code("book_currency"),
    "exchange_rate": rate("rate"),
    "total_amount": money("total"),
    "total_amount_company": money("total_book"),
    "memo": text("memo", "note"),
    "source_created_at": instant("created"),
    "source_modified_at": instant("modified"),
}
LINE_FORM: dict[str, Any] = {
    "source_line_id": text("no"),
    "unit": code("uom"),
    "quantity_ordered": quantity("qty"),
    "net_amount": money("net"),
    "is_closed": boolean("state", true="closed"),
}


@dataclass(frozen=True)
class NoSettings:
    """The source has no options."""


def _nothing(*_: Any) -> Iterator[Any]:
    yield Page([])


CONNECTOR = Connector(
    name="small",
    label="Small",
    documentation="None.",
    settings=NoSettings,
    authenticate=lambda credentials, settings: None,  # type: ignore[arg-type, return-value]
    discover=lambda source: Catalogue(),
    fetch=_nothing,
    read=_nothing,
    scan=_nothing,
    explain=lambda answer: None,
    mapping=Mapping(
        order=PurchaseOrder(**ORDER_FORM),
        not_in_source=absent(ORDER, *ORDER_FORM),
        lines=rows("lines", PurchaseOrderLine(**LINE_FORM), absent(LINE, *LINE_FORM)),
        empty=("0001-01-01",),
    ),
    page_size=10,
    requests_per_minute=60,
    concurrency=1,
)


def connection(**options: Any) -> Connection:
    chosen = Options(connector="small", customer="ACME", **options)
    return Connection(name="small_one", options=chosen, connector=CONNECTOR, settings=NoSettings())


def line(no: str | None = "10", **other: Any) -> dict[str, Any]:
    return {"no": no, "uom": "KGM", "qty": Decimal(2), "net": Decimal("9.50"), **other}


def order(key: Any = "1", **other: Any) -> dict[str, Any]:
    told = {
        "id": key,
        "number": f"PO-{key}",
        "state": "P",
        "date": "2026-09-01",
        "delivery": {"on": "2026-09-15"},
        "currency": "EUR",
        "book_currency": "USD",
        "rate": Decimal("1.25"),
        "total": Decimal("9.50"),
        "modified": "2026-09-02T08:00:00Z",
        "lines": [line()],
    }
    return {**told, **other}


def frames(*orders: dict[str, Any], **options: Any) -> Frames:
    return Transform(connection(**options)).frames([RawOrder(T0, record) for record in orders])


def made(batch: Frames, table: str = "purchase_order") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = batch[table].to_pylist()
    return found


def only(batch: Frames, table: str = "purchase_order") -> dict[str, Any]:
    (row,) = made(batch, table)
    return row
