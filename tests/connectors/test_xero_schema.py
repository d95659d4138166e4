"""The dialect and the mapping against Xero's own OpenAPI description of purchase orders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import yaml

from include.orderhouse.connectors.xero import CONNECTOR
from tests.reference import reference_file
from tests.sandbox.company import Company
from tests.sandbox.dialects.xero.contacts import whole_contact
from tests.sandbox.dialects.xero.orders import Renderer
from tests.sandbox.generate import generate

NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
MOMENT = re.compile(r"/Date\(\d+([+-]\d{4})?\)/")
ONLY_IN_EXAMPLES = {"Type", "DateString", "DeliveryDateString", "HasErrors", "IsDiscounted"}
"""Members that the description's examples have and its schemas forget."""
NOWHERE = {"ExpectedArrivalDateString"}
"""The text beside a date that neither has; dates come with theirs."""
ADDED = {
    "source_order_id", "tenant", "contact", "vendor_address", "bill_to_address", "rate_is_base_per_foreign", "position",
    "amount_includes_tax", "is_charge", "cost_center", "department", "project",
}  # fmt: skip
"""What the connector puts beside Xero's own members."""
STANDS_FOR = {"contact": "Contact", "vendor_address": "Address"}
"""Of those, the ones that are an object of the description."""

Schemas = Mapping[str, Any]


@pytest.fixture(scope="module")
def description() -> Mapping[str, Any]:
    text = reference_file("xero_purchase_orders_subset.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


@pytest.fixture(scope="module")
def schemas(description: Mapping[str, Any]) -> Schemas:
    found: Schemas = description["components"]["schemas"]
    return found


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(5, orders=120, now=NOW)


@pytest.mark.parametrize("options", [{}, {"line_amounts": "Inclusive", "dates": "offset"}], ids=["usual", "other"])
def test_every_member_that_the_dialect_serves_is_described_with_that_type(
    schemas: Schemas, company: Company, options: dict[str, str]
) -> None:
    renderer = Renderer(company, options)
    bodies = [renderer.row(order).body for order in company.orders.values()]
    assert sorted({p for body in bodies for p in _problems(schemas, "PurchaseOrder", body)}) == []


def test_every_member_of_a_contact_is_described(schemas: Schemas, company: Company) -> None:
    contacts = [whole_contact(vendor) for vendor in company.vendors.values()]
    assert sorted({p for contact in contacts for p in _problems(schemas, "Contact", contact)}) == []


def test_every_member_that_the_mapping_reads_is_described(schemas: Schemas) -> None:
    missing = []
    for table in CONNECTOR.mapping.tables:
        for binding in table.bindings:
            for path in binding.expression.reads if binding.expression else ():
                owner = "LineItem" if table.table.name == "purchase_order_line" and "^" not in path else "PurchaseOrder"
                if not _is_known(schemas, owner, path.lstrip("^").split(".")):
                    missing.append(path)
    assert missing == []


def test_members_that_only_the_examples_have_are_in_them(description: Mapping[str, Any]) -> None:
    get = description["paths"]["/PurchaseOrders/{PurchaseOrderID}"]["get"]["responses"]["200"]
    example = get["content"]["application/json"]["example"]["PurchaseOrders"][0]
    assert set(example) >= ONLY_IN_EXAMPLES


@pytest.mark.parametrize("name", ["Status", "order", "page"])
def test_every_parameter_that_the_connector_sends_is_described(description: Mapping[str, Any], name: str) -> None:
    parameters = description["paths"]["/PurchaseOrders"]["get"]["parameters"]
    assert name in {entry.get("name") for entry in parameters}


def _is_known(schemas: Schemas, owner: str, steps: list[str]) -> bool:
    first, *rest = steps
    if first in STANDS_FOR:
        return not rest or _is_known(schemas, STANDS_FOR[first], rest)
    if first in ADDED | ONLY_IN_EXAMPLES | NOWHERE:
        return True
    described = schemas[owner].get("properties", {}).get(first)
    if described is None or not rest:
        return described is not None
    return _is_known(schemas, _named(described.get("items", described)), rest)


def _named(described: Mapping[str, Any]) -> str:
    return str(described.get("$ref", "")).rpartition("/")[2]


def _problems(schemas: Schemas, name: str, body: Mapping[str, Any]) -> Iterator[str]:
    properties = schemas[name]["properties"]
    for member, value in body.items():
        if member in ONLY_IN_EXAMPLES | NOWHERE and name == "PurchaseOrder":
            continue
        if member not in properties:
            yield f"{name} has no {member}"
            continue
        described = properties[member]
        if (described.get("type") == "array") is not isinstance(value, list):
            yield f"{name}.{member} is {value!r}"
            continue
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield from _value_problems(schemas, f"{name}.{member}", described.get("items", described), one)


def _value_problems(schemas: Schemas, place: str, described: Mapping[str, Any], value: Any) -> Iterator[str]:
    name = _named(described)
    if isinstance(value, dict):
        yield from _problems(schemas, name, value)
        return
    described = schemas[name] if name else described
    if "enum" in described and value not in described["enum"]:
        yield f"{place} is {value!r}, which is not listed"
    elif not _fits(described, value):
        yield f"{place} is {value!r}, not {described.get('type')} {described.get('format', '')}"


def _fits(described: Mapping[str, Any], value: Any) -> bool:
    match described.get("type"), described.get("format"):
        case "string", "uuid":
            return str(UUID(value)) == value
        case "string", _:
            is_date = "x-is-msdate" in described or "x-is-msdate-time" in described
            return isinstance(value, str) and (not is_date or bool(MOMENT.fullmatch(value)) or _is_day(value))
        case "number", _:
            return isinstance(value, Decimal | int) and not isinstance(value, bool)
        case "integer", _:
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean", _:
            return isinstance(value, bool)
    return False


def _is_day(value: str) -> bool:
    return date.fromisoformat(value[:10]).isoformat() == value[:10]
