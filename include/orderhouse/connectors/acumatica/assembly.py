"""Whole orders: their lines, taxes and addresses, however the server can be made to tell them, and their vendors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from include.orderhouse import odata, wire
from include.orderhouse.acumatica_rest import Endpoint, Listing, NoSuchRecord, Row, custom_values, key
from include.orderhouse.connector import Source
from include.orderhouse.lookup import Lookup, batches

ORDERS, NUMBER = "PurchaseOrder", "OrderNbr"
SHIPPING = "ShippingInstructions"
EXPANDED = {"$expand": f"Details,TaxDetails,{SHIPPING},{SHIPPING}/ShipToAddress,{SHIPPING}/ShipToContact"}
VENDOR_EXPANDED = {"$expand": "MainContact,MainContact/Address"}
KEYS_AT_ONCE = 25


class Assembly:
    """Makes whole orders; keeps the vendors of one read."""

    def __init__(self, source: Source) -> None:
        self.endpoint = endpoint = Endpoint(source)
        self._query = endpoint.with_custom_fields(EXPANDED)
        self._reads_vendors = source.settings.read_vendors
        self._vendors: Lookup[str] = Lookup(
            lambda keys: endpoint.by_key("Vendor", "VendorID", keys, VENDOR_EXPANDED), KEYS_AT_ONCE
        )

    def pages(self, of_type: str, condition: str | None, after: str | None = None) -> Iterator[list[Row]]:
        """The orders of a type as lists tell them, page by page."""
        return self.endpoint.pages(Listing(ORDERS, NUMBER, of_type, condition, wishes=self._query), after)

    def with_keys(self, keys: Iterable[tuple[str, ...]]) -> Iterator[list[Row]]:
        """The orders with these types and numbers, some at a time, as many as exist."""
        numbers: defaultdict[str, set[str]] = defaultdict(set)
        for of_type, number in keys:
            numbers[of_type].add(number)
        for of_type, wanted in numbers.items():
            for batch in batches(sorted(wanted), KEYS_AT_ONCE):
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

    def _complete(self, row: Row) -> Row | None:
        """The order itself where the list left its lines out; lists were seen to, without saying so."""
        if not row.get("Details"):
            try:
                row = self.endpoint.single(ORDERS, (key(row, "Type"), key(row, NUMBER)), self._query)
            except NoSuchRecord:
                return None
        for line in wire.part(row, "Details", list, of="a purchase order"):
            wire.part(line, "", dict, of="a line of a purchase order")
        return row
