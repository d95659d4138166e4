"""The company read from the AdventureWorks tables agrees with them to the last digit."""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.csv_company import read_company
from tests.sandbox.living import live
from tests.sandbox.order import Stage
from tests.unit.sandbox.conftest import NOW

REPOSITORY = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("ORDERHOUSE_ADVENTUREWORKS", REPOSITORY.parent / "shared/data/adventureworks"))

pytestmark = pytest.mark.skipif(
    not (FOLDER / "purchase_order_header.csv").exists(),
    reason=f"no AdventureWorks tables in {FOLDER}; ORDERHOUSE_ADVENTUREWORKS names another folder",
)


@pytest.fixture(scope="module")
def adventure_works() -> Company:
    return read_company(FOLDER)


def test_all_orders_and_lines_are_there(adventure_works: Company) -> None:
    assert len(adventure_works.orders) == 4012
    assert sum(len(order.goods_lines) for order in adventure_works.orders.values()) == 8845


def test_net_amounts_and_totals_agree_to_the_last_digit(adventure_works: Company) -> None:
    orders = adventure_works.orders.values()
    assert sum(order.subtotal for order in orders) == Decimal("63791994.8380")
    assert sum(order.total for order in orders) == Decimal("70479332.6383")


def test_net_amounts_are_quantity_times_price(adventure_works: Company) -> None:
    assert all(line.net_amount == line.quantity * line.price for _, line in adventure_works.lines())


def test_the_status_codes_become_stages(adventure_works: Company) -> None:
    stages = Counter(order.stage for order in adventure_works.orders.values())
    assert stages == {Stage.PENDING_APPROVAL: 225, Stage.APPROVED: 12, Stage.REJECTED: 86, Stage.CLOSED: 3689}


def test_every_line_has_a_unit_that_the_company_knows(adventure_works: Company) -> None:
    used = {line.unit for _, line in adventure_works.lines()}
    assert used <= adventure_works.units.keys()
    assert all(adventure_works.units[unit].rec20 for unit in used if unit)


def test_it_lives_on_like_a_generated_company() -> None:
    company = read_company(FOLDER)
    live(company, Clock(frozen_at=NOW), 300, seed=5, seconds=60)
    assert company.last_order_id > 4012
