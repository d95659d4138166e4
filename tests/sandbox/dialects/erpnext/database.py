"""The doctypes of one site: list, count and read their documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox.dialect import World
from tests.sandbox.dialects.erpnext.errors import FrappeError, ambiguous, unknown_column
from tests.sandbox.dialects.erpnext.filters import Filter, parse_filters
from tests.sandbox.dialects.erpnext.masters import Masters
from tests.sandbox.dialects.erpnext.orders import TABLES, Orders
from tests.sandbox.dialects.erpnext.values import Row, written
from tests.sandbox.rows import RowCache

ORDER = "Purchase Order"
PARENTS = {**dict.fromkeys(TABLES, ORDER), "Item Barcode": "Item"}
"""Child tables and the doctypes whose rights they are under."""

SHARED = ("Purchase Taxes and Charges", "Payment Schedule")
"""Child tables that bills and receipts have as well."""
TOMBSTONE = "Deleted Document"
READABLE = ("Company", TOMBSTONE)
DEFAULT_FIELDS = ("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")
"""`default_fields` of frappe/model/__init__.py, which every doctype has."""
COLUMN = re.compile(r"(?:`tab(?P<table>[^`]+)`\.)?`?(?P<name>\w+|\*)`?", re.ASCII)
ORDERING = re.compile(r"\s*(?P<column>.+?)(?:\s+(?P<way>asc|desc))?\s*", re.IGNORECASE)
Joined = dict[str, Row]
"""A row of a query by doctype: of the list's own, and of the child table its filters name."""


