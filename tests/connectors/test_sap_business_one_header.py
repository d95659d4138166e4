"""What an order of SAP Business One tells by several of its fields, and by what belongs to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.sap_business_one import CONNECTOR
from include.orderhouse.connectors.sap_business_one.mapping.order import ORDER
from include.orderhouse.connectors.sap_business_one.values.amounts import charges, charges_company
from include.orderhouse.connectors.sap_business_one.values.order import contact, net_days, other_payee, status
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_business_one_server import NAME, company, mapped, play, served
from tests.connectors.sap_s4hana_system import read_column
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox

__all__ = ["company", "play", "served"]


def test_a_discount_of_the_whole_document_is_told_in_its_currency_and_in_the_local_one(
    company: Company, served: Sandbox, source_for: SourceFor
) -> None:
    source = source_for(NAME, served, company_db="SBO_ORCHARD")
    (page,) = CONNECTOR.read(source, [str(key) for key in list(company.orders)[:30]])
    told = {"TotalDiscount": 30, "TotalDiscountFC": 20}
    found, _ = mapped(source, [record | told for record in page.records])
    amounts = {
        (row["currency"] == row["company_currency"], row["discount_amount"], row["discount_amount_company"])
        for row in found.values()
    }
    assert amounts == {(True, 30, 30), (False, 20, 30)}


AMOUNTS = {
    "Lines": [{"LineTotal": 60, "RowTotalFC": 6}, {"LineTotal": 40, "RowTotalFC": 4}, {"LineType": "dslt_Text"}],
    "DocumentAdditionalExpenses": [{"LineTotal": 20, "LineTotalFC": 2}],
    "TotalDiscount": 10, "TotalDiscountFC": 1, "VatSum": 30, "VatSumFc": 3,
}  # fmt: skip
"""100 - 10 + 20 + 30 in local currency, and a tenth of it in a foreign one."""


@pytest.mark.parametrize(("is_foreign", "told"), [(False, (32, 32)), (True, ("3.2", 32))])
def test_freight_of_rows_is_a_charge_beside_that_of_the_document(is_foreign: bool, told: tuple[Any, Any]) -> None:
    """A part of the document's own freight is no charge of its own."""
    rows = [{"LineTotal": 5, "LineTotalFC": "0.5"}, {"LineTotal": 7, "LineTotalFC": "0.7", "DocFreight": "tNO"}]
    shared = {"LineTotal": 20, "LineTotalFC": 2, "DocFreight": "tYES"}
    lines = [{"DocumentLineAdditionalExpenses": [row, shared]} for row in rows]
    order = AMOUNTS | {"IsForeign": is_foreign, "Lines": [*AMOUNTS["Lines"], *lines]}
    assert (charges(order), charges_company(order)) == tuple(map(Decimal, told))


@pytest.mark.parametrize(
    ("totals", "told"),
    [
        ({"DocTotal": 140, "DocTotalFc": 14}, (140, 14)),
        ({"DocTotal": 135, "DocTotalFc": "13.5", "WTAmount": 5, "WTAmountFC": "0.5"}, (140, 14)),
        ({"DocTotal": "135.01", "DocTotalFc": "13.51", "WTAmount": 5, "WTAmountFC": "0.5"}, ("140.01", "14.01")),
        ({"DocTotal": 140, "DocTotalFc": 14, "WTAmount": 5, "WTAmountFC": "0.5"}, (140, 14)),
        ({"WTAmount": 5}, (None, None)),
    ],
)
def test_what_is_withheld_from_the_vendor_is_part_of_what_the_order_costs(
    totals: dict[str, Any], told: tuple[Any, Any]
) -> None:
    local, foreign = (None if value is None else Decimal(value) for value in told)
    columns = (ORDER.total_amount, ORDER.total_amount_company)
    assert [read_column(column, AMOUNTS | totals | {"IsForeign": False}) for column in columns] == [local, local]
    assert [read_column(column, AMOUNTS | totals | {"IsForeign": True}) for column in columns] == [foreign, local]


@pytest.mark.parametrize(("kind", "payee"), [("cPayments_sum", "V9"), ("cDelivery_sum", None), (None, None)])
def test_who_is_paid_is_another_vendor_only_where_payments_are_consolidated(kind: str | None, payee: Any) -> None:
    assert other_payee({"FatherCard": "V9", "FatherType": kind}) == payee


@pytest.mark.parametrize(("code", "name"), [(2, "Bo"), (1, "Al"), (3, None), (None, None)])
def test_the_contact_is_the_one_of_the_vendors_people_whom_the_order_names(code: int | None, name: Any) -> None:
    people = [{"InternalCode": 1, "Name": "Al"}, {"InternalCode": 2, "Name": "Bo"}]
    assert contact("Name")({"Vendor": {"ContactEmployees": people}, "ContactPersonCode": code}) == name
    assert contact("Name")({"Vendor": None, "ContactPersonCode": code}) is None


@pytest.mark.parametrize(
    ("came", "invoiced", "expected"),
    [(0, 0, "bost_Close"), (4, 0, "bost_Close"), (4, 4, "bost_Close"), (10, 4, "bost_Close"), (10, 10, "invoiced")],
)
def test_an_order_that_was_closed_before_all_was_done_is_closed(came: int, invoiced: int, expected: str) -> None:
    receipt = {"Document": {"DocEntry": 8}, "BaseType": 22, "UoMCode": "PCS", "Quantity": came}
    invoice = {"Document": {"DocEntry": 9}, "BaseType": 20, "UoMCode": "PCS", "Quantity": invoiced}
    line = {"UoMCode": "PCS", "Quantity": 10, "LineStatus": "bost_Close", "Receipts": [receipt], "Invoices": [invoice]}
    assert status({"DocumentStatus": "bost_Close", "Lines": [line]}) == expected


def test_a_line_closed_by_hand_of_which_only_an_invoice_came_is_no_void_one() -> None:
    """What is invoiced ahead of its goods is awaited, whatever its line says."""
    reserve = {"Document": {"DocEntry": 9, "ReserveInvoice": "tYES"}, "BaseType": 22, "UoMCode": "PCS", "Quantity": 10}
    ahead = {"UoMCode": "PCS", "Quantity": 10, "LineStatus": "bost_Close", "Receipts": [], "Invoices": [reserve]}
    receipt = {"Document": {"DocEntry": 8}, "BaseType": 22, "UoMCode": "PCS", "Quantity": 10}
    whole = ahead | {"Receipts": [receipt], "Invoices": []}
    assert status({"DocumentStatus": "bost_Close", "Lines": [ahead, whole]}) == "bost_Close"


@pytest.mark.parametrize(
    ("different", "days"),
    [
        ({}, 30),
        ({"NumberOfAdditionalDays": 0}, 0),
        ({"NumberOfInstallments": None}, 30),
        ({"NumberOfInstallments": 3}, None),
        ({"NumberOfAdditionalMonths": 1}, None),
        ({"StartFrom": "pdt_MonthEnd"}, None),
        ({"StartFrom": "pdt_HalfMonth"}, None),
    ],
)
def test_terms_that_count_more_than_days_have_no_net_days(different: dict[str, Any], days: int | None) -> None:
    plain = {"StartFrom": "pdt_None", "NumberOfAdditionalMonths": 0, "NumberOfInstallments": 1}
    assert net_days({"PaymentTerms": plain | {"NumberOfAdditionalDays": 30} | different}) == days
    assert net_days({"PaymentTerms": None}) is None
