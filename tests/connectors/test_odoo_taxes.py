"""Odoo says tax by tax whether it is included in prices, and lets an order, or one line, have both kinds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.connectors.odoo import CONNECTOR
from include.orderhouse.connectors.odoo.values.taxes import tax_code, tax_inclusive, tax_rate, unit_price
from tests.connectors.odoo_server import company, odoo, source
from tests.connectors.validated import odd_amounts
from tests.sandbox.company import Company

__all__ = ["company", "odoo", "source"]

Raw = dict[str, Any]


def tax(amount: str, **other: Any) -> Raw:
    return {"name": f"{amount}%", "amount": Decimal(amount), "amount_type": "percent", "price_include": False, **other}


def line(price: str, net: str, *taxes: Raw, **other: Any) -> Raw:
    sold = {"product_qty": Decimal(10), "discount": Decimal(0), "display_type": False}
    return {**sold, "price_unit": Decimal(price), "price_subtotal": Decimal(net), "taxes_id": list(taxes), **other}


INCLUDED, ADDED = tax("19", price_include=True), tax("7")
GST = {"name": "GST 18%", "amount": Decimal(18), "amount_type": "group", "price_include": False}
GST["children_tax_ids"] = [tax("9", name="SGST 9%"), tax("9", name="CGST 9%")]


def prices(*lines: Raw) -> tuple[bool, list[Any]]:
    order = {"order_line": list(lines)}
    return tax_inclusive(order), [unit_price(one, order) for one in lines]


def test_prices_stand_as_they_are_where_all_taxes_are_included_or_none_is() -> None:
    assert prices(line("11.90", "100", INCLUDED), line("5", "50")) == (True, [Decimal("11.90"), 5])
    assert prices(line("10", "100", ADDED), line("5", "50")) == (False, [10, 5])
    assert prices(line("10", "100")) == (False, [10])


def test_where_an_order_has_both_kinds_all_prices_are_before_tax() -> None:
    assert prices(line("11.90", "100", INCLUDED), line("5", "50", ADDED)) == (False, [10, 5])
    discounted = line("23.80", "150", INCLUDED, discount=Decimal(25))
    assert prices(discounted, line("5", "50", ADDED)) == (False, [20, 5])


def test_a_line_may_have_both_kinds_itself() -> None:
    assert prices(line("11.90", "100", INCLUDED, ADDED)) == (False, [10])


@pytest.mark.parametrize("other", [{"product_qty": Decimal(0)}, {"discount": Decimal(100)}])
def test_a_line_that_costs_nothing_keeps_its_price(other: Raw) -> None:
    assert prices(line("11.90", "0", INCLUDED, **other), line("5", "50", ADDED)) == (False, [Decimal("11.90"), 5])


def test_text_has_no_price() -> None:
    text = line("0", "0", display_type="line_note")
    assert prices(text, line("10", "100", ADDED)) == (False, [None, 10])


def test_a_group_of_taxes_is_called_by_its_name_and_levied_by_its_parts() -> None:
    """As in India: an order within a state has SGST and CGST."""
    assert (tax_code(line("10", "100", GST)), tax_rate(line("10", "100", GST))) == ("GST 18%", 18)
    parts = [{**part, "price_include": True} for part in GST["children_tax_ids"]]
    assert prices(line("11.80", "100", {**GST, "children_tax_ids": parts})) == (True, [Decimal("11.80")])
    hidden = {**GST, "children_tax_ids": [{"id": 7}]}
    assert tax_rate(line("10", "100", hidden)) is None


def test_prices_come_to_the_net_amounts_of_an_order_that_has_both_kinds(source: Source, company: Company) -> None:
    order = next(order for order in company.orders.values() if len(order.goods_lines) > 1)
    record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
    goods = [line for line in record["order_line"] if not line["display_type"]]
    goods[0]["taxes_id"] = [INCLUDED]
    goods[0]["price_unit"] *= Decimal("1.19")
    goods[1]["taxes_id"] = [ADDED]
    assert odd_amounts(CONNECTOR, source, record) == []
    goods[1]["price_unit"] *= 2
    assert [field for field, _ in odd_amounts(CONNECTOR, source, record)] == ["net_amount"]
