"""Whole raw orders: the header with its child tables, and next to each link what the linked document says.

What the connector adds to the source's fields has a leading underscore: ``_supplier`` holds fields of the Supplier that
``supplier`` names, ``_modified_at`` the instant of the local time ``modified``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import FilterIgnored, PermissionDenied, UnexpectedShape
from include.orderhouse.frappe import Filters, Frappe, Raw, read_time
from include.orderhouse.local_time import from_local

ORDER, LINE = "Purchase Order", "Purchase Order Item"
CHILDREN = {"items": LINE, "taxes": "Purchase Taxes and Charges", "payment_schedule": "Payment Schedule"}
LINKS: dict[str, dict[str, str]] = {
    "": {
        "supplier": "Supplier",
        "company": "Company",
        "supplier_address": "Address",
        "shipping_address": "Address",
        "billing_address": "Address",
        "payment_terms_template": "Payment Terms Template",
    },
    "items": {
        "item_code": "Item",
        "warehouse": "Warehouse",
        "expense_account": "Account",
        "cost_center": "Cost Center",
    },
    "taxes": {"account_head": "Account"},
    "payment_schedule": {"payment_term": "Payment Term"},
}
"""By child table ("" is the order itself), the links that are looked up, and their doctypes."""

KEPT: dict[str, str] = {
    "Supplier": "supplier_name supplier_group supplier_type tax_id language country disabled",
    "Company": "company_name abbr default_currency country tax_id",
    "Address": "address_title address_type address_line1 address_line2 city county state pincode country phone fax "
    "email_id gstin",
    "Payment Terms Template": "template_name",
    "Item": "item_name item_group stock_uom is_stock_item is_fixed_asset customs_tariff_number "
    "default_manufacturer_part_no disabled",
    "Warehouse": "warehouse_name company",
    "Account": "account_name account_number account_type root_type",
    "Cost Center": "cost_center_name cost_center_number",
    "Payment Term": "payment_term_name description due_date_based_on credit_days credit_months discount_type discount "
    "discount_validity_based_on discount_validity",
}
"""What is kept of the linked documents, as far as the version has it."""

OF_ORDER = ("name", "status", "docstatus", "workflow_state")
"""What a line says of its order, under ``_order``."""

BARCODES = ("Item", "Item Barcode")
BATCH = 500


class Assembly:
    """Makes whole orders; keeps the look-ups of one fetch."""

    def __init__(self, source: Source) -> None:
        self._frappe, self._api = Frappe(source.api), source.api
        self._zone = ZoneInfo(source.catalogue.details["time_zone"])
        self._in_documents = source.catalogue.details["lines"] == "documents"
        self._companies = source.catalogue.details["companies"]
        self._kept: defaultdict[str, dict[str, Raw | None]] = defaultdict(dict)
        self._denied: set[str] = set()

    def by_name(self, names: list[str]) -> list[Raw]:
        """The orders with these names, as many as exist in the companies that are read."""
        if not names:
            return []
        filters = [["name", "in", names], ["company", "in", self._companies]]
        return self.whole(self._frappe.records(ORDER, filters=filters))

    def whole(self, headers: list[Raw]) -> list[Raw]:
        """Headers with all that belongs to them; orders deleted meanwhile are left out."""
        if self._in_documents:
            orders = self._documents([header["name"] for header in headers])
        else:
            orders = self._with_tables(headers)
        self._look_up(orders)
        now = self._api.source_time or datetime.now(UTC)
        return [self._linked(order, "", now) for order in orders]

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
        if any(row.get("parent") not in names for row in rows):
            raise FilterIgnored(
                f"The list of {doctype} holds rows of other orders than those asked for.",
                action="Nothing was loaded. A proxy or a customisation of the site drops the filters.",
            )
        return rows

    def _states(self, names: list[str]) -> list[Raw]:
        return self._frappe.records(ORDER, ["name", "modified"], [["name", "in", names]]) if names else []

    def _look_up(self, orders: list[Raw]) -> None:
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for order in orders:
            for table, links in LINKS.items():
                for record in _rows(order, table):
                    for field, doctype in links.items():
                        if isinstance(name := record.get(field), str) and name:
                            wanted[doctype].add(name)
        for doctype, names in wanted.items():
            self._load(doctype, sorted(names - self._kept[doctype].keys()))

    def _load(self, doctype: str, names: list[str]) -> None:
        """Documents the user may not see stay unknown: rights on the order do not include them."""
        for first in range(0, len(names), BATCH):
            batch = names[first : first + BATCH]
            self._kept[doctype].update(dict.fromkeys(batch))
            for row in self._permitted(doctype, [["name", "in", batch]]):
                self._kept[doctype][row["name"]] = {key: row[key] for key in KEPT[doctype].split() if key in row}
            if doctype == BARCODES[0]:
                self._load_barcodes(batch)

    def _load_barcodes(self, items: list[str]) -> None:
        filters: Filters = [["parent", "in", items], ["parenttype", "=", BARCODES[0]]]
        for row in self._permitted(BARCODES[1], filters, BARCODES[0]):
            item = self._kept[BARCODES[0]].get(row.get("parent", ""))
            if item is not None:
                kept = {key: row.get(key) for key in ("barcode", "barcode_type")}
                item.setdefault("barcodes", []).append(kept)

    def _permitted(self, doctype: str, filters: Filters, parent: str | None = None) -> list[Raw]:
        if doctype in self._denied:
            return []
        try:
            return self._frappe.records(doctype, filters=filters, parent=parent)
        except PermissionDenied:
            self._denied.add(doctype)
            return []

    def _linked(self, record: Raw, table: str, now: datetime) -> Raw:
        rich = {**record}
        for field, doctype in LINKS.get(table, {}).items():
            name = record.get(field)
            if isinstance(name, str) and (found := self._kept[doctype].get(name)) is not None:
                rich[f"_{field}"] = found
        for field in ("creation", "modified"):
            rich[f"_{field}_at"] = self._instant(record.get(field), now)
        for child in CHILDREN if not table else ():
            rich[child] = [self._linked(row, child, now) for row in record[child]]
        for line in () if table else rich["items"]:
            line["_order"] = {field: record.get(field) for field in OF_ORDER}
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


def _rows(order: Raw, table: str) -> list[Raw]:
    return order[table] if table else [order]
