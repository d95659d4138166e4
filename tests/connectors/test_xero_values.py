"""What becomes of the values of Xero: terms, rates, amounts with tax, prices, tracking categories."""

from __future__ import annotations

from decimal import Decimal

import pytest

from include.orderhouse.connectors.xero import CONNECTOR
from include.orderhouse.connectors.xero.assembly import Assembly, address
from include.orderhouse.connectors.xero.values import line_type
from tests.connectors.conftest import SourceFor
from tests.connectors.xero_organisations import (
    EVER,
    NAME,
    an_order,
    changed_at,
    company,
    connect,
    key,
    mapped,
    one,
    serve,
    served,
)
from tests.sandbox.company import Company
from tests.sandbox.dialects.xero.contacts import PAYMENT_TERMS
from tests.sandbox.dialects.xero.values import identifier
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


def test_payment_terms_are_those_of_the_contacts(connect: SourceFor, company: Company) -> None:
    """The list of contacts holds them only where a page is asked for."""
    source = connect()
    made = mapped(source, [record for page in CONNECTOR.fetch(source, EVER) for record in page.records])
    terms = {order["source_order_id"]: order["payment_terms_code"] for order in made["purchase_order"]}
    for order in company.orders.values():
        day, counted = PAYMENT_TERMS.get(company.vendors[order.vendor].payment_term or "", (None, None))
        assert terms[key(company, order)] == (None if day is None else f"{day} {counted}")


def test_a_discounted_order_is_the_same_whichever_way_it_is_read(connect: SourceFor, company: Company) -> None:
    """Read by itself, a line tells the discount as an amount, too; lists tell the rate alone."""
    order = next(o for o in company.orders.values() if any(line.discount_percent for line in o.goods_lines))
    source = connect()
    single = one(source, company, order)
    assert any("DiscountAmount" in line for line in single["LineItems"])
    records = (record for page in CONNECTOR.fetch(source, EVER) for record in page.records)
    listed = next(record for record in records if record["source_order_id"] == key(company, order))
    names = ("discount_percent", "discount_amount", "net_amount")
    from_list, by_itself = (
        [[line[name] for name in names] for line in mapped(source, [record])["purchase_order_line"]]
        for record in (listed, single)
    )
    assert from_list == by_itself
    assert any(percent for percent, *_ in from_list)


def test_a_discount_that_is_told_as_an_amount_alone_is_kept(connect: SourceFor, company: Company) -> None:
    source = connect()
    record = one(source, company, an_order(company))
    record["LineItems"] = [{**record["LineItems"][0], "DiscountRate": None, "DiscountAmount": Decimal("2.50")}]
    (line,) = mapped(source, [record])["purchase_order_line"]
    assert (line["discount_percent"], line["discount_amount"]) == (None, Decimal("2.50"))


@pytest.mark.parametrize(
    ("status", "approval"),
    [("DRAFT", None), ("SUBMITTED", "pending"), ("AUTHORISED", "approved"), ("BILLED", "approved"), ("DELETED", None)],
)
def test_a_draft_waits_for_nobodys_approval(
    connect: SourceFor, company: Company, status: str, approval: str | None
) -> None:
    """Nor is it told of a deleted order whether it had been approved; neither is a code that nobody knows."""
    source = connect()
    record = one(source, company, an_order(company)) | {"Status": status}
    made = mapped(source, [record])
    assert made["purchase_order"][0]["approval_status"] == approval
    assert not [issue for issue in made["issue"] if issue["field"] == "approval_status"]


def test_without_contacts_what_the_order_holds_of_them_is_used(connect: SourceFor, company: Company) -> None:
    source, order = connect(read_contacts=False), an_order(company)
    made = mapped(source, [one(source, company, order)])["purchase_order"][0]
    assert made["vendor_code"] == identifier("contact", company.vendors[order.vendor].id)
    assert made["vendor_name"]
    assert made["payment_terms_code"] is None


def test_a_vendors_phone_is_the_number_that_people_call(connect: SourceFor, company: Company) -> None:
    """Xero lists the kinds of numbers in an order of its own, a fax among them."""
    source = connect(read_contacts=False)
    record = one(source, company, an_order(company))
    numbers = {kind: {"PhoneType": kind, "PhoneNumber": kind.lower()} for kind in ("DDI", "FAX", "DEFAULT", "MOBILE")}
    numbers["DEFAULT"] |= {"PhoneCountryCode": "+64", "PhoneAreaCode": "9"}
    numbers["empty"] = {"PhoneType": "DEFAULT", "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": "64"}
    told = []
    for kinds in (("DDI", "FAX", "DEFAULT", "MOBILE"), ("FAX", "MOBILE"), ("empty", "MOBILE"), ("FAX",), ()):
        contact = {**record["contact"], "Phones": [None, *(numbers[kind] for kind in kinds)]}
        told.append(mapped(source, [{**record, "contact": contact}])["purchase_order"][0]["vendor_phone"])
    assert told == ["+64 9 default", "mobile", "mobile", None, None]


