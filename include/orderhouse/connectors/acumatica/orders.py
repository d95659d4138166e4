"""Whole orders: their lines, taxes and addresses, however the server can be made to tell them, and their vendors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from include.orderhouse import odata, wire
from include.orderhouse.connector import Source
from include.orderhouse.connectors.acumatica.endpoint import CannotExpand, Endpoint, NoSuchRecord, Row, key

ORDERS, NUMBER = "PurchaseOrder", "OrderNbr"
SHIPPING = "ShippingInstructions"
EXPANDED = {"$expand": f"Details,TaxDetails,{SHIPPING},{SHIPPING}/ShipToAddress,{SHIPPING}/ShipToContact"}
VENDOR_EXPANDED = {"$expand": "MainContact,MainContact/Address"}
KEYS_AT_ONCE = 25


class Orders:
    """The orders of one read; a vendor is asked for once."""

    def __init__(self, source: Source) -> None:
        self.endpoint = Endpoint(source)
        self._query = self.endpoint.with_custom_fields(EXPANDED)
        self._lists_expand = True
        self._vendors: dict[str, Row | None] = {}
        self._reads_vendors = source.settings.read_vendors

    def pages(self, of_type: str, condition: str | None, after: str | None) -> Iterator[list[Row]]:
        """The orders of a type as lists tell them, page by page."""
        while rows := self._page(of_type, condition, after):
            yield rows
            after = key(rows[-1], NUMBER)

    def with_keys(self, keys: Iterable[tuple[str, ...]]) -> Iterator[list[Row]]:
        """The orders with these types and numbers, some at a time, as many as exist."""
        numbers: defaultdict[str, set[str]] = defaultdict(set)
        for of_type, number in keys:
            numbers[of_type].add(number)
        for of_type, wanted in numbers.items():
            chosen = sorted(wanted)
            for begin in range(0, len(chosen), KEYS_AT_ONCE):
                condition = _any_equal(NUMBER, chosen[begin : begin + KEYS_AT_ONCE])
                yield from self.pages(of_type, condition, None)

    def whole(self, rows: list[Row]) -> list[Row]:
        """Listed orders with everything that belongs to them; those that are gone by now are left out."""
        orders = [order for row in rows if (order := self._complete(row)) is not None]
        vendors = {key(order, "VendorID") for order in orders if order.get("VendorID")}
        if self._reads_vendors:
            self._learn(vendors - self._vendors.keys())
        return [
            order | _own_fields(order) | {
                "Details": [line | _own_fields(line) for line in order["Details"]],
                "Vendor": self._vendors.get((order.get("VendorID") or {}).get("value", "")),
            }
            for order in orders
        ]  # fmt: skip

    def _page(self, of_type: str, condition: str | None, after: str | None) -> list[Row]:
        """A list with everything expanded, or without where the server cannot."""
        if self._lists_expand:
            try:
                return self.endpoint.page(ORDERS, NUMBER, of_type, condition, self._query, after)
            except CannotExpand:
                self._lists_expand = False
        return self.endpoint.page(ORDERS, NUMBER, of_type, condition, {}, after)

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

    def _learn(self, new: set[str]) -> None:
        wanted = sorted(new)
        self._vendors |= dict.fromkeys(wanted)
        for begin in range(0, len(wanted), KEYS_AT_ONCE):
            condition = _any_equal("VendorID", wanted[begin : begin + KEYS_AT_ONCE])
            for row in self.endpoint.rows("Vendor", {"$filter": condition, **VENDOR_EXPANDED}):
                self._vendors[key(row, "VendorID")] = row


def _any_equal(field: str, values: list[str]) -> str:
    return odata.any_of(f"{field} eq {odata.literal(value)}" for value in values)


def _own_fields(record: Row) -> dict[str, Any]:
    """The values of customisations' fields by their names, which stand below views and in objects of their own."""
    views = (record.get("custom") or {}).values()
    return {name: field.get("value") for view in views for name, field in view.items()}
