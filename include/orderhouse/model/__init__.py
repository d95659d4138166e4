"""The canonical purchase order: four tables, described once; mapping, transform and warehouse follow from here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from include.orderhouse.model.address import Address
from include.orderhouse.model.column import (
    LONGEST_INDEXED,
    PRECISION,
    SCALES,
    CodeList,
    Column,
    Kind,
    Slot,
    slots,
    source_column,
)
from include.orderhouse.model.line import PurchaseOrderDistribution, PurchaseOrderLine, PurchaseOrderSchedule
from include.orderhouse.model.order import PurchaseOrder
from include.orderhouse.model.provenance import IDENTITY, LOAD_FACTS

__all__ = [
    "DISTRIBUTION",
    "LINE",
    "LONGEST_INDEXED",
    "ORDER",
    "PRECISION",
    "SCALES",
    "SCHEDULE",
    "TABLES",
    "Address",
    "CodeList",
    "Column",
    "Kind",
    "PurchaseOrder",
    "PurchaseOrderDistribution",
    "PurchaseOrderLine",
    "PurchaseOrderSchedule",
    "ShortName",
    "Slot",
    "Table",
    "source_column",
]

ShortName = Literal["order", "line", "schedule", "distribution"]

CUSTOM_FIELDS = Column("custom_fields", Kind.JSON, "The connection's custom fields by the names it chose")
COMPANY_AMOUNTS = "`source`, or `derived` where computed with the order's own exchange rate"
SCHEDULE_ID = Column("schedule_id", Kind.UUID, "Deterministic UUID of line and schedule number", required=True)
DISTRIBUTION_ID = Column(
    "distribution_id", Kind.UUID, "Deterministic UUID of line and distribution number", required=True
)
LINE_ID = Column("line_id", Kind.UUID, "Deterministic UUID of order and source line id", required=True)


@dataclass(frozen=True)
class Table:
    """One canonical table: its name in the warehouse, the dataclass that describes it, and its keys below the order."""

    name: str
    short_name: ShortName
    """Its name in the options of a connection."""
    description: str
    form: type[Any]
    groups: tuple[tuple[str, type[Any]], ...] = ()
    identity: tuple[Column, ...] = ()
    """Derived columns that this table has beside `connection` and `order_id`; the last one is its own id."""
    extra: tuple[Column, ...] = ()

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Every place a mapping can fill, in the order of the model."""
        return tuple(slots(self.form, dict(self.groups)))

    @cached_property
    def mapped_columns(self) -> tuple[Column, ...]:
        """The columns that hold what a source says, the `_source` twins of codes included."""
        found: list[Column] = []
        for slot in self.slots:
            found.append(slot.column)
            if slot.column.kind is Kind.CODE:
                found.append(source_column(slot.column))
        return tuple(found)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns, in the order of the warehouse table."""
        return (*IDENTITY, *self.identity, *self.mapped_columns, *self.extra, *LOAD_FACTS)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the primary key's columns: those of the parent's, and the table's own id."""
        return ("connection", "order_id", *(column.name for column in self.identity))


ORDER = Table(
    "purchase_order",
    "order",
    "One row per purchase order",
    PurchaseOrder,
    groups=(("vendor", Address), ("ship_to", Address), ("bill_to", Address)),
    extra=(
        CUSTOM_FIELDS,
        Column("connector", Kind.TEXT, "The kind of source system", required=True),
        Column("company_amounts", Kind.TEXT, COMPANY_AMOUNTS),
    ),
)
LINE = Table(
    "purchase_order_line",
    "line",
    "One row per line of an order",
    PurchaseOrderLine,
    groups=(("ship_to", Address),),
    identity=(LINE_ID,),
    extra=(CUSTOM_FIELDS,),
)
SCHEDULE = Table(
    "purchase_order_schedule",
    "schedule",
    "One row per delivery schedule of a line",
    PurchaseOrderSchedule,
    groups=(("ship_to", Address),),
    identity=(LINE_ID, SCHEDULE_ID),
)
DISTRIBUTION = Table(
    "purchase_order_distribution",
    "distribution",
    "One row per account assignment of a line",
    PurchaseOrderDistribution,
    identity=(LINE_ID, DISTRIBUTION_ID),
)
TABLES = (ORDER, LINE, SCHEDULE, DISTRIBUTION)
