"""What becomes of Coupa's days, statuses, amounts, terms and accounts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.orderhouse.configuration.connections import read_connection
from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.coupa import CONNECTOR
from include.orderhouse.connectors.coupa.values import company_day, written_day
from include.orderhouse.connectors.coupa.values import line as line_values
from include.orderhouse.connectors.coupa.values import order as order_values
from include.orderhouse.errors import ConfigurationInvalid
from tests.connectors.conftest import SourceFor
from tests.connectors.coupa_instance import (
    EVER,
    NAME,
    NOW,
    an_open_order,
    company,
    fetched,
    instance,
    read_one,
    source,
    transformed,
)
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.order import Stage
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "instance", "source"]


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("America/Los_Angeles", "America/Los_Angeles"),
        ("America/Denver", "America/Los_Angeles"),
        ("Europe/Berlin", "America/Los_Angeles"),
        ("America/Los_Angeles", "UTC"),
        ("Asia/Kolkata", "UTC"),
    ],
)
def test_a_need_by_date_is_the_companys_day_in_whatever_zone_it_is_written(
    company: Company, source_for: SourceFor, zone: str, written: str
) -> None:
    """H1: midnight in the company's default zone (Querying Options), which need not be that of the times' offsets."""
    order = next(order for order in company.orders.values() if order.goods_lines[0].requested_date)
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"time_zone": written, "company_zone": zone}}) as running:
        source = source_for(NAME, running)
        lines = transformed(source, read_one(source, order))["purchase_order_line"]
    assert lines[0]["requested_delivery_date"] == order.goods_lines[0].requested_date


def test_a_need_by_date_with_a_time_of_its_own_is_the_day_that_was_written() -> None:
    day = company_day("need-by-date")
    assert day({"need-by-date": "2026-05-01T12:00:00-07:00"}) == "2026-05-01"
    assert day({"need-by-date": "2026-05-01T23:59:59+09:00"}) == "2026-05-01"
    assert day({"need-by-date": "2026-05-01T17:10:00+00:00"}) == "2026-05-01"
    assert day({"need-by-date": "2026-05-01T17:15:30+00:00"}) == "2026-05-01"
    assert day({"need-by-date": "2026-05-01T17:15:00.5+00:00"}) == "2026-05-01"
    assert day({"need-by-date": "2026-05-31T23:00:00-08:00"}) == "2026-06-01"
    assert day({"need-by-date": "2026-05-31T18:15:00+00:00"}) == "2026-06-01", "midnight in Kathmandu"
    assert day({"need-by-date": "first of May"}) == "first of May", "left for the transform to reject"
    assert day({"need-by-date": None}) is None


def test_a_day_is_the_one_that_was_written() -> None:
    day = written_day("need-by-date")
    assert day({"need-by-date": "2026-05-01T00:00:00-07:00"}) == "2026-05-01"
    assert day({"need-by-date": "2026-05-01T23:59:59+09:00"}) == "2026-05-01"
    assert day({"need-by-date": "2026-05-01"}) == "2026-05-01"
    assert day({"need-by-date": "first of May"}) == "first of May", "left for the transform to reject"
    assert day({"need-by-date": None}) is None


def test_segments_and_charges_are_what_the_settings_say(
    instance: Sandbox, source_for: SourceFor, company: Company
) -> None:
    order = next(order for order in company.orders.values() if order.charges and order.goods_lines[0].distributions)
    part = order.goods_lines[0].distributions[0]
    named = source_for(NAME, instance, segments={"segment-3": "cost_center"}, charge_commodities=())
    account = line_values.account("cost_center")(read_one(named, order)["order-lines"][0])
    assert account in (part.cost_center, None)
    for commodities, charges in ((("Freight",), order.charges_amount), ((), Decimal(0))):
        record = read_one(source_for(NAME, instance, charge_commodities=commodities), order)
        assert order_values.sum_of("total", "", True)(record) == charges
        assert order_values.subtotal(record) == order.subtotal + order.charges_amount - charges


@pytest.mark.parametrize("segment", ["segment_3", "Segment-3", "segment-03", "segment-0", "segment-21", "3"])
def test_a_segment_that_no_account_has_is_refused_instead_of_being_read_as_empty(tmp_path: Path, segment: str) -> None:
    file = tmp_path / "connections.yaml"
    settings = {"segments": {"segment-20": "fund", segment: "cost_center"}}
    connection = {"connector": NAME, "customer": "x", "settings": settings}
    file.write_text(yaml.safe_dump({"connections": {"a": connection}}))
    with pytest.raises(ConfigurationInvalid, match=rf"settings\.segments\.{segment}.*segment-1 to segment-20"):
        read_connection("a", file)


def test_a_header_without_currency_and_total_has_those_of_its_lines(company: Company, source_for: SourceFor) -> None:
    """Coupa's own example of an order has neither, and people by first and last names."""
    order = next(o for o in company.orders.values() if o.charges and o.requester and company.vendors[o.vendor].contact)
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"header": "bare"}}) as running:
        row = transformed(source := source_for(NAME, running), read_one(source, order))["purchase_order"][0]
    told = (row["currency"], row["subtotal_amount"], row["charges_amount"])
    assert told == (order.currency, order.subtotal, order.charges_amount)
    assert (row["requester"], row["vendor_contact"]) == (order.requester, company.vendors[order.vendor].contact)


