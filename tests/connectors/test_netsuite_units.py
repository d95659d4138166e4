"""What becomes of NetSuite's quantities and prices, which it keeps in base units, in the units that lines name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from include.orderhouse.connectors.netsuite import CONNECTOR
from include.orderhouse.connectors.netsuite.units import in_line_unit, unit_price
from include.orderhouse.errors import PermissionDenied
from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.expectations.validator import Validator
from include.orderhouse.frames import Frames
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import NAME, an_order, company, frames_of, line_of, serving
from tests.sandbox import arithmetic, history
from tests.sandbox.company import Company
from tests.sandbox.order import Order

__all__ = ["company"]


@pytest.fixture
def order(company: Company) -> Order:
    """An order whose first line is for ten boxes of twelve at 24 a box."""
    order = an_order(company)
    line = order.goods_lines[0]
    line.unit, line.quantity, line.price, line.price_basis = "BOX", Decimal(10), Decimal(24), Decimal(1)
    line.discount_percent, line.price_numerator, line.price_denominator = Decimal(0), 1, 1
    arithmetic.price(line, company.digits(order.currency))
    return order


@pytest.mark.parametrize("rates", ["base", "unit"])
def test_a_box_of_twelve_is_one_box_at_the_price_of_a_box(
    company: Company, order: Order, source_for: SourceFor, rates: str
) -> None:
    line = order.goods_lines[0]
    with serving(company, rates=rates) as served:
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=Decimal(3))
        served.act(history.invoice, order_id=order.id, line_id=line.id, quantity=Decimal(2))
        frames = frames_of(source_for(NAME, served), order)
    told = line_of(frames, line)
    assert (told["quantity_ordered"], told["unit"], told["unit_price"], told["net_amount"]) == (10, "XBX", 24, 240)
    assert (told["quantity_received"], told["quantity_invoiced"]) == (3, 2)
    assert (told["base_unit"], told["unit_conversion_factor"]) == ("H87", 12)
    assert findings(frames) == set()


def findings(frames: Frames) -> set[str]:
    (found,) = Validator("test", "sync").check([Outcomes.of(frames)])
    return {finding.code for finding in found}


def test_a_raw_line_keeps_the_numbers_as_netsuite_has_them(
    company: Company, order: Order, source_for: SourceFor
) -> None:
    with serving(company) as served:
        (page,) = CONNECTOR.read(source_for(NAME, served), [str(order.id)])
    raw = next(row for row in page.records[0]["lines"] if row["id"] == str(order.goods_lines[0].id))
    assert (raw["quantity"], raw["units_name"], raw["rate"]) == ("120", "Box", "2")
    assert raw["line_unit"]["conversionrate"] == "12"
    assert raw["base_unit"]["unitname"] == "Pieces"


@pytest.mark.parametrize("absent", ["unitstypeuom", "unitstypeuom.conversionrate"])
def test_without_the_units_conversion_rates_quantities_in_other_units_are_not_guessed(
    company: Company, source_for: SourceFor, absent: str
) -> None:
    with serving(company, absent=absent) as served, pytest.raises(PermissionDenied, match=absent) as refused:
        source_for(NAME, served)
    assert "units of measure" in refused.value.action


@pytest.mark.parametrize("absent", ["unitstypeuom,transactionline.units", "unitstypeuom"])
def test_accounts_without_units_lack_nothing(
    company: Company, order: Order, source_for: SourceFor, absent: str
) -> None:
    for line in [line for other in company.orders.values() for line in other.lines]:
        line.unit = None
    with serving(company, absent=absent) as served:
        told = line_of(frames_of(source_for(NAME, served), order), order.goods_lines[0])
    assert (told["quantity_ordered"], told["unit_price"], told["unit"], told["base_unit"]) == (10, 24, None, None)


def test_a_subsidiary_that_is_not_read_needs_no_rates(company: Company, source_for: SourceFor) -> None:
    for line in [line for other in company.orders.values() if other.entity == "DE01" for line in other.lines]:
        line.unit = None
    with serving(company, absent="unitstypeuom") as served:
        assert source_for(NAME, served, subsidiaries=(2,)).catalogue.scope == ("subsidiary 2",)


@pytest.mark.parametrize(
    ("quantity", "factor", "expected"),
    [
        ("120", "12", "10"),
        ("120", "2", "60"),
        ("-120", "12", "10"),
        ("10", "3", "3.333333"),
        ("4.5359237", "0.45359237", "10"),
        ("123456789012345678.9", "12", "10288065751028806.575"),
        ("7", None, "7"),
        (None, "12", None),
    ],
)
def test_quotients_are_exact_to_the_warehouses_digits(
    quantity: str | None, factor: str | None, expected: str | None
) -> None:
    line = {"quantity": quantity, "line_unit": {"conversionrate": factor}}
    assert in_line_unit("quantity")(line) == (None if expected is None else Decimal(expected))


def test_the_quantity_of_a_group_is_told_by_its_members_alone() -> None:
    group, member = {"itemtype": "Group", "quantity": "2"}, {"itemtype": "InvtPart", "quantity": "6"}
    assert [in_line_unit("quantity")(line) for line in (group, member)] == [None, 6]


@pytest.mark.parametrize(
    ("rate", "amount", "factor", "expected"),
    [
        ("2", "240", "12", "24"),
        ("24", "240", "12", "24"),
        ("24", "-240", "12", "24"),
        ("2", "-240", "12", "24"),
        ("-2", "240", "12", "-24"),
        ("2.08333333333333333333", "250", "12", "25"),
        ("2.08333333", "250", "12", "24.99999996"),
        ("2", None, "12", "24"),
        ("0", "0", "12", "0"),
        ("4", "240", "2", "4"),
        ("2", "240", "2", "4"),
        ("24", "240", "1", "24"),
        ("24", "240", None, "24"),
        (None, "240", "12", None),
    ],
)
def test_the_amount_tells_which_unit_a_rate_is_for(
    rate: str | None, amount: str | None, factor: str | None, expected: str | None
) -> None:
    line = {"rate": rate, "quantity": "120", "foreignamount": amount, "line_unit": {"conversionrate": factor}}
    found = unit_price(line)
    assert (found if found is None else Decimal(found)) == (None if expected is None else Decimal(expected))