class Database:
    """Documents as one user sees them, read from the company as they are asked for."""

    def __init__(self, world: World) -> None:
        self._world, options = world, world.options
        zone = options.get("time_zone", "Asia/Kolkata")
        self.zone = ZoneInfo("Asia/Kolkata" if zone == "untold" else zone)
        self._masters = Masters(world.company)
        self._orders = Orders(world.company, self._masters, self.zone, world.clock.now(), options)
        self._cache = RowCache(world.company, self._orders.render)

    def list(self, doctype: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """`frappe.client.get_list`: filtered, ordered, cut and projected."""
        self._check_right(doctype, asked.get("parent"))
        found = self._sorted(doctype, self._matching(doctype, asked.get("filters")), asked.get("order_by"))
        start, length = int(asked.get("limit_start") or 0), int(asked.get("limit_page_length", 20) or 0)
        cut = found[start : start + length] if length else found[start:]
        fields = asked.get("fields") or ["name"]
        if doctype in PARENTS and fields == ["*"] and self._world.options.get("wildcard") == "bare":
            fields = DEFAULT_FIELDS
        names = self._asked(doctype, fields) if cut else []
        return [self._projected(doctype, row[doctype], names) for row in cut]

    def count(self, doctype: str, filters: Any) -> int:
        """`frappe.desk.reportview.get_count`: what the user may see."""
        self._check_right(doctype, None)
        return len(self._matching(doctype, filters))

    def count_all(self, doctype: str, filters: Any) -> int:
        """`frappe.client.get_count`: whatever there is."""
        return len(self._matching(doctype, filters, is_permitted=False))

    def document(self, doctype: str, name: str, keeps_nulls: bool) -> dict[str, Any]:
        """One document with its child tables."""
        self._check_right(doctype, None)
        row = next((row for row in self._rows(doctype) if str(row["name"]).casefold() == name.casefold()), None)
        if row is None:
            raise FrappeError("DoesNotExistError", f"{doctype} {name} not found")
        whole = self._projected(doctype, row, ["*"]) | {"doctype": doctype}
        for table, field in TABLES.items() if doctype == ORDER else ():
            children = [child for child in self._rows(table) if child["parent"] == row["name"]]
            whole[field] = [self._projected(table, child, ["*"]) | {"doctype": table} for child in children]
        return whole if keeps_nulls else _without_nulls(whole)

    def _check_right(self, doctype: str, parent: str | None) -> None:
        options = self._world.options
        if doctype not in (ORDER, TOMBSTONE, *PARENTS) and doctype not in self._masters.tables:
            raise FrappeError("DoesNotExistError", f"DocType {doctype} not found")
        if doctype == TOMBSTONE and options.get("deleted") == "denied":
            raise FrappeError("PermissionError", f"No permission to read {doctype}")
        is_child = doctype in PARENTS
        if is_child and (parent != PARENTS[doctype] or options.get("tables") == "denied"):
            raise FrappeError("PermissionError")
        is_link = doctype not in (ORDER, *READABLE, *TABLES)
        if is_link and options.get("links") == "denied":
            raise FrappeError("PermissionError", f"No permission to read {doctype}")

    def _matching(self, doctype: str, filters: Any, is_permitted: bool = True) -> list[Joined]:
        ignores = self._world.faults.active("ignore_filter") and doctype in (ORDER, *TABLES)
        parsed = parse_filters(doctype, filters, self._world.options.get("nulls") == "14")
        rows = self._permitted(doctype) if is_permitted else self._rows(doctype)
        own = [entry for entry in parsed if entry.doctype == doctype]
        for entry in parsed:
            self._check_column(entry)
        found = [{doctype: row} for row in rows if ignores or all(entry.holds(row) for entry in own)]
        for table in {entry.doctype for entry in parsed} - {doctype}:
            found = self._joined(found, doctype, table, [] if ignores else [e for e in parsed if e.doctype == table])
        return found

    def _joined(self, found: list[Joined], doctype: str, table: str, filters: list[Filter]) -> list[Joined]:
        """A row for each of the child rows that match, so a document may come several times."""
        if PARENTS.get(table) != doctype:
            raise FrappeError("ValidationError", f"{table} is no child table of {doctype}")
        children: dict[str, list[Row]] = {}
        for child in self._rows(table):
            if all(entry.holds(child) for entry in filters):
                children.setdefault(child["parent"], []).append(child)
        return [{**row, table: child} for row in found for child in children.get(row[doctype]["name"], ())]

    def _permitted(self, doctype: str) -> list[Row]:
        """Without the rows of companies that user permissions hide; of shared child tables, those of bills, too.

        Bills are named as their orders are here: two series may be alike.
        """
        rows, only = self._rows(doctype), self._world.options.get("company")
        if doctype in SHARED:
            return rows + [{**row, "name": f"{row['name']}b", "parenttype": "Purchase Invoice"} for row in rows]
        if not only or doctype not in (ORDER, "Company"):
            return rows
        return [row for row in rows if row["name" if doctype == "Company" else "company"] == only]

    def _rows(self, doctype: str) -> list[Row]:
        if doctype == ORDER:
            return [header for header, _ in self._cache.rows()]
        if doctype in TABLES:
            return [row for _, tables in self._cache.rows() for row in tables[doctype]]
        if doctype == TOMBSTONE:
            return [self._orders.tombstone(gone) for gone in self._world.company.deleted_orders.values()]
        return list(self._masters.tables[doctype].values())

    def _columns(self, doctype: str) -> set[str]:
        columns = {name for row in self._rows(doctype)[:50] for name in row}
        new = self._world.faults.active("new_field")
        return columns | ({new.field} if new and doctype in (ORDER, "Purchase Order Item") else set())

    def _check_column(self, entry: Filter) -> None:
        columns = self._columns(entry.doctype)
        if columns and entry.field not in columns:
            raise unknown_column(entry.doctype, entry.field, "where clause")

    def _sorted(self, doctype: str, found: list[Joined], order_by: str | None) -> list[Joined]:
        """By each key, the last one first, so that earlier ones prevail; NULL comes first, as in MariaDB."""
        tables = set(found[0]) if found else {doctype}
        for part in reversed((order_by or f"`tab{doctype}`.`modified` desc").split(",")):
            ordering = ORDERING.fullmatch(part)
            column = COLUMN.fullmatch(ordering["column"]) if ordering else None
            if ordering is None or column is None:
                raise FrappeError("ValidationError", "Illegal SQL Query")
            table, name = column["table"], column["name"]
            if table is None and len(tables) > 1 and all(name in self._columns(each) for each in tables):
                raise ambiguous(name)
            if table is not None and table not in tables:
                raise FrappeError("ValidationError", f"Please select atleast 1 column from {table} to sort/group")
            source = table or doctype
            if found and name not in self._columns(source):
                raise unknown_column(source, name, "order clause")
            is_descending = (ordering["way"] or "asc").lower() == "desc"
            found = sorted(found, key=lambda row: _sort_key(row[source].get(name)), reverse=is_descending)
        return found

    def _asked(self, doctype: str, fields: Iterable[str]) -> list[str]:
        """The names of the columns that a request asks for; a star among them stands for all."""
        names, columns = [], self._columns(doctype)
        for field in fields:
            column = COLUMN.fullmatch(field)
            if column is None or (column["name"] != "*" and column["name"] not in columns):
                raise FrappeError("DataError", f"Field not permitted in query: {field}")
            names.append(column["name"])
        return names

    def _projected(self, doctype: str, row: Row, asked: list[str]) -> dict[str, Any]:
        shown = {name: written(row.get(name)) for column in asked for name in (row if column == "*" else (column,))}
        if doctype in (ORDER, "Purchase Order Item") and "*" in asked:
            return self._world.faults.reshaped(shown)
        return shown


def _without_nulls(document: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [_without_nulls(row) for row in value] if isinstance(value, list) else value
        for name, value in document.items()
        if value is not None
    }


def _sort_key(value: Any) -> tuple[bool, Any]:
    if value is None:
        return (False, 0)
    return (True, value.casefold() if isinstance(value, str) else value)
