"""Whole raw orders: the header with its child tables, and next to each link what the linked document says.

What the connector adds to the source's fields has a leading underscore: ``_supplier`` holds fields of the Supplier that
``supplier`` names, ``_modified_at`` the instant of the local time ``modified``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.connectors.erpnext.links import KEPT, LINKS
from include.orderhouse.errors import FilterIgnored, UnexpectedShape
from include.orderhouse.protocols.frappe import Filters, Frappe, Raw, read_time
from include.orderhouse.protocols.frappe_links import Links
from include.orderhouse.values.local_time import from_local

ORDER, LINE = "Purchase Order", "Purchase Order Item"
CHILDREN = {"items": LINE, "taxes": "Purchase Taxes and Charges", "payment_schedule": "Payment Schedule"}
OF_ORDER = ("name", "status", "docstatus", "workflow_state", "per_received", "per_billed")
"""What a line says of its order, under ``_order``; beside it, under ``taxes``, what the order is taxed by."""
OF_TAX = (
    "category", "add_deduct_tax", "charge_type", "account_head", "_account_head", "rate", "included_in_print_rate",
    "is_tax_withholding_account",
)  # fmt: skip


class Assembly:
    """Makes whole orders; keeps the look-ups of one fetch."""

    def __init__(self, source: Source) -> None:
        details = source.catalogue.details
        self._frappe, self._api = Frappe(source.api), source.api
        self._zone = ZoneInfo(details["time_zone"])
        self._are_documents = details["lines"] == "documents"
        self._companies = details["companies"]
        self._links = Links(self._frappe, KEPT)

    def by_name(self, names: list[str]) -> list[Raw]:
        """The orders with these names, as many as exist in the companies that are read."""
        if not names:
            return []
        filters = [["name", "in", names], ["company", "in", self._companies]]
        return self.whole(self._frappe.records(ORDER, filters=filters))

    def whole(self, headers: list[Raw]) -> list[Raw]:
        """Headers with all that belongs to them; orders deleted meanwhile are left out."""
        names = [header["name"] for header in headers]
        orders = self._documents(names) if self._are_documents else self._with_tables(headers)
        self._links.learn((record, LINKS[table]) for order in orders for table, record in _records(order))
        now = self._api.source_time or datetime.now(UTC)
        return [self._order(order, now) for order in orders]

    def missing(self, names: list[str]) -> list[str]:
        """Those of the names that no order has; a name can be given again."""
        living = {row["name"] for row in self._states(names)}
        return [name for name in names if name not in living]

    def _documents(self, names: Iterable[str]) -> list[Raw]:
        documents = (self._frappe.document(ORDER, name) for name in names)
        return [_complete(document) for document in documents if document is not None]

    def _with_tables(self, headers: list[Raw]) -> list[Raw]:
        """Headers and child tables are several reads: orders that changed in between are read again, in one piece."""
        by_name: dict[str, Raw] = {header["name"]: {**header} for header in headers}
        for field, doctype in CHILDREN.items():
            for order in by_name.values():
                order[field] = []
            for row in self._table(doctype, list(by_name)):
                by_name[row["parent"]][field].append(row)
        now = {row["name"]: row.get("modified") for row in self._states(list(by_name))}
        torn = [name for name, order in by_name.items() if name in now and now[name] != order.get("modified")]
        settled = [order for name, order in by_name.items() if name in now and name not in torn]
        return [*settled, *self._documents(torn)]

    def _table(self, doctype: str, names: list[str]) -> list[Raw]:
        filters: Filters = [["parent", "in", names], ["parenttype", "=", ORDER]]
        rows = self._frappe.records(doctype, filters=filters, parent=ORDER, order_by="parent asc, idx asc")
        if any("parent" not in row for row in rows):
            raise UnexpectedShape(
                f"The list of {doctype} tells its rows without the order that they belong to.",
                action="Nothing was loaded. Set settings.lines to 'documents', which this version of Frappe needs.",
            )
        if any(row["parent"] not in names for row in rows):
            raise FilterIgnored(
                f"The list of {doctype} holds rows of other orders than those asked for.",
                action="Nothing was loaded. A proxy or a customisation of the site drops the filters.",
            )
        return rows

    def _states(self, names: list[str]) -> list[Raw]:
        return self._frappe.records(ORDER, ["name", "modified"], [["name", "in", names]]) if names else []

    def _linked(self, record: Raw, table: str, now: datetime) -> Raw:
        instants = {f"_{field}_at": self._instant(record.get(field), now) for field in ("creation", "modified")}
        return {**record, **self._links.beside(record, LINKS[table]), **instants}

    def _order(self, order: Raw, now: datetime) -> Raw:
        rich = self._linked(order, "", now)
        for table in CHILDREN:
            rich[table] = [self._linked(row, table, now) for row in order[table]]
        taxes = [{field: row.get(field) for field in OF_TAX} for row in rich["taxes"]]
        for line in rich["items"]:
            line["_order"] = {**{field: order.get(field) for field in OF_ORDER}, "taxes": taxes}
        return rich

    def _instant(self, told: Any, now: datetime) -> Any:
        """The instant with its offset; what is no time stays as it is, and its order will be rejected."""
        try:
            return from_local(read_time(told), self._zone, now).isoformat() if told else None
        except UnexpectedShape:
            return told


def _complete(document: Raw) -> Raw:
    """Empty tables may be left out of a document; an order without lines does not exist."""
    items = wire.part(document, "items", list, of=f"{ORDER} {document.get('name')}")
    return {**dict.fromkeys(CHILDREN, ()), **document, "items": items}


def _records(order: Raw) -> Iterator[tuple[str, Raw]]:
    """The order and the rows of its child tables, each with its table's name."""
    yield "", order
    for table in CHILDREN:
        yield from ((table, row) for row in order[table])
