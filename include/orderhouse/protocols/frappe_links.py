"""Documents of a Frappe site that other documents name: suppliers, items, accounts.

Rights on a document do not include those on what it names: documents that the user may not see stay unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from include.orderhouse.errors import PermissionDenied
from include.orderhouse.lookup import Lookup
from include.orderhouse.protocols.frappe import Filters, Frappe, Raw

BATCH = 500

Names = Mapping[str, str]
"""Field of a record to the doctype of the document that it names."""


@dataclass(frozen=True)
class Kept:
    """What is kept of the documents of a doctype: fields, as far as the version has them, and rows of a child table."""

    fields: str
    """Names, separated by blanks."""
    child: str = ""
    """Doctype of the child table."""
    at: str = ""
    """Where its rows stand in what is kept, in the order that people gave them."""
    child_fields: str = ""
    """Names that every version has: they are asked for, since not every version tells all of a child table's."""


class Links:
    """The documents that others name, each asked for once; as long-lived as one fetch."""

    def __init__(self, frappe: Frappe, kept: Mapping[str, Kept]) -> None:
        self._frappe, self._kept = frappe, kept
        self._denied: set[str] = set()
        self._lookups: dict[str, Lookup[str]] = {
            doctype: Lookup(partial(self._read, doctype), BATCH) for doctype in kept
        }

    def learn(self, records: Iterable[tuple[Raw, Names]]) -> None:
        """Read the documents that records name."""
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for record, names in records:
            for field, doctype in names.items():
                if isinstance(name := record.get(field), str):
                    wanted[doctype].add(name)
        for doctype, found in wanted.items():
            self._lookups[doctype].learn(found)

    def beside(self, record: Raw, names: Names) -> Raw:
        """What is kept of the documents that a record names, under the field's name behind an underscore."""
        found = {field: self._get(doctype, record.get(field)) for field, doctype in names.items()}
        return {f"_{field}": document for field, document in found.items() if document is not None}

    def _get(self, doctype: str, name: Any) -> Raw | None:
        return self._lookups[doctype].get(name) if isinstance(name, str) else None

    def _read(self, doctype: str, names: Sequence[str]) -> dict[str, Raw]:
        kept = self._kept[doctype]
        rows = self._permitted(doctype, [["name", "in", names]])
        found = {row["name"]: {key: row[key] for key in kept.fields.split() if key in row} for row in rows}
        if kept.child:
            filters: Filters = [["parent", "in", names], ["parenttype", "=", doctype]]
            fields = ["name", "parent", *kept.child_fields.split()]
            for row in self._permitted(kept.child, filters, fields=fields, parent=doctype, order_by="idx asc"):
                if row.get("parent") in found:
                    part = {key: row.get(key) for key in kept.child_fields.split()}
                    found[row["parent"]].setdefault(kept.at, []).append(part)
        return found

    def _permitted(self, doctype: str, filters: Filters, **how: Any) -> list[Raw]:
        if doctype in self._denied:
            return []
        try:
            return self._frappe.records(doctype, filters=filters, **how)
        except PermissionDenied:
            self._denied.add(doctype)
            return []
