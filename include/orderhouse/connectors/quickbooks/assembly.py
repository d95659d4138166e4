"""What belongs to a purchase order in QuickBooks and is not in its record: vendor, items, terms, bills, the company."""

from __future__ import annotations

from collections.abc import Sequence

from include.orderhouse.connector import Source
from include.orderhouse.connectors.quickbooks.bills import Drawn, drawn
from include.orderhouse.connectors.quickbooks.records import custom_fields, detail, lines, names, value
from include.orderhouse.lookup import Lookup, Row, each_row
from include.orderhouse.protocols import intuit


class Assembly:
    """The records that the orders of one fetch refer to; vendors, terms and items are asked for once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._vendors, self._terms, self._items = (self._lookup(entity) for entity in ("Vendor", "Term", "Item"))

    def whole(self, orders: Sequence[Row]) -> list[Row]:
        """The orders with what belongs to them, under names in lower case that QuickBooks does not use."""
        self._vendors.learn(value(order, "VendorRef") for order in orders)
        self._terms.learn(value(order, "SalesTermRef") for order in orders)
        self._items.learn(value(detail(line), "ItemRef") for order in orders for line in lines(order))
        billed = drawn(self._source, orders) if self._source.settings.read_bills else {}
        return [self._whole(order, billed.get(str(order.get("Id")))) for order in orders]

    def _whole(self, order: Row, billed: Drawn | None) -> Row:
        is_closed = order.get("POStatus") == "Closed" or order.get("ManuallyClosed") is True
        return {
            **order,
            **custom_fields(order),
            "company": self._source.catalogue.details["company"],
            "vendor": self._vendors.get(value(order, "VendorRef")),
            "term": self._terms.get(value(order, "SalesTermRef")),
            "Line": each_row(
                order.get("Line", []), lambda line: self._line(line, billed) | {"order_is_closed": is_closed}
            ),
        }

    def _line(self, line: Row, billed: Drawn | None) -> Row:
        """A line with the lines of bills that came of it; None where that is unknown."""
        inner, settings = detail(line), self._source.settings
        charged = names(inner, "AccountRef").intersection(settings.charge_accounts)
        charged |= names(inner, "ItemRef").intersection(settings.charge_items)
        return {
            **line,
            **custom_fields(line),
            "detail": inner,
            "item": self._items.get(value(inner, "ItemRef")),
            "is_charge": bool(charged),
            "bill_lines": None if billed is None else billed.get(str(line.get("Id")), []),
        }

    def _lookup(self, entity: str) -> Lookup[str]:
        """Records by id; inactive ones are told only where they are asked for."""

        def read(ids: list[str]) -> dict[str, Row]:
            rows = intuit.by_ids(self._source, entity, ids, "Active IN (true, false)")
            return {str(row["Id"]): row for row in rows}

        return Lookup(read, intuit.IDS_AT_ONCE)
