"""The sandbox and the mapping against the lists of Coupa's elements and their types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.coupa import CONNECTOR
from include.orderhouse.model import LINE, ORDER
from tests.connectors.conftest import SourceFor
from tests.reference import reference_table
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import sandbox

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
RESOURCES = {ORDER.name: "purchase_orders", LINE.name: "purchase_order_lines"}
NESTED = {"supplier": "suppliers", "payment-term": "payment_terms", "ship-to-address": "addresses"}
"""Associations whose own elements are listed."""

ONLY_SENT = {"purchase_order_lines": {"account-type", "extra_line_attribute"}}
"""Elements that clients send and never get; an account has its type inside."""

BEYOND = {"purchase_order_lines": {"source-part-num"}}
"""Elements that are used and not in the lists: one of lines, which the list has of order changes."""


@pytest.fixture(scope="module")
def elements() -> dict[str, dict[str, str]]:
    """The type of each element by resource; the type is the last thing a row says."""
    found: dict[str, dict[str, str]] = {}
    for row in reference_table("coupa_elements.tsv"):
        said = [row[name] for name in ("required", "unique", "allowable", "in", "out", "type") if row[name]]
        found.setdefault(row["resource"], {}).setdefault(row["element"], said[-1] if said else "")
    return found


@pytest.fixture
def served(source_for: SourceFor) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """The sandbox's rows by resource."""
    with sandbox(generate(11, orders=60, now=NOW), ["coupa"], Clock(NOW)) as running:
        source = source_for("coupa", running)
        orders: list[Any] = [order for page in CONNECTOR.fetch(source, Window(None, None)) for order in page.records]
        yield {"purchase_orders": orders, "purchase_order_lines": [line for o in orders for line in o["order-lines"]]}


def test_the_sandbox_serves_every_listed_element_in_its_type(
    elements: dict[str, dict[str, str]], served: dict[str, list[dict[str, Any]]]
) -> None:
    for resource, rows in served.items():
        for name, kind in elements[resource].items():
            if name in ONLY_SENT.get(resource, ()):
                continue
            for row in rows:
                assert name in row, f"{resource}.{name} is missing"
                assert row[name] is None or _fits(row[name], kind), f"{resource}.{name} ({kind}): {row[name]!r}"


def _fits(value: Any, kind: str) -> bool:
    if kind in ("integer", "int(11)"):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "datetime":
        return datetime.fromisoformat(value).tzinfo is not None
    if "decimal" in kind:
        return isinstance(value, str) and Decimal(value).is_finite()
    if kind.startswith("string") or kind == "text":
        return isinstance(value, str)
    return isinstance(value, dict | list)


def test_every_element_of_the_mapping_is_listed(elements: dict[str, dict[str, str]]) -> None:
    for entry in CONNECTOR.mapping.tables:
        resource = RESOURCES.get(entry.table.name)
        for binding in entry.bindings if resource else ():
            for path in binding.expression.reads if binding.expression else ():
                _check(str(resource), path, elements)


def _check(resource: str, path: str, elements: dict[str, dict[str, str]]) -> None:
    name, _, rest = path.removeprefix("^").partition(".")
    owner = "purchase_orders" if path.startswith("^") else resource
    if name.startswith("_"):
        return
    assert name in elements[owner] or name in BEYOND.get(owner, ()), f"{owner}.{path}"
    if name == "order-lines":
        _check("purchase_order_lines", rest, elements)
    elif name in NESTED and rest:
        inner = rest.partition(".")[0]
        assert inner in elements[NESTED[name]], f"{owner}.{path}"
