"""Whole orders: their lines, taxes and addresses, however the server can be made to tell them, and their vendors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.lookup import Lookup
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.acumatica_rest import (
    LONGEST_QUERY,
    Endpoint,
    Listing,
    NoSuchRecord,
    Row,
    custom_values,
    key,
)

ORDERS, NUMBER = "PurchaseOrder", "OrderNbr"
SHIPPING = "ShippingInstructions"
EXPANDED = {"$expand": f"Details,TaxDetails,{SHIPPING},{SHIPPING}/ShipToAddress,{SHIPPING}/ShipToContact"}
RECEIPTS, RECEIPT_NUMBER = "PurchaseReceipt", "ReceiptNbr"
WITH_LINES = {"$expand": "Details"}
VENDOR_EXPANDED = {"$expand": "MainContact,MainContact/Address"}
KEYS_AT_ONCE = 25


class Assembly:
    """Makes whole orders; keeps the vendors of one read."""

    def __init__(self, source: Source) -> None:
        self.endpoint = endpoint = Endpoint(source)
        self._query = endpoint.with_custom_fields(EXPANDED)
        self._types, self._reads_vendors = source.settings.order_types, source.settings.read_vendors
        self._vendors: Lookup[str] = Lookup(
            lambda keys: endpoint.by_key("Vendor", "VendorID", keys, VENDOR_EXPANDED), KEYS_AT_ONCE
        )

    def pages(self, of_type: str, condition: str | None, after: str | None = None) -> Iterator[list[Row]]:
        """The orders of a type as lists tell them, page by page."""
        return self.endpoint.pages(Listing(ORDERS, NUMBER, of_type, condition, wishes=self._query), after)

    def with_keys(self, keys: Iterable[tuple[str, ...]]) -> Iterator[list[Row]]:
        """The orders with these types and numbers, some at a time, as many as exist and are of a chosen type."""
        numbers: defaultdict[str, set[str]] = defaultdict(set)
        for of_type, number in keys:
            if of_type in self._types:
                numbers[of_type].add(number)
        for of_type, wanted in numbers.items():
            room = _room(of_type, max(wanted, key=len), self._query)
            for batch in odata.fitting(NUMBER, sorted(wanted), KEYS_AT_ONCE, room):
                yield from self.pages(of_type, odata.one_of(NUMBER, batch))

    def whole(self, rows: list[Row]) -> list[Row]:
        """Listed orders with everything that belongs to them; those that are gone by now are left out."""
        orders = [order for row in rows if (order := self._complete(row)) is not None]
        if self._reads_vendors:
            self._vendors.learn(key(order, "VendorID") for order in orders if order.get("VendorID"))
        return [self._rich(order) for order in orders]

    def _rich(self, order: Row) -> Row:
        vendor = self._vendors.get((order.get("VendorID") or {}).get("value"))
        lines = [line | custom_values(line) for line in order["Details"]]
        return order | custom_values(order) | {"Details": lines, "Vendor": vendor}

    def receipt_lines(self, row: Row) -> list[Row]:
        """The lines of a listed receipt; none where it is gone by now."""
        receipt = self._with_lines(row, RECEIPTS, RECEIPT_NUMBER, WITH_LINES)
        return [] if receipt is None else _lines(receipt, "a receipt")

    def _complete(self, row: Row) -> Row | None:
        order = self._with_lines(row, ORDERS, NUMBER, self._query)
        return None if order is None else order | {"Details": _lines(order, "a purchase order")}

    def _with_lines(self, row: Row, entity: str, number: str, query: dict[str, str]) -> Row | None:
        """The record itself where the list left its lines out; lists were seen to, without saying so. None if gone."""
        if row.get("Details"):
            return row
        try:
            return self.endpoint.single(entity, (key(row, "Type"), key(row, number)), query)
        except NoSuchRecord:
            return None


def _room(of_type: str, longest: str, query: dict[str, str]) -> int:
    """What a query has room for beside the type, the number it goes on behind, and all else that it asks for."""
    filtered = f"Type eq {odata.literal(of_type)} and () and {NUMBER} gt {odata.literal(longest)}"
    return LONGEST_QUERY - len(urlencode({"$filter": filtered, "$top": "10000", **query}))


def _lines(row: Row, of: str) -> list[Row]:
    return [wire.part(line, "", dict, of=f"a line of {of}") for line in wire.part(row, "Details", list, of=of)]
