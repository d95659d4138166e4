"""The company's orders as rows of both services: Python values by field name, nested parts by navigation property."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana import items, orders
from tests.sandbox.dialects.sap_s4hana.conditions import item_conditions
from tests.sandbox.dialects.sap_s4hana.fields import Entity, Subject
from tests.sandbox.order import LineKind, Order

TO_LINES = {2: "to_PurchaseOrderItem", 4: "_PurchaseOrderItem"}
ORDER_PARTS: dict[int, dict[str, Entity]] = {
    2: {"to_PurchaseOrderNote": orders.NOTE},
    4: {"_PurchaseOrderNote": orders.NOTE, "_SupplierAddress": orders.SUPPLIER_ADDRESS},
}
LINE_PARTS: dict[int, dict[str, Entity]] = {
    2: {
        "to_ScheduleLine": items.SCHEDULE,
        "to_AccountAssignment": items.ASSIGNMENT,
        "to_PurchaseOrderPricingElement": items.PRICING,
        "to_PurchaseOrderItemNote": items.ITEM_NOTE,
    },
    4: {
        "_DeliveryAddress": items.DELIVERY_ADDRESS,
        "_PurchaseOrderScheduleLineTP": items.SCHEDULE,
        "_PurOrdAccountAssignment": items.ASSIGNMENT,
        "_PurOrdPricingElement": items.PRICING,
        "_PurchaseOrderItemNote": items.ITEM_NOTE,
    },
}
SINGLE = ("_SupplierAddress", "_DeliveryAddress")
"""Navigation properties that lead to one entity, not to a collection."""


@dataclass(frozen=True, slots=True)
class EntityRow:
    """A row with the entity it belongs to and what its navigation properties lead to."""

    entity: Entity
    values: dict[str, Any]
    parts: dict[str, list[EntityRow]]

    def key(self) -> str:
        """The parentheses of its address: ``('4500000001')``, or named ones where the key has several fields."""
        if len(self.entity.key) == 1:
            return f"('{self.values[self.entity.key[0]]}')"
        return "(" + ",".join(f"{name}='{self.values.get(name, '')}'" for name in self.entity.key) + ")"


def order_row(company: Company, order: Order, version: int, rate_units: Mapping[str, int], returns: int) -> EntityRow:
    """One order with everything below it.

    ``rate_units`` tells by currency for how many units its rates are, ``returns`` which lines go back: every n-th.
    """
    units = rate_units.get(order.currency, 1)
    subject = Subject(company, order, part=company.vendors[order.vendor].address, rate_units=units)
    parts: dict[str, list[EntityRow]] = {}
    for name, entity in ORDER_PARTS[version].items():
        found = _notes(order) if entity is orders.NOTE else [subject.part]
        parts[name] = [_row(entity, Subject(company, order, part=part), version) for part in found]
    parts[TO_LINES[version]] = [
        _line_row(company, order, number, version, returns) for number in range(len(order.goods_lines))
    ]
    return EntityRow(orders.ORDER, _values(orders.ORDER, subject, version), parts)


def _line_row(company: Company, order: Order, number: int, version: int, returns: int) -> EntityRow:
    line = order.goods_lines[number]
    subject = Subject(company, order, line, line.ship_to or order.ship_to, number, returns=returns)
    parts = {}
    for name, entity in LINE_PARTS[version].items():
        if entity is items.SCHEDULE:
            found: list[Any] = line.schedules
        elif entity is items.ASSIGNMENT:
            found = line.distributions
        elif entity is items.PRICING:
            found = list(item_conditions(subject))
        elif entity is items.ITEM_NOTE:
            found = [("F01", line.description)] if len(line.description) > 40 else []
        else:
            found = [subject.part] if subject.part else []
        parts[name] = [
            _row(entity, Subject(company, order, line, part, place), version) for place, part in enumerate(found)
        ]
    return EntityRow(items.LINE, _values(items.LINE, subject, version), parts)


def _notes(order: Order) -> list[tuple[str, str]]:
    """The memo as header text; sections and notes among the lines, which SAP has not, as header note."""
    between = [line.description for line in order.lines if line.kind in (LineKind.SECTION, LineKind.NOTE)]
    found = [("F01", order.memo)] if order.memo else []
    return [*found, *([("F02", "\n".join(between))] if between else [])]


def _row(entity: Entity, subject: Subject, version: int) -> EntityRow:
    return EntityRow(entity, _values(entity, subject, version), {})


def _values(entity: Entity, subject: Subject, version: int) -> dict[str, Any]:
    return {entry.name: entry.value(subject) for entry in entity.of(version)}
