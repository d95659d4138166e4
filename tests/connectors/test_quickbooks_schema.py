"""The dialect and the mapping against Intuit's own schema of purchase orders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from include.orderhouse.connectors.quickbooks import CONNECTOR
from tests.reference import reference_file
from tests.sandbox.company import Company
from tests.sandbox.dialects.quickbooks.masters import master_records
from tests.sandbox.dialects.quickbooks.orders import Renderer
from tests.sandbox.generate import generate

NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
XS = "{http://www.w3.org/2001/XMLSchema}"
ATTRIBUTES = {"domain", "sparse", "status"}
"""Attributes of every entity, beside its elements."""
REFERENCE = {"value": "id", "name": "xs:string"}
"""A reference's JSON form: the element's own text becomes ``value``, its attribute ``name`` stays."""
ITEM_LINE = {"SalesItemLineDetail": "ItemLineDetail"}
"""Bases that the schema's excerpt leaves out, and what stands above them."""
BEYOND = {"EmailAddress", "TaxLineDetail", "DescriptionLineDetail", "CustomFieldTypeEnum", "TelephoneNumber"}
"""Types that the excerpt names and does not hold."""
ADDED = {"company", "vendor", "item", "bill_lines", "is_charge", "order_is_closed"}
"""What the connector puts beside QuickBooks' own members."""
DETAILS = ("ItemBasedExpenseLineDetail", "AccountBasedExpenseLineDetail", "PurchaseOrderItemLineDetail")

Elements = dict[str, str]


class Schema:
    """Complex types by name, each with its elements and their types, those of its bases included."""

    def __init__(self, text: str) -> None:
        body = re.sub(r"^<!--.*?-->", "", text, flags=re.DOTALL)
        root = ElementTree.fromstring(f'<root xmlns:xs="{XS[1:-1]}">{body}</root>')  # noqa: S314 - our own file
        self._nodes = {node.get("name", ""): node for node in root}

    def elements(self, name: str) -> Elements:
        if name == "ReferenceType":
            return REFERENCE
        node = self._nodes[ITEM_LINE.get(name, name)]
        base = node.find(f".//{XS}extension")
        found = self.elements(base.get("base", "")) if base is not None else {}
        return found | {e.get("name", ""): e.get("type", "xs:string") for e in node.iter(f"{XS}element")}

    def values(self, name: str) -> set[str] | None:
        node = self._nodes.get(name)
        return {e.get("value", "") for e in node.iter(f"{XS}enumeration")} if node is not None else None


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema(reference_file("qbo_purchaseorder_subset.xsd.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(5, orders=120, now=NOW)


@pytest.mark.parametrize("details", ["usual", "purchase_order_item"])
def test_every_member_that_the_dialect_serves_is_in_the_schema_with_that_type(
    schema: Schema, company: Company, details: str
) -> None:
    renderer = Renderer(company, {"details": details})
    bodies = [renderer.order(order).body for order in company.orders.values()]
    assert sorted({problem for body in bodies for problem in _problems(schema, "PurchaseOrder", body)}) == []


def test_every_member_of_a_term_is_in_the_schema(schema: Schema, company: Company) -> None:
    terms = master_records(company, company.entities["US01"])["Term"]
    assert [problem for term in terms for problem in _problems(schema, "Term", term.body)] == []


def test_every_member_that_the_mapping_reads_is_in_the_schema(schema: Schema) -> None:
    missing = []
    for table in CONNECTOR.mapping.tables:
        for binding in table.bindings:
            for path in binding.expression.reads if binding.expression else ():
                owner = "Line" if table.table.name == "purchase_order_line" and "^" not in path else "PurchaseOrder"
                if not _is_known(schema, owner, path.lstrip("^").split(".")):
                    missing.append(path)
    assert missing == []


def _is_known(schema: Schema, owner: str, steps: list[str]) -> bool:
    first, *rest = steps
    if first in ADDED:
        return True
    if first == "term":
        return rest[0] in schema.elements("Term")
    if first == "detail":
        return any(_is_known(schema, name, rest) for name in DETAILS)
    kind = schema.elements(owner).get(first)
    if kind is None or not rest:
        return kind is not None
    return kind in BEYOND or _is_known(schema, kind, rest)


def _problems(schema: Schema, name: str, body: Mapping[str, Any]) -> Iterator[str]:
    known = schema.elements(name)
    for member, value in body.items():
        if member in ATTRIBUTES and name in ("PurchaseOrder", "Term"):
            continue
        if member not in known:
            yield f"{name} has no {member}"
            continue
        for one in value if isinstance(value, list) else [value]:
            yield from _value_problems(schema, f"{name}.{member}", known[member], one)


def _value_problems(schema: Schema, place: str, kind: str, value: Any) -> Iterator[str]:
    if kind in BEYOND:
        return
    if isinstance(value, dict):
        yield from _problems(schema, kind, value)
    elif values := schema.values(kind):
        if value not in values:
            yield f"{place} is {value!r}, not of {kind}"
    elif not _fits(kind, value):
        yield f"{place} is {value!r}, not {kind}"


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "xs:string" | "id":
            return isinstance(value, str)
        case "xs:decimal":
            return isinstance(value, Decimal | int) and not isinstance(value, bool)
        case "xs:int" | "xs:positiveInteger":
            return isinstance(value, int) and not isinstance(value, bool)
        case "xs:boolean":
            return isinstance(value, bool)
        case "xs:date":
            return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
        case "xs:dateTime":
            return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    return False
