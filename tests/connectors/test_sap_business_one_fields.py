"""Fields of SAP Business One: user-defined ones, and the vendor's own description."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.configuration.options import CustomField
from include.orderhouse.connectors.sap_business_one import CONNECTOR
from include.orderhouse.connectors.sap_business_one.assembly import ITEM, NAMES, VENDOR
from include.orderhouse.connectors.sap_business_one.codes import APPROVALS, LINE_TYPES, ORDER_TYPES, STATUSES
from include.orderhouse.connectors.sap_business_one.drawn import DRAWN_LINE
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_business_one_server import NAME, Row, company, mapped, serving
from tests.reference import reference_file
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_business_one import drawn, given_back, orders
from tests.sandbox.dialects.sap_business_one.masters import MASTERS
from tests.sandbox.dialects.sap_business_one.values import wire

__all__ = ["company"]


def test_h21_user_defined_fields_are_taken_by_name_or_pattern(company: Company, source_for: SourceFor) -> None:
    fields = (
        CustomField(table="order", source="U_Budget", name="budget", type="decimal"),
        CustomField(table="line", pattern="U_*"),
    )
    order = next(o for o in company.orders.values() if o.custom["budget"] and o.goods_lines[0].custom["drawing"])
    with serving(company) as served:
        source = source_for(NAME, served, company_db="SBO_ORCHARD")
        records = [r for page in CONNECTOR.read(source, [str(order.id)]) for r in page.records]
        found, lines = mapped(source, records, custom_fields=fields)
    assert Decimal(str(json.loads(found[str(order.id)]["custom_fields"])["budget"])) == order.custom["budget"]
    told = [json.loads(line["custom_fields"]) for line in lines[str(order.id)] if line["line_type"] != "text"]
    assert told[0]["U_Drawing"] == order.goods_lines[0].custom["drawing"]


def described() -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(
        reference_file("sap_b1_service_layer_purchasing.openapi.json").read_text(encoding="utf-8")
    )["components"]["schemas"]
    return schemas


def differences(schemas: dict[str, Any], schema: str, row: Row) -> list[str]:
    """Members of a row that the description does not have, or has with another type."""
    members, told = schemas[schema]["properties"], []
    for name, value in row.items():
        if name.startswith("U_"):
            continue
        if name not in members:
            told.append(f"{schema}.{name} is not described")
        elif value is not None and not _fits(schemas, members[name], value):
            told.append(f"{schema}.{name}: {value!r} is no {members[name]}")
    return told


def _fits(schemas: dict[str, Any], described: dict[str, Any], value: Any) -> bool:
    if "$ref" in described or "allOf" in described:
        name = (described.get("$ref") or described["allOf"][0]["$ref"]).split("/")[-1]
        choices = schemas[name].get("enum")
        return value in choices if choices else not differences(schemas, name, value)
    if described.get("type") == "array":
        name = described["items"]["$ref"].split("/")[-1]
        return not [told for row in value for told in differences(schemas, name, row)]
    kinds: dict[str, Any] = {"integer": int, "number": (int, Decimal), "string": str}
    return isinstance(value, kinds[described["type"]])


@pytest.mark.parametrize("document", ["order", "receipt", "invoice", "return", "credit memo", "return request"])
def test_every_field_of_the_dialect_is_in_the_vendors_description_with_that_type(
    company: Company, document: str
) -> None:
    schemas = described()
    for order in company.orders.values():
        rows = {
            "order": lambda: [orders.order_row(company, order, {})],  # noqa: B023
            "receipt": lambda: drawn.receipt_rows(order, {}),  # noqa: B023
            "invoice": lambda: drawn.invoice_rows(order, {}),  # noqa: B023
            "return": lambda: given_back.return_rows(order, {"returns": "keep"}),  # noqa: B023
            "credit memo": lambda: given_back.credit_rows(order, {"credits": "value"}),  # noqa: B023
            "return request": lambda: given_back.request_rows(order, {"returns": "keep", "requests": "yes"}),  # noqa: B023
        }[document]()
        assert [told for row in rows for told in differences(schemas, "Document", wire(row, "v1", False))] == []


def test_codes_of_the_vendors_enumerations_are_told_by_its_names(company: Company) -> None:
    schemas = described()
    for enumeration, told in (
        ("BoStatus", {code for code in STATUSES if code.startswith("bost_")}),
        ("DocumentAuthorizationStatusEnum", set(APPROVALS)),
        ("BoDocumentTypes", set(ORDER_TYPES)),
        ("BoDocLineType", {code for code in LINE_TYPES if code.startswith("dlt_")}),
        ("BoDocSpecialLineType", {code for code in LINE_TYPES if code.startswith("dslt_")}),
        ("BoPayTermDueTypes", {row["StartFrom"] for row in MASTERS["PaymentTermsTypes"][1](company)}),
    ):
        assert told
        assert told <= set(schemas[enumeration]["enum"])


OWN = {
    "Company", "IsForeign", "Vendor", "Branch", "Buyer", "Currency", "LocalCurrency", "PaymentTerms", "ShippingType",
    "Lines", "ETag", "ChangedAt", "Order", "Item", "UnitOfMeasurement", "Receipts", "Invoices",
    "Returns", "Credits",
}  # fmt: skip
"""What the connector puts into a document beside the document's own members."""


ASKED = {
    "Branch": NAMES["BusinessPlaces"], "Buyer": NAMES["SalesPersons"], "Currency": NAMES["Currencies"],
    "LocalCurrency": NAMES["Currencies"], "PaymentTerms": NAMES["PaymentTermsTypes"],
    "ShippingType": NAMES["ShippingTypes"], "UnitOfMeasurement": NAMES["UnitOfMeasurements"],
    "Vendor": VENDOR, "Item": (*ITEM, "Group", "InventoryUnitOfMeasurement"),
}  # fmt: skip
"""Members that are asked for of what belongs to a document, and what the connector puts beside them."""


def test_every_member_that_is_mapped_of_what_belongs_to_a_document_is_asked_for() -> None:
    tables = CONNECTOR.mapping.tables
    paths = {path for table in tables for b in table.bindings if b.expression for path in b.expression.reads}
    steps = [path.split(".") for path in paths]
    told = {(owner, member) for owner, member, *_ in (step for step in steps if len(step) > 1) if owner in ASKED}
    assert {owner for owner, _ in told} >= {"Branch", "Buyer", "Currency", "Vendor", "Item"}
    assert {f"{owner}.{member}" for owner, member in told if member not in ASKED[owner]} == set()


def test_every_field_that_is_mapped_is_in_the_vendors_description() -> None:
    schemas = described()
    order, line = CONNECTOR.mapping.tables
    for table, kinds in ((order, ["Document"]), (line, ["DocumentLine", "DocumentSpecialLine"])):
        known = {name for kind in kinds for name in schemas[kind]["properties"]}
        paths = {path for binding in table.bindings if binding.expression for path in binding.expression.reads}
        assert {path.split(".")[0] for path in paths} - known - OWN == set()
        inner = {path.split(".")[1] for path in paths if path.startswith("AddressExtension.")}
        assert inner <= set(schemas["AddressExtension"]["properties"])
    assert set(DRAWN_LINE.split(",")) <= set(schemas["DocumentLine"]["properties"])