def test_a_vendors_code_is_that_of_its_account_before_that_of_its_contact(connect: SourceFor, company: Company) -> None:
    source = connect(read_contacts=False)
    record = one(source, company, an_order(company))
    known = {"AccountNumber": "4711", "ContactNumber": "V-9"}
    told = [
        mapped(source, [{**record, "contact": {**record["contact"], **codes}}])["purchase_order"][0]["vendor_code"]
        for codes in (known, {"ContactNumber": "V-9"}, {})
    ]
    assert told == ["4711", "V-9", record["contact"]["ContactID"]]


def test_a_vendors_address_is_that_of_its_street_or_else_the_postal_one() -> None:
    street, postal = ({"AddressType": kind, "City": kind.title()} for kind in ("STREET", "POBOX"))
    empty = {"AddressType": "STREET", "City": "", "AddressLine1": None}
    for listed, chosen in (([None, postal, street], street), ([postal, empty], postal), ([empty], {}), (None, {})):
        assert address({"Addresses": listed}) == chosen


def test_lines_are_charges_by_account_or_by_item(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.charges and o.goods_lines and o.goods_lines[0].item)
    codes = {line["ItemCode"] for line in one(connect(), company, order)["LineItems"] if line.get("ItemCode")}
    source = connect(charge_items=tuple(codes), charge_accounts=())
    told = one(source, company, order)["LineItems"]
    assert codes
    assert [line["is_charge"] for line in told] == [line.get("ItemCode") in codes for line in told]
    assert not all(line["is_charge"] for line in told)


def test_a_connection_says_which_tracking_categories_are_projects_and_departments(
    connect: SourceFor, company: Company
) -> None:
    order = an_order(company)
    settings = {"cost_center_tracking": "", "project_tracking": "Project", "department_tracking": "Team"}
    source = connect(**settings)
    tracking = [None, {"Name": "Project", "Option": "Bridge"}, {"Name": "Team", "Option": "North"}]
    record = one(source, company, order)
    told = [{**line, "Tracking": tracking} for line in record["LineItems"]]
    (whole,) = Assembly(source, record["tenant"]).whole([{**record, "LineItems": told}])
    line = mapped(source, [whole])["purchase_order_line"][0]
    assert (line["project"], line["department"], line["cost_center"]) == ("Bridge", "North", None)
    assert whole["LineItems"][0]["tracking_Project"] == "Bridge"


def test_a_line_is_a_text_only_where_it_costs_nothing() -> None:
    """Amounts may be entered without a quantity."""
    kinds = [
        line_type({"LineAmount": amount, "Quantity": quantity}) for amount, quantity in ((9, None), (0, 0), (0, None))
    ]
    assert kinds == ["goods", "goods", "text"]


@pytest.mark.parametrize("is_inclusive", [False, True])
def test_what_an_order_does_not_tell_is_neither_nothing_nor_a_word(
    connect: SourceFor, company: Company, is_inclusive: bool
) -> None:
    source = connect()
    record = one(source, company, an_order(company)) | {"SubTotal": None, "DeliveryAddress": None}
    note = {"LineItemID": "note", "Description": "As agreed", "amount_includes_tax": is_inclusive, "is_charge": False}
    made = mapped(source, [{**record, "LineItems": [note]}])
    (order,), (line,) = made["purchase_order"], made["purchase_order_line"]
    assert (order["subtotal_amount"], order["ship_to_line1"]) == (None, None)
    assert (line["line_type"], line["net_amount"], line["total_amount"]) == ("text", None, None)


def test_blank_lines_of_a_delivery_address_take_no_column(connect: SourceFor, company: Company) -> None:
    source = connect()
    address = {"DeliveryAddress": "Gate 4\r\n\r\n 12 Kauri St \r\nTaupo\r\n3330"}
    order = mapped(source, [{**one(source, company, an_order(company)), **address}])["purchase_order"][0]
    assert [order[f"ship_to_line{n}"] for n in (1, 2, 3)] == ["Gate 4", "12 Kauri St", "Taupo, 3330"]


