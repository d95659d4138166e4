"""What belongs to a purchase order in QuickBooks and is not in its record: vendor, items, terms, bills, the company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from include.orderhouse import intuit
from include.orderhouse.connector import Source
from include.orderhouse.lookup import Lookup, Row

NO_DETAIL: Row = {}


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
        billed = self._billed(orders)
        return [self._whole(order, billed[str(order.get("Id"))]) for order in orders]

    def _whole(self, order: Row, billed: dict[str, list[Row]]) -> Row:
        is_closed = order.get("POStatus") == "Closed" or order.get("ManuallyClosed") is True
        is_billed = any(link.get("TxnType") == "Bill" for link in links(order))
        told = billed if self._source.settings.read_bills and (billed or not is_billed) else None
        return {
            **order,
            **custom_fields(order),
            "company": self._source.catalogue.details["company"],
            "vendor": self._vendors.get(value(order, "VendorRef")),
            "term": self._terms.get(value(order, "SalesTermRef")),
            "Line": [{**self._line(line, told), "order_is_closed": is_closed} for line in lines(order)],
        }

    def _line(self, line: Row, billed: dict[str, list[Row]] | None) -> Row:
        """A line with the lines of bills that came of it; None where no bill names the lines of the order."""
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

    def _billed(self, orders: Sequence[Row]) -> defaultdict[str, dict[str, list[Row]]]:
        """By order and line, the lines of bills that came of them."""
        found: defaultdict[str, dict[str, list[Row]]] = defaultdict(dict)
        if not self._source.settings.read_bills:
            return found
        bills = {link["TxnId"] for order in orders for link in links(order) if link.get("TxnType") == "Bill"}
        for bill in intuit.by_ids(self._source, "Bill", bills):
            for line in lines(bill):
                for link in line.get("LinkedTxn") or ():
                    if link.get("TxnType") == "PurchaseOrder":
                        billed = {"TxnId": bill["Id"], **line, "detail": detail(line)}
                        found[str(link.get("TxnId"))].setdefault(str(link.get("TxnLineId")), []).append(billed)
        return found


def lines(order: Row) -> list[Row]:
    """The lines of an order or a bill."""
    return [line for line in order.get("Line") or () if isinstance(line, dict)]


def links(order: Row) -> list[Row]:
    """The transactions that an order's header and lines are linked to."""
    return [link for holder in (order, *lines(order)) for link in holder.get("LinkedTxn") or () if "TxnId" in link]


def detail(line: Row) -> Row:
    """The part of a line that its ``DetailType`` names."""
    found = line.get(str(line.get("DetailType")))
    return found if isinstance(found, dict) else NO_DETAIL


def value(holder: Row, name: str) -> str | None:
    """The id that a reference holds."""
    found = holder.get(name)
    return found.get("value") if isinstance(found, dict) else None


def names(holder: Row, name: str) -> set[str]:
    """Id and name of a reference."""
    found = holder.get(name)
    return {str(part) for part in found.values()} if isinstance(found, dict) else set()


def custom_fields(holder: Row) -> Row:
    """Custom fields by name, as ``custom_<name>``; QuickBooks gives a list of names with a value by type."""
    return {
        f"custom_{field['Name']}": field.get(f"{str(field.get('Type')).removesuffix('Type')}Value")
        for field in holder.get("CustomField") or ()
        if isinstance(field, dict) and field.get("Name")
    }
