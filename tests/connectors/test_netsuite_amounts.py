"""Amounts in company currency, whichever currency NetSuite's netamount is in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.netsuite import amounts
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import NAME, NOW, frames_of, serving
from tests.sandbox.generate import generate


@pytest.mark.parametrize(
    ("play", "origin"),
    [({}, "source"), ({"netamount": "transaction"}, "derived"), ({"absent": "transactionline.netamount"}, "derived")],
)
def test_company_amounts_are_in_company_currency(source_for: SourceFor, play: dict[str, str], origin: str) -> None:
    company = generate(5, orders=100, now=NOW)
    order = next(o for o in company.orders.values() if o.exchange_rate != 1)
    with serving(company, **play) as served:
        frames = frames_of(source_for(NAME, served), order)
    (told,) = frames["purchase_order"].to_pylist()
    lines = [line for line in frames["purchase_order_line"].to_pylist() if line["net_amount"]]
    assert (told["company_currency"], told["company_amounts"]) == (company.entity_of(order).currency, origin)
    parts = [
        (told[f"{name}_amount"], told[f"{name}_amount_company"]) for name in ("subtotal", "charges", "tax", "total")
    ]
    for amount, in_company in parts + [(line["net_amount"], line["net_amount_company"]) for line in lines]:
        assert abs(in_company - amount * order.exchange_rate) <= Decimal("0.05")


@pytest.mark.parametrize(
    ("bases", "column", "told"), [(1, "", "USD"), (2, "", None), (1, ",currency.isbasecurrency", None)]
)
def test_an_account_without_subsidiaries_has_the_currency_of_its_own(
    source_for: SourceFor, bases: int, column: str, told: str | None
) -> None:
    company = generate(5, orders=60, now=NOW)
    order = next(o for o in company.orders.values() if o.entity == "US01")
    if bases == 1:
        company.entities["DE01"] = replace(company.entities["DE01"], currency="USD")
    with serving(company, absent=f"subsidiary,transactionline.subsidiary{column}") as served:
        (found,) = frames_of(source_for(NAME, served), order)["purchase_order"].to_pylist()
    assert (found["company_code"], found["company_currency"]) == (None, told)


@pytest.mark.parametrize(
    ("rate", "net", "told"),
    [
        ("1.1", "-110", 110),
        ("1.1", "110", 110),
        ("1.1", "-100", None),
        ("1", "-100", 100),
        (None, "-110", 110),
        ("1.1", None, None),
        ("0.9", None, None),
    ],
)
def test_the_orders_own_rate_says_which_currency_the_net_amount_is_in(rate: Any, net: Any, told: int | None) -> None:
    order = {"exchangerate": rate, "main_line": {"foreignamount": "-100", "netamount": net}, "lines": []}
    assert amounts.total_of_company(order) == told
    assert amounts.sum_of_goods("netamount")(order) == (None if told is None else 0)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("facts", "tax"),
    [
        ({"foreigntotal": "80"}, 0),
        ({"foreigntotal": "96"}, None),
        ({"foreigntotal": None, "main_line": {"foreignamount": "96"}}, None),
        ({"foreigntotal": None, "main_line": {"foreignamount": "80"}}, 0),
        ({"foreigntotal": None, "main_line": {}}, 0),
        ({"foreigntotal": "96", "tax_lines": [{"taxline": "T", "foreignamount": "16"}]}, 16),
        ({"foreigntotal": "80", "tax_lines": [{"taxline": "T", "foreignamount": "0"}]}, 0),
    ],
)
def test_an_order_of_more_than_its_lines_without_tax_lines_has_no_tax_of_zero(
    facts: dict[str, Any], tax: int | None, sign: int
) -> None:
    """SuiteTax keeps taxes beside the lines."""
    goods = {"itemtype": "InvtPart", "rate": "100", "foreignamount": "100"}
    discount = {"itemtype": "Discount", "rate": "-20", "foreignamount": "-20"}
    subtotal = {"itemtype": "Subtotal", "foreignamount": "100"}
    order = {"lines": [goods, subtotal, discount], "tax_lines": [], **facts}
    lines = [{**line, "foreignamount": str(Decimal(line["foreignamount"]) * sign)} for line in order["lines"]]
    taxes = [{**line, "foreignamount": str(Decimal(line["foreignamount"]) * sign)} for line in order["tax_lines"]]
    assert amounts.sum_of_taxes("foreignamount")({**order, "lines": lines, "tax_lines": taxes}) == tax


def test_what_is_given_away_is_still_bought_and_taken_off() -> None:
    """A sum of zero does not say that purchases are signed as credits."""
    lines = [{"itemtype": "InvtPart", "foreignamount": "100"}, {"itemtype": "Discount", "foreignamount": "-100"}]
    order = {"lines": lines, "tax_lines": []}
    assert [amounts.signed("foreignamount")(line, order) for line in lines] == [100, -100]


@pytest.mark.parametrize("nothing", [{}, {"foreignamount": None}, {"foreignamount": ""}])
def test_a_line_without_an_amount_has_none_and_adds_none(nothing: dict[str, Any]) -> None:
    lines = [{"itemtype": "InvtPart", "rate": "5", **nothing}, {"itemtype": "InvtPart", "foreignamount": "7"}]
    order = {"lines": lines, "tax_lines": []}
    assert [amounts.signed("foreignamount")(line, order) for line in lines] == [None, 7]
    assert amounts.sum_of_goods("foreignamount")(order) == 7