def test_charges_are_told_before_tax_though_their_lines_include_it(connect: SourceFor, company: Company) -> None:
    source = connect()
    record = one(source, company, an_order(company))
    line = {**record["LineItems"][0], "amount_includes_tax": True, "Quantity": 1}
    goods = {**line, "LineAmount": Decimal(238), "TaxAmount": Decimal(38), "is_charge": False}
    freight = {**line, "LineItemID": "freight", "position": 2, "is_charge": True, "Quantity": None}
    freight |= {"LineAmount": Decimal("59.50"), "TaxAmount": Decimal("9.50")}
    totals = {"SubTotal": Decimal(250), "TotalTax": Decimal("47.50"), "Total": Decimal("297.50")}
    made = mapped(source, [{**record, **totals, "LineAmountTypes": "Inclusive", "LineItems": [goods, freight]}])
    order, lines = made["purchase_order"][0], made["purchase_order_line"]
    assert [order[f"{part}_amount"] for part in ("subtotal", "charges", "tax", "total")] == [
        200, 50, Decimal("47.50"), Decimal("297.50")
    ]  # fmt: skip
    assert [(line["line_type"], line["net_amount"], line["total_amount"]) for line in lines] == [
        ("goods", 200, 238), ("charge", 50, Decimal("59.50"))
    ]  # fmt: skip


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    huge = max(company.orders.values(), key=lambda order: order.total)
    assert one(connect(), company, huge)["Total"] == huge.total


@pytest.mark.parametrize("dates", ["", "spaced", "offset"])
def test_h1_dates_stay_dates_and_offsets_move_nothing(connect: SourceFor, company: Company, dates: str) -> None:
    order = an_order(company)
    with serve(company, dates=dates) as running:
        source = connect(running)
        record = one(source, company, order)
        made = mapped(source, [record])["purchase_order"][0]
        without_text = {name: value for name, value in record.items() if not name.endswith("String")}
        again = mapped(source, [without_text])["purchase_order"][0]
    assert made["order_date"] == again["order_date"] == order.order_date
    assert made["requested_delivery_date"] == again["requested_delivery_date"] == order.requested_date
    assert made["source_modified_at"] == changed_at(order)


@pytest.mark.parametrize(("rate", "setting"), [("", "foreign_per_base"), ("base_per_foreign", "base_per_foreign")])
def test_the_rate_counts_either_way_and_the_connection_says_which(
    connect: SourceFor, company: Company, rate: str, setting: str
) -> None:
    order = next(o for o in company.orders.values() if o.currency != company.entity_of(o).currency)
    with serve(company, rate=rate) as running:
        source = connect(running, currency_rate=setting)
        record = one(source, company, order)
        made, without = (mapped(source, [record | told])["purchase_order"][0] for told in ({}, {"CurrencyRate": 0}))
    assert abs(made["exchange_rate"] / order.exchange_rate - 1) < Decimal("0.001")
    assert without["exchange_rate"] is None


def test_amounts_that_include_tax_become_net_amounts(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.tax_amount)
    with serve(company, line_amounts="Inclusive") as running:
        source = connect(running)
        made = mapped(source, [one(source, company, order)])
    assert made["purchase_order"][0]["tax_inclusive"] is True
    assert made["purchase_order"][0]["subtotal_amount"] == order.subtotal
    nets = [line["net_amount"] for line in made["purchase_order_line"] if line["line_type"] == "goods"]
    assert nets == [line.net_amount for line in order.goods_lines]


@pytest.mark.parametrize(("unitdp", "digits"), [("honoured", 4), ("ignored", 2)])
def test_prices_come_with_four_decimals_where_xero_gives_them(
    connect: SourceFor, company: Company, unitdp: str, digits: int
) -> None:
    order = next(o for o in company.orders.values() if any(line.price_basis == 1000 for line in o.goods_lines))
    line = next(line for line in order.goods_lines if line.price_basis == 1000)
    with serve(company, unitdp=unitdp) as running:
        record = one(connect(running), company, order)
    told = next(entry for entry in record["LineItems"] if entry["LineItemID"] == identifier("line", line.id))
    assert abs(told["UnitAmount"] - line.unit_price) <= Decimal(5).scaleb(-digits - 1)
    assert -told["UnitAmount"].as_tuple().exponent <= digits


def test_h21_tracking_categories_are_custom_fields(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.goods_lines and len(o.goods_lines[0].distributions) == 1)
    line = order.goods_lines[0]
    told = one(connect(), company, order)["LineItems"][0]
    assert told["tracking_Cost centre"] == line.distributions[0].cost_center
    assert told.get("tracking_Department") == line.distributions[0].department


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", times=None, path="PurchaseOrders", field="surprise", value=[1])
    assert {tuple(r["surprise"]) for page in CONNECTOR.fetch(source, EVER) for r in page.records} == {(1,)}
    served.world(NAME).faults.clear()
    served.world(NAME).faults.add("retyped_field", times=None, path="PurchaseOrders", field="Reference", value=7)
    assert {r.get("Reference") for page in CONNECTOR.fetch(source, EVER) for r in page.records} <= {7, None}
