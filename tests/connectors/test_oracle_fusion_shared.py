"""Oracle Fusion: what a line tells by its status, and what is told only where all that belongs to it agrees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connectors.oracle_fusion import CONNECTOR
from include.orderhouse.connectors.oracle_fusion.values import line as of_line
from include.orderhouse.connectors.oracle_fusion.values import order as of_order
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform

Raw = dict[str, Any]


def a_line(*destinations: str, is_charge: bool = False, **other: Any) -> Raw:
    schedules = [{"DestinationTypeCode": destination} for destination in destinations]
    return {"_is_charge": is_charge, "schedules": schedules, "_distributions": [], **other}


def booked(account: str | None, project: str | None = None, **other: Any) -> Raw:
    """A distribution of a charge account such as 01-4711."""
    segments = {"gl_account": account.partition("-")[2]} if account else None
    return {"POChargeAccount": account, "ProjectNumber": project, "_account": segments, **other}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([a_line("DROP SHIP", "DROP SHIP")], "DROP SHIP"),
        ([a_line("DROP SHIP"), a_line("INVENTORY")], "Purchase Order"),
        ([a_line("DROP SHIP", "INVENTORY")], "Purchase Order"),
        ([a_line("DROP SHIP"), a_line("EXPENSE", is_charge=True)], "DROP SHIP"),
        ([], "Purchase Order"),
    ],
)
def test_an_order_is_a_drop_shipment_only_as_a_whole(lines: list[Raw], told: str) -> None:
    assert of_order.order_type({"lines": lines}) == told


def test_goods_and_charges_are_summed_apart() -> None:
    lines = [a_line(Ordered=7), a_line(Ordered=None), a_line(Ordered=2, is_charge=True), a_line(Ordered=5)]
    assert (of_order.subtotal({"lines": lines}), of_order.charges({"lines": lines})) == (12, 2)


@pytest.mark.parametrize(
    ("requesters", "told"), [(("Ann", "Ann"), "Ann"), (("Ann", "Ben"), None), (("Ann", None), None)]
)
def test_an_order_has_a_requester_where_all_its_distributions_have(
    requesters: tuple[str, ...], told: str | None
) -> None:
    lines = [a_line(_distributions=[{"Requester": name}]) for name in requesters]
    charge = a_line(is_charge=True, _distributions=[{"Requester": "Cid"}])
    assert of_order.requester({"lines": [*lines, charge]}) == told


def test_an_order_names_a_contract_where_all_its_lines_name_it() -> None:
    contract = of_order.shared("SourceAgreement", "SourceAgreementNumber")
    lines = [a_line(SourceAgreement="BPA-1"), a_line(SourceAgreementNumber="BPA-1"), a_line(is_charge=True)]
    assert contract({"lines": lines}) == "BPA-1"
    assert contract({"lines": [*lines, a_line()]}) is None


@pytest.mark.parametrize(
    ("distributions", "told"),
    [
        ([booked("01-4711", "P-1"), booked("01-4711", "P-1")], ("4711", "01-4711", "P-1")),
        ([booked("01-4711", None, Project="P-1"), booked("02-4711", "P-1")], (None, None, "P-1")),
        ([booked("01-4711", "P-1"), booked(None, "P-2")], (None, None, None)),
        ([booked(None)], (None, None, None)),
        ([], (None, None, None)),
    ],
)
def test_a_line_has_an_account_where_its_distributions_share_one(
    distributions: list[Raw], told: tuple[str | None, ...]
) -> None:
    line = a_line(_distributions=distributions)
    found = (of_line.sole("gl_account")(line), of_line.sole_account(line), of_line.sole_project(line))
    assert found == told


def test_dates_are_the_earliest_of_the_schedules_that_tell_one() -> None:
    schedules = [{"PromisedDeliveryDate": day} for day in ("2026-10-09", None, "2026-10-02")]
    line, later = {"schedules": schedules}, {"schedules": [{"PromisedDeliveryDate": "2026-10-05"}]}
    assert of_line.earliest_scheduled("PromisedDeliveryDate")(line) == "2026-10-02"
    assert of_line.earliest_scheduled("RequestedDeliveryDate")(line) is None
    assert of_order.earliest_of_all("PromisedDeliveryDate")({"lines": [later, line]}) == "2026-10-02"


def test_where_schedules_differ_a_line_goes_to_no_one_place() -> None:
    place = of_line.shared_by_schedules("ShipToLocation")
    assert place({"schedules": [{"ShipToLocation": "Yard"}, {"ShipToLocation": "Yard"}]}) == "Yard"
    assert place({"schedules": [{"ShipToLocation": "Yard"}, {"ShipToLocation": "Dock"}]}) is None


@pytest.mark.parametrize(
    ("base", "price", "told"), [(80, 60, 25), (80, 80, 0), (None, 60, None), (80, None, None), (0, 5, None)]
)
def test_a_discount_is_how_far_the_price_lies_below_its_base(
    base: int | None, price: int | None, told: int | None
) -> None:
    assert of_line.discount_percent({"BasePrice": base, "Price": price}) == told


@pytest.mark.parametrize(
    ("code", "is_closed", "is_cancelled"),
    [
        ("OPEN", False, False),
        ("CLOSED FOR RECEIVING", False, False),
        ("CLOSED FOR INVOICING", False, False),
        ("CLOSED", True, False),
        ("FINALLY CLOSED", True, False),
        ("CANCELED", False, True),
        ("CANCELLED", False, True),
    ],
)
def test_a_line_is_closed_or_cancelled_by_its_status(code: str, is_closed: bool, is_cancelled: bool) -> None:
    line = a_line(POLineId=1, StatusCode=code, _receipts=[])
    options = Options(connector="oracle_fusion", customer="test")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=CONNECTOR.settings())
    order = {"POHeaderId": 1, "OrderNumber": "1", "lines": [line]}
    frames = Transform(connection).frames([RawOrder(datetime(2026, 10, 1, tzinfo=UTC), order)])
    (told,) = frames.tables["purchase_order_line"].to_pylist()
    assert (told["is_closed"], told["is_cancelled"]) == (is_closed, is_cancelled)