def test_soft_closed_orders_are_closed(company: Company, source_for: SourceFor) -> None:
    closed = next(order for order in company.orders.values() if order.stage is Stage.CLOSED)
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"closing": "soft"}}) as running:
        source = source_for(NAME, running)
        made = transformed(source, read_one(source, closed))
        assert closed.id not in fetched(source, Window(None, NOW, open_only=True))
    (order,), lines = made["purchase_order"], made["purchase_order_line"]
    assert (order["status"], order["status_source"]) == ("closed", "soft_closed")
    assert order["approval_status"] == "approved"
    assert {line["is_closed"] or line["is_cancelled"] for line in lines} == {True}


def test_what_an_api_filter_leaves_out_is_unknown(company: Company, source_for: SourceFor) -> None:
    order = next(o for o in company.orders.values() if o.is_open and any(line.receipts for line in o.goods_lines))
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"default_filter": "yes"}}) as running:
        hidden, shown = (
            transformed(source, read_one(source, order))
            for source in (source_for(NAME, running), source_for(NAME, running, api_filter="everything"))
        )
        fetched_lines = [
            line
            for page in CONNECTOR.fetch(source_for(NAME, running, api_filter="everything"), EVER)
            for record in page.records
            for line in record["order-lines"]
        ]
    assert all("received" in line for line in fetched_lines), "orders are fetched through the same filter"
    (unknown,), (known,) = hidden["purchase_order"], shown["purchase_order"]
    assert (unknown["receipt_status"], unknown["invoice_status"]) == (None, None)
    assert unknown["status"] in ("sent", "acknowledged", "approved")
    lines = hidden["purchase_order_line"]
    assert {(line["quantity_received"], line["quantity_invoiced"]) for line in lines} == {(None, None)}
    assert known["receipt_status"] == order.receipt_progress.value


@pytest.mark.parametrize(
    ("kind", "days"),
    [("DaysAfterNetPaymentTerm", (30, 10)), (None, (30, 10)), ("DaysToBaseEomPaymentTerm", (None, None))],
)
def test_days_to_the_end_of_a_month_are_no_days_until_payment(
    company: Company, source: Source, kind: str | None, days: tuple[int | None, int | None]
) -> None:
    term = {"code": "30EOM", "days-for-net-payment": 30, "days-for-discount-payment": 10, "type": kind}
    record = read_one(source, an_open_order(company)) | {"payment-term": term}
    (order,) = transformed(source, record)["purchase_order"]
    assert (order["net_days"], order["discount_days"]) == days


def test_the_company_of_split_lines_is_that_of_their_allocations(company: Company, source: Source) -> None:
    """Lines whose costs are split have no account of their own (Purchase Order Lines API)."""
    record = next(o for page in CONNECTOR.fetch(source, EVER) for o in page.records if any_split(o))
    record = {**record, "order-lines": [line for line in record["order-lines"] if line["account-allocations"]]}
    (order,) = transformed(source, record)["purchase_order"]
    entity = company.entities[company.orders[record["id"]].entity]
    assert (order["company_code"], order["company_name"]) == (entity.code, entity.name)


def any_split(order: Any) -> bool:
    return any(line["account-allocations"] for line in order["order-lines"])


def test_numbers_stay_exact(source: Source, company: Company) -> None:
    """H25: decimals are texts with all their digits."""
    huge = next(order for order in company.orders.values() if order.subtotal > 10**13)
    record = read_one(source, huge)
    assert isinstance(record["total"], str)
    assert Decimal(record["total"]) == huge.subtotal + huge.charges_amount
