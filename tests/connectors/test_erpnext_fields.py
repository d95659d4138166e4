"""The sandbox and the mapping against the list of ERPNext's fields and their types."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.erpnext import CONNECTOR
from include.orderhouse.model import LINE, ORDER, Kind
from tests.connectors.conftest import SourceFor
from tests.reference import reference_table
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import sandbox

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
DOCTYPES = {ORDER.name: "Purchase Order", LINE.name: "Purchase Order Item"}
TEXTS = ("Data", "Link", "Select", "Text Editor", "Small Text", "hash", "Data/Int")
NUMBERS = ("Float", "Currency", "Percent")
FITTING: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: TEXTS,
    Kind.CODE: TEXTS,
    Kind.DATE: ("Date",),
    Kind.MONEY: ("Currency",),
    Kind.PRICE: ("Currency",),
    Kind.QUANTITY: ("Float",),
    Kind.RATE: ("Float",),
    Kind.PERCENT: ("Percent",),
}
"""Field types that a canonical kind may read as they are."""

BEYOND = {
    "Purchase Order": "owner base_net_total language contact_display contact_mobile ref_sq customer workflow_state",
    "Purchase Order Item": "item_group price_list_rate rate_with_margin base_net_amount item_tax_template "
    "item_tax_rate blanket_order is_fixed_asset department closed",
}
"""Fields that are used and not in the list: standard ones of every document, and further ones of the doctypes."""


@pytest.fixture(scope="module")
def fields() -> dict[str, dict[str, str]]:
    """Field types by doctype and field."""
    found: dict[str, dict[str, str]] = {}
    for row in reference_table("erpnext_fields.tsv"):
        for name in row["fieldname"].split("/"):
            found.setdefault(row["doctype"], {})[name] = row["fieldtype"]
    return found


@pytest.fixture
def served(source_for: SourceFor) -> dict[str, list[dict[str, Any]]]:
    """The sandbox's rows by doctype."""
    with sandbox(generate(11, orders=60, now=NOW), ["erpnext"], Clock(NOW)) as running:
        source = source_for("erpnext", running)
        orders: list[Any] = [order for page in CONNECTOR.fetch(source, Window(None, None)) for order in page.records]
    return {"Purchase Order": orders, "Purchase Order Item": [line for order in orders for line in order["items"]]}


def test_the_sandbox_serves_every_listed_field_in_its_type(
    fields: dict[str, dict[str, str]], served: dict[str, list[dict[str, Any]]]
) -> None:
    for doctype, types in fields.items():
        for name, kind in types.items():
            for row in served[doctype]:
                assert name in row, f"{doctype}.{name} is missing"
                assert row[name] is None or _fits(row[name], kind), f"{doctype}.{name} ({kind}): {row[name]!r}"


def _fits(value: Any, kind: str) -> bool:
    if kind in NUMBERS:
        return isinstance(value, Decimal)
    if kind == "Date":
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value))
    if kind == "Check":
        return value in (0, 1) and not isinstance(value, bool)
    if kind == "Table":
        return isinstance(value, list)
    return isinstance(value, int if kind == "Int" else str | int if kind == "Data/Int" else str)


def test_every_field_of_the_mapping_exists_in_a_type_that_fits(fields: dict[str, dict[str, str]]) -> None:
    for entry in CONNECTOR.mapping.tables:
        doctype = DOCTYPES[entry.table.name]
        known, others = fields[doctype], set(BEYOND[doctype].split())
        for binding in entry.bindings:
            for place in binding.expression.places if binding.expression else ():
                for path in (place,) if isinstance(place, str) else place.reads:
                    name = path.partition(".")[0]
                    if name.startswith("_"):
                        continue
                    assert name in known or name in others, f"{doctype}.{path}"
                    if path == place and name in known:
                        assert known[name] in FITTING[binding.slot.column.kind], f"{binding.slot.column.name}: {path}"


def test_no_field_is_said_to_be_beyond_the_list_that_is_in_it(fields: dict[str, dict[str, str]]) -> None:
    for doctype, names in BEYOND.items():
        assert not set(names.split()) & fields[doctype].keys()
