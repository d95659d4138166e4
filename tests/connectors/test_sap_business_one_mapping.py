"""What becomes of SAP Business One's documents: quantities, amounts, rates, units, local times."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.sap_business_one import CONNECTOR
from include.orderhouse.connectors.sap_business_one.values import received
from include.orderhouse.connectors.sap_business_one.values.amounts import exchange_rate
from include.orderhouse.values.decimals import ratio
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_business_one_server import NAME, NOW, company, mapped, read, receive_all, serving
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_business_one import drawn
from tests.sandbox.dialects.sap_business_one.by_amount import is_service_document
from tests.sandbox.dialects.sap_business_one.lines import is_abroad, is_closed
from tests.sandbox.dialects.sap_business_one.orders import modified_at
from tests.sandbox.dialects.sap_business_one.values import rate, told_rate
from tests.sandbox.order import Order, Stage

__all__ = ["company"]


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata"])
def test_h10_local_days_and_minutes_become_instants(
    company: Company, source_for: SourceFor, zone: str, version: str
) -> None:
    with serving(company, time_zone=zone) as served:
        found, _ = read(source_for, served, list(company.orders), time_zone=zone, version=version)
    for order in company.orders.values():
        assert found[str(order.id)]["source_modified_at"] == modified_at(order, {})
        assert found[str(order.id)]["source_created_at"] == order.created_at.replace(second=0, microsecond=0)
        assert found[str(order.id)]["order_date"] == order.order_date


def test_a_remap_takes_a_time_zone_that_was_corrected(company: Company, source_for: SourceFor) -> None:
    zone = "America/Los_Angeles"
    with serving(company, time_zone=zone) as served:
        wrong, right = (source_for(NAME, served, company_db="SBO_ORCHARD", time_zone=name) for name in ("UTC", zone))
        ids = [str(key) for key in company.orders]
        records = [record for page in CONNECTOR.read(wrong, ids) for record in page.records]
        found, _ = mapped(right, records)
    for order in company.orders.values():
        assert found[str(order.id)]["source_modified_at"] == modified_at(order, {})


def test_h25_the_noise_of_binary_floats_is_gone(company: Company, source_for: SourceFor) -> None:
    plain = [order for order in company.orders.values() if order.total < 10**9]
    with serving(company, doubles="binary") as served:
        found, lines = read(source_for, served, [order.id for order in plain])
    for order in plain:
        assert found[str(order.id)]["total_amount"] == order.total
        assert found[str(order.id)]["exchange_rate"] == rate(company, order)
        for line, told in zip(order.goods_lines, lines[str(order.id)], strict=False):
            assert (told["unit_price"], told["quantity_ordered"]) == (line.unit_price, line.quantity)


@pytest.mark.parametrize("doubles", ["decimal", "binary"])
@pytest.mark.parametrize("rates", ["direct", "indirect"])
def test_the_rate_is_local_currency_per_unit_whether_the_company_multiplies_or_divides(
    company: Company, source_for: SourceFor, rates: str, doubles: str
) -> None:
    foreign = [order for order in company.orders.values() if rate(company, order) != 1 and 0 < order.total < 10**9]
    assert foreign
    with serving(company, rates=rates, doubles=doubles) as served:
        found, _ = read(source_for, served, [order.id for order in foreign])
    for order in foreign:
        told, row = told_rate(company, order, {"rates": rates}), found[str(order.id)]
        assert row["exchange_rate"] == (ratio(1, told) if rates == "indirect" else told)
        assert abs(row["total_amount"] * row["exchange_rate"] / row["total_amount_company"] - 1) < Decimal("0.001")


@pytest.mark.parametrize("direct", ["tYES", "tNO"])
@pytest.mark.parametrize(("told", "expected"), [(None, None), (0, None), (1, 1)])
def test_a_rate_of_zero_is_none(direct: str, told: int | None, expected: int | None) -> None:
    assert exchange_rate({"DocRate": told, "Company": {"DirectIndirectRate": direct}}) == expected


@pytest.mark.parametrize("doubles", ["decimal", "binary"])
def test_a_row_priced_in_another_currency_has_the_price_that_its_amount_comes_to(
    company: Company, source_for: SourceFor, doubles: str
) -> None:
    """The currency of a row may be another than the document's; its amounts are in the document's."""
    orders = [order for order in company.orders.values() if order.total < 10**9]
    play = {"prices": "abroad", "doubles": doubles}
    with serving(company, **play) as served:
        found, lines = read(source_for, served, [order.id for order in orders])
    seen = set()
    for order in orders:
        goods = [told for told in lines[str(order.id)] if told["line_type"] != "text"]
        for line, told in zip(order.goods_lines, goods, strict=True):
            share = (100 - line.discount_percent) / 100 * line.quantity
            price = round(line.net_amount / share, 6) if share else None
            is_other = is_abroad(order, line, play)
            assert told["unit_price"] == (price if is_other else line.unit_price)
            assert told["net_amount"] == line.net_amount
            seen.add((is_other, found[str(order.id)]["currency"] == found[str(order.id)]["company_currency"]))
    assert len(seen) == 4


def test_the_rounding_of_a_total_is_told_with_its_charges(company: Company, source_for: SourceFor) -> None:
    with serving(company, totals="whole") as served:
        found, _ = read(source_for, served, list(company.orders))
    rounded = set()
    for order in company.orders.values():
        row = found[str(order.id)]
        rounded.add((row["charges_amount"] != order.charges_amount, row["currency"] == row["company_currency"]))
        for currency in ("", "_company"):
            subtotal, charges, tax, discount, total = (
                row[f"{name}_amount{currency}"] for name in ("subtotal", "charges", "tax", "discount", "total")
            )
            assert total == round(total) == subtotal + charges + tax - discount
    assert {(True, True), (True, False)} <= rounded


@pytest.mark.parametrize("settings", [{}, {"read_drawn_documents": False}])
def test_documents_of_services_have_amounts_and_no_quantities(
    company: Company, source_for: SourceFor, settings: dict[str, Any]
) -> None:
    """Nothing of them would be open with a quantity of zero; how far they have come is told by amounts."""
    play, told = {"documents": "services"}, set()
    with serving(company, **play) as served:
        found, lines = read(source_for, served, list(company.orders), **settings)
    with serving(company) as served:
        items, _ = read(source_for, served, list(company.orders), **settings)
    for order in company.orders.values():
        key, is_service = str(order.id), is_service_document(order, play)
        goods = [line for line in lines[key] if line["line_type"] != "text"]
        for line, row in zip(order.goods_lines, goods, strict=True):
            quantities = {row[name] for name in ("quantity_ordered", "quantity_received", "quantity_invoiced")}
            assert (quantities | {row["quantity_open"]} == {None}) is is_service
            assert row["net_amount"] == line.net_amount
        if all(line.net_amount for line in order.goods_lines) and order.total < 10**9:
            progress = [(rows[key]["receipt_status"], rows[key]["invoice_status"]) for rows in (found, items)]
            assert progress[0] == progress[1]
            assert found[key]["status"] == items[key]["status"]
            told.add((is_service, *progress[0]))
    assert settings or {(True, "none", "none"), (True, "full", "full"), (True, "partial", "none")} <= told
    assert {(True, "none"), (True, "partial")} <= {one[:2] for one in told}


@pytest.mark.parametrize("close", ["keep", "clear"])
def test_h29_a_line_closed_by_hand_is_not_taken_as_received(
    company: Company, source_for: SourceFor, close: str
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and not any(line.receipts for line in o.goods_lines))
    with serving(company, manual_close=close) as served:
        served.act(history.short_close, order_id=order.id)
        for settings, received in (({}, 0), ({"read_drawn_documents": False}, None)):
            found, lines = read(source_for, served, [order.id], **settings)
            goods = [line for line in lines[str(order.id)] if line["line_type"] != "text"]
            assert {line["quantity_received"] for line in goods} == {received}
            assert {line["quantity_open"] for line in goods} == {0}
            assert found[str(order.id)]["status"] == "closed"


def test_open_lines_tell_what_came_even_without_the_receipts(company: Company, source_for: SourceFor) -> None:
    with serving(company) as served:
        _, lines = read(source_for, served, list(company.orders), read_drawn_documents=False)
    partial = 0
    for order in company.orders.values():
        for line, told in zip(order.lines, sorted(lines[str(order.id)], key=_position(order)), strict=False):
            if not line.is_text and not is_closed(order, line, {}):
                assert told["quantity_received"] == line.quantity_received
                partial += line.quantity_received > 0
    assert partial


def test_of_a_line_that_does_not_tell_what_is_open_nobody_knows_what_came() -> None:
    line = {"LineStatus": "bost_Open", "Quantity": 10, "RemainingOpenQuantity": 4}
    assert (received(line), received(line | {"RemainingOpenQuantity": None})) == (6, None)
    service = {"LineStatus": "bost_Open", "LineTotal": 10, "OpenAmount": 4, "Order": {"DocType": "dDocument_Service"}}
    assert (received(service), received(service | {"OpenAmount": None})) == (6, None)
    abroad = service | {"RowTotalFC": 20, "OpenAmountFC": 8} | {"Order": service["Order"] | {"IsForeign": True}}
    assert (received(abroad), received(abroad | {"OpenAmountFC": None})) == (12, None)


def _position(order: Order) -> Any:
    keys = {}
    for line in order.lines:
        texts = sum(1 for key in keys if key.startswith("text"))
        keys[f"text {texts}" if line.is_text else str(line.number // 10 - 1)] = len(keys)
    return lambda told: keys[told["source_line_id"]]


def test_a_goods_receipt_that_was_cancelled_does_not_count(company: Company, source_for: SourceFor) -> None:
    order = next(o for o in company.orders.values() if o.stage is Stage.SENT and not o.goods_lines[0].receipts)
    line = order.goods_lines[0]
    with serving(company) as served:
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=Decimal(5))
        served.act(history.correct_receipt, order_id=order.id, line_id=line.id, quantity=Decimal(3))
        _, lines = read(source_for, served, [order.id])
    assert len(drawn.receipt_rows(order, {})) == 3
    assert lines[str(order.id)][0]["quantity_received"] == 3


def test_an_invoice_drawn_from_the_order_itself_receives_its_goods(company: Company, source_for: SourceFor) -> None:
    order = next(o for o in company.orders.values() if o.stage is Stage.SENT and not o.goods_lines[0].receipts)
    line = order.goods_lines[0]
    with serving(company) as served:
        served.act(history.invoice, order_id=order.id, line_id=line.id, quantity=line.quantity)
        _, lines = read(source_for, served, [order.id])
    told = lines[str(order.id)][0]
    assert (told["quantity_received"], told["quantity_invoiced"]) == (line.quantity, line.quantity)
    assert (told["line_status"], told["is_closed"]) == ("invoiced", True)
    assert told["first_received_date"] == told["last_received_date"] == NOW.date()


def test_a_received_order_is_received_and_closed_by_its_last_line(company: Company, source_for: SourceFor) -> None:
    order = next(o for o in company.orders.values() if o.stage is Stage.SENT and not o.goods_lines[0].receipts)
    with serving(company) as served:
        receive_all(served, order)
        found, lines = read(source_for, served, [order.id])
    assert (found[str(order.id)]["status"], found[str(order.id)]["receipt_status"]) == ("received", "full")
    assert {line["last_received_date"] for line in lines[str(order.id)] if line["line_type"] == "goods"} <= {NOW.date()}
