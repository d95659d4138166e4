"""Canonical orders as a list, for programs that cannot speak SQL."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, create_model

from include.orderhouse.model import LINE, ORDER, SCALES, Kind, Table
from include.orderhouse.model.order import OrderStatus
from include.orderhouse.warehouse.reading.following import all_loaded_before
from include.orderhouse.warehouse.reading.paging import Page, cut, identity, instant, key_of, read_cursor
from include.orderhouse.warehouse.schema import canonical_tables, meaning

_json = msgspec.json.Decoder(float_hook=str)
_Exact = Annotated[Decimal, PlainSerializer(lambda number: format(number, "f"), return_type=str, when_used="json")]
"""Written out: text of a decimal by itself may be 0E-10."""
_Json = Annotated[Any, BeforeValidator(lambda text: None if text is None else _json.decode(text))]
"""Read from its text; numbers with a fraction stay text, since JSON's own become binary floats here and elsewhere."""
_TYPES: dict[Kind, Any] = {
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.DATE: date,
    Kind.INSTANT: datetime,
    Kind.JSON: _Json,
    **dict.fromkeys(SCALES, _Exact),
}
_DIGITS = re.compile(r"[0-9]+")


class _Canonical(BaseModel):
    model_config = ConfigDict(from_attributes=True)


def _model(name: str, table: Table, doc: str, **more: Any) -> Any:
    columns: dict[str, Any] = {
        column.name: (_TYPES.get(column.kind, str) | None, Field(None, description=meaning(column)))
        for column in table.columns
    }
    return create_model(name, __base__=_Canonical, __doc__=doc, **{**columns, **more})


OrderLine: Any = _model("OrderLine", LINE, "One line of an order; amounts and quantities are exact decimals in text.")
Order: Any = _model(
    "Order",
    ORDER,
    "One order; amounts and quantities are exact decimals in text.",
    lines=(
        list[OrderLine] | None,
        Field(None, description="Its lines that are not deleted, where they were asked for"),
    ),
)


class OrderPage(Page[Order]):
    """Some orders, and from when on to ask for those that change after this answer."""

    follow_from: datetime | None = Field(
        description="Give it as `loaded_from` of the next question to miss no change; all pages of a list tell that of "
        "the first. Null where the warehouse's login may not see the loads that are under way"
    )


@dataclass(frozen=True)
class OrderFilter:
    """Which orders: of ``connections`` only, and all that are given. The starts are included, the ends are not."""

    connections: Collection[str]
    modified_from: datetime | None = None
    modified_to: datetime | None = None
    loaded_from: datetime | None = None
    loaded_to: datetime | None = None
    ordered_from: date | None = None
    ordered_to: date | None = None
    status: OrderStatus | None = None
    with_deleted: bool = False


def read_orders(
    engine: sa.Engine, chosen: OrderFilter, cursor: str | None, limit: int, with_lines: bool = False
) -> OrderPage:
    """Orders by connection and id, so that what changes between two pages moves nothing. Raises CursorInvalid."""
    table = canonical_tables[ORDER.name]
    wanted = _select(ORDER).where(*_conditions(table.c, chosen))
    begun = None
    if cursor:
        key = (table.c.connection, table.c.order_id)
        *after, begun = read_cursor(cursor, str, identity, _instant_if_told)
        wanted = wanted.where(sa.tuple_(*key) > key_of(key, after))
    wanted = wanted.order_by(table.c.connection, table.c.order_id).limit(limit + 1)
    with engine.connect() as warehouse:
        follow_from = begun if cursor else all_loaded_before(warehouse, chosen.connections)
        found = warehouse.execute(wanted).mappings().all()
        shown, following = cut(found, limit, lambda row: (row["connection"], row["order_id"], follow_from or ""))
        lines = _lines(warehouse, shown) if with_lines else None
    orders = [
        Order.model_validate({**row, "lines": None if lines is None else lines.get(row["order_id"], [])})
        for row in shown
    ]
    return OrderPage(data=orders, next_cursor=following, follow_from=follow_from)


def _instant_if_told(text: str) -> datetime | None:
    return instant(text) if text else None


def _lines(warehouse: sa.Connection, orders: list[Any]) -> dict[str, list[Any]]:
    line = canonical_tables[LINE.name]
    keys = [(row["connection"], row["order_id"]) for row in orders]
    wanted = _select(LINE).where(sa.tuple_(line.c.connection, line.c.order_id).in_(keys), ~line.c.is_deleted)
    found: dict[str, list[Any]] = {}
    for row in sorted(warehouse.execute(wanted).mappings(), key=_place):
        found.setdefault(row["order_id"], []).append(OrderLine.model_validate(row))
    return found


def _place(line: Any) -> tuple[bool, str, str]:
    """Where a line stands in its order: by its number as people count (1.9, 1.10, 2), those without one at the end."""
    number = line["line_number"]
    counted = _DIGITS.sub(lambda digits: digits[0].lstrip("0").rjust(20, "0"), number or "")
    return number is None, counted, line["line_id"]


def _select(table: Table) -> sa.Select[Any]:
    """A table's columns, JSON as text: no driver reads its numbers exactly."""
    columns = canonical_tables[table.name].c
    as_text = {column.name for column in table.columns if column.kind is Kind.JSON}
    return sa.select(*(sa.cast(c, sa.Text).label(c.name) if c.name in as_text else c for c in columns))


def _conditions(told: Any, chosen: OrderFilter) -> list[sa.ColumnElement[bool]]:
    bounds = [
        (told.source_modified_at, chosen.modified_from, chosen.modified_to),
        (told.loaded_at, chosen.loaded_from, chosen.loaded_to),
        (told.order_date, chosen.ordered_from, chosen.ordered_to),
    ]
    found = [told.connection.in_(chosen.connections)]
    found += [column >= start for column, start, _ in bounds if start is not None]
    found += [column < end for column, _, end in bounds if end is not None]
    if chosen.status:
        found.append(told.status == chosen.status)
    if not chosen.with_deleted:
        found.append(~told.is_deleted)
    return found
