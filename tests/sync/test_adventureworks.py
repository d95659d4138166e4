"""A known company to the last digit: the folder of CSV files through each of the four dialects.

The folder is ``../shared/data/adventureworks`` beside the repository, or where ORDERHOUSE_ADVENTUREWORKS points.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT
from tests.sandbox.clock import Clock
from tests.sandbox.csv_company import read_company
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import Connect

FOLDER = Path(os.environ.get("ORDERHOUSE_ADVENTUREWORKS") or PROJECT.parent / "shared/data/adventureworks")
NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
INITIAL_DAYS = (NOW - datetime(2022, 1, 1, tzinfo=UTC)).days + 1

ORDERS, GOODS_LINES = 4_012, 8_845
NET_AMOUNT, FREIGHT, TOTAL = Decimal("63791994.8380"), Decimal("1583978.2263"), Decimal("70479332.6383")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder {FOLDER}; set ORDERHOUSE_ADVENTUREWORKS")


@dataclass(frozen=True)
class Carried:
    """What a source carries of an order beyond its goods lines."""

    total: bool
    charge_lines: bool
    """Freight is a line of its own; else it stands in an amount of the order."""


CARRIES = {
    "acumatica": Carried(total=True, charge_lines=True),  # a line of type Freight; OrderTotal
    "business_central": Carried(total=True, charge_lines=True),  # a line of type Charge (Item); the page has the totals
    "coupa": Carried(total=False, charge_lines=True),  # a line with an amount; total is without tax
    "dynamics_fo": Carried(total=False, charge_lines=False),  # a charge of the header; no taxes, no totals
    "erpnext": Carried(total=True, charge_lines=False),  # a row of taxes of type Actual; grand_total
    "netsuite": Carried(total=True, charge_lines=True),  # a line with an Other Charge item; foreigntotal
    "odoo": Carried(total=True, charge_lines=True),  # a line with a service product; amount_total
    "oracle_fusion": Carried(total=True, charge_lines=True),  # a line of a line type for freight; Total of the header
    "quickbooks": Carried(total=True, charge_lines=True),  # a category line with a freight account; TotalAmt
    "sap_business_one": Carried(total=True, charge_lines=False),  # freight is an expense of the document
    "sap_s4hana": Carried(total=False, charge_lines=False),  # a header condition; no taxes, no totals
    "xero": Carried(total=True, charge_lines=True),  # a line on a freight account; Total
}


@pytest.fixture(scope="module")
def systems() -> Iterator[Sandbox]:
    with sandbox(read_company(FOLDER), list(CARRIES), Clock(NOW), options={"odoo": {"version": "18"}}) as running:
        yield running


@pytest.mark.parametrize("connector", CARRIES)
def test_every_order_and_amount_is_there_to_the_last_digit(connector: str, systems: Sandbox, connect: Connect) -> None:
    carried = CARRIES[connector]
    system = connect(connector, systems, initial_days=INITIAL_DAYS)
    sync = system.sync()
    (orders,) = system.rows("""
        SELECT count(*) AS orders, sum(total_amount) AS total, sum(charges_amount) AS charges
        FROM procurement.purchase_order
    """)
    lines = {
        row["line_type"]: row
        for row in system.rows("""
            SELECT line_type, count(*) AS lines, sum(net_amount) AS net
            FROM procurement.purchase_order_line GROUP BY line_type
        """)
    }
    assert (sync["state"], sync["orders_inserted"], sync["orders_rejected"]) == ("succeeded", ORDERS, 0)
    assert (orders["orders"], lines["goods"]["lines"], lines["goods"]["net"]) == (ORDERS, GOODS_LINES, NET_AMOUNT)
    assert orders["total"] == (TOTAL if carried.total else None)
    assert orders["charges"] == FREIGHT
    assert (lines["charge"]["net"] if carried.charge_lines else lines.get("charge")) == (
        FREIGHT if carried.charge_lines else None
    )
