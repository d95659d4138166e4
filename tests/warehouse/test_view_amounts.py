"""Amounts and counts that analysts see of orders in several currencies, cancelled, returned, deleted and half done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.warehouse.orders import Order, load_orders, rows
from tests.warehouse.test_views import line, schedule

YEN = {"currency": "JPY", "company_currency": "EUR", "exchange_rate": Decimal("0.006")}
NOT_RELEASED = ("draft", "pending_approval", "closed", "cancelled", "deleted")
NOT_BOUGHT = ("draft", "pending_approval", "cancelled", "deleted")
EVERY_STATUS = ("approved", "sent", "partially_received", "received", "invoiced", *NOT_RELEASED)


def amounts(net: int, company: int) -> dict[str, Decimal]:
    return {"net_amount": Decimal(net), "net_amount_company": Decimal(company)}


def seen(engine: sa.Engine, view: str, *columns: str) -> list[Mapping[str, Any]]:
    """These columns of a view's rows."""
    found = rows(engine, f"SELECT {', '.join(columns)} FROM procurement.{view} ORDER BY 1, 2")
    return [dict(zip(columns, row, strict=True)) for row in found]


SHARES = [f"net_amount_to_{what}{suffix}" for what in ("receive", "invoice") for suffix in ("", "_company")]


def test_what_is_open_is_told_in_both_currencies_by_line_and_by_order(engine: sa.Engine) -> None:
    ((today,),) = rows(engine, "SELECT current_date")
    soon, later = today + timedelta(days=2), today + timedelta(days=9)
    half = line("10", quantity_received=4, quantity_invoiced=1, promised_delivery_date=later, **amounts(1000, 6))
    come = line("20", quantity_received=10, quantity_invoiced=2, promised_delivery_date=soon, **amounts(500, 3))
    paid = line("30", quantity_invoiced=10, **amounts(200, 2))
    over = line("40", quantity_received=10, quantity_invoiced=10, **amounts(7000, 42))
    load_orders(engine, Order(values=YEN, lines=(half, come, paid, over)))
    found = seen(engine, "open_order_lines", *SHARES, "currency", "company_currency", "due_date")
    told = [tuple(row.values()) for row in sorted(found, key=lambda row: -row["net_amount_to_invoice"])]
    assert told == [
        (600, Decimal("3.6"), 900, Decimal("5.4"), "JPY", "EUR", later),
        (0, 0, 400, Decimal("2.4"), "JPY", "EUR", soon),
        (200, 2, 0, 0, "JPY", "EUR", None),
    ]
    (order,) = seen(engine, "open_orders", *SHARES, "currency", "company_currency", "next_due_date")
    assert tuple(order.values()) == (800, Decimal("5.6"), 1300, Decimal("7.8"), "JPY", "EUR", later)
    (counts,) = seen(engine, "open_orders", "lines_to_receive", "lines_to_invoice")
    assert tuple(counts.values()) == (2, 2)


def test_what_is_late_is_told_in_both_currencies(engine: sa.Engine) -> None:
    ((past,),) = rows(engine, "SELECT current_date - 5")
    due = {"1": schedule(4, 0, None, promised_delivery_date=past)}
    parts = {"schedules": ("1",), "part_values": due}
    load_orders(engine, Order(values=YEN, lines=(replace(line("10", **amounts(1000, 6)), **parts),)))
    columns = ("net_amount_late", "net_amount_late_company", "currency", "company_currency", "days_late")
    (late,) = seen(engine, "late_lines", *columns)
    assert tuple(late.values()) == (400, Decimal("2.4"), "JPY", "EUR", 5)


def test_a_line_that_is_received_is_not_late_for_its_invoice(engine: sa.Engine) -> None:
    ((past,),) = rows(engine, "SELECT current_date - 5")
    load_orders(engine, Order(lines=(line(quantity_received=10, requested_delivery_date=past),)))
    assert seen(engine, "open_order_lines", "quantity_to_invoice", "due_date") != []
    assert seen(engine, "late_lines", "quantity_late", "due_date") == []


def test_a_line_is_due_as_promised_before_as_requested(engine: sa.Engine) -> None:
    asked, promised = date(2026, 5, 1), date(2026, 5, 8)
    dates = {"requested_delivery_date": asked, "promised_delivery_date": promised}
    load_orders(engine, Order("1", lines=(line(**dates),)), Order("2", values=dates, lines=(line(),)))
    assert rows(engine, "SELECT DISTINCT due_date FROM procurement.open_order_lines") == [(promised,)]


@pytest.mark.parametrize("net", [-50, 50])
def test_a_credit_that_is_ordered_by_its_amount_is_open_as_any_amount(engine: sa.Engine, net: int) -> None:
    load_orders(engine, Order(lines=(line(quantity_ordered=None, **amounts(net, net)),)))
    assert seen(engine, "open_orders", "net_amount_to_receive", "net_amount_to_invoice") == [
        {"net_amount_to_receive": net, "net_amount_to_invoice": net}
    ]


def test_open_lines_without_an_amount_are_counted_and_not_left_out_in_silence(engine: sa.Engine) -> None:
    known, foreign, unknown = (
        line("10", **amounts(100, 6)),
        line("20", net_amount=Decimal(50)),
        line("30", net_amount=None),
    )
    done = line("40", quantity_received=10, quantity_invoiced=10)
    load_orders(engine, Order(lines=(known, foreign, unknown, done)))
    amount, left_out = "net_amount_to_receive", "lines_without_net_amount"
    (found,) = seen(engine, "open_orders", amount, left_out, f"{amount}_company", f"{left_out}_company")
    assert tuple(found.values()) == (150, 1, 6, 2)


def test_returned_goods_are_not_awaited(engine: sa.Engine) -> None:
    back = line(quantity_ordered=-10, **amounts(-100, -100))
    load_orders(engine, Order(values={"order_type": "return"}, lines=(back,)))
    assert seen(engine, "open_order_lines", "quantity_to_receive", "order_id") == []


def test_an_order_is_open_once_it_is_released_and_until_it_is_over(engine: sa.Engine) -> None:
    load_orders(engine, *(Order(status, values={"status": status}, lines=(line(),)) for status in EVERY_STATUS))
    found = {row["order_number"] for row in seen(engine, "open_orders", "order_number", "status")}
    assert found == set(EVERY_STATUS) - set(NOT_RELEASED)


def bought(number: str, *, company: bool = True, **values: Any) -> Order:
    """An order whose amounts all differ."""
    names = ("subtotal_amount", "charges_amount", "discount_amount", "tax_amount", "total_amount")
    told = {name: Decimal(amount) for name, amount in zip(names, (100, 10, 5, 20, 125), strict=True)}
    told |= {f"{name}_company": 2 * amount for name, amount in told.items()} if company else {}
    return Order(number, values={"order_date": date(2026, 1, 5), "vendor_code": "V1", **told, **values})


def test_what_is_bought_is_all_but_drafts_cancelled_and_deleted_orders(engine: sa.Engine) -> None:
    orders = [bought(status, status=status, vendor_code=status) for status in EVERY_STATUS]
    load_orders(engine, *orders, replace(bought("gone", vendor_code="gone"), is_deleted=True), bought("untold"))
    found = {row["vendor_code"] for row in seen(engine, "spend_by_vendor_month", "vendor_code", "month")}
    assert found == {"V1", *EVERY_STATUS} - set(NOT_BOUGHT)


def test_each_amount_is_summed_by_itself_and_returns_take_away(engine: sa.Engine) -> None:
    back = bought("3", order_type="return", subtotal_amount=Decimal(-40), subtotal_amount_company=Decimal(-80))
    load_orders(engine, bought("1"), bought("2", company=False), back)
    names = ("subtotal_amount", "charges_amount", "tax_amount", "total_amount", "net_amount")
    company = ("subtotal_amount_company", "total_amount_company", "net_amount_company")
    (sums,) = seen(engine, "spend_by_vendor_month", "orders", *names, *company)
    assert tuple(sums.values()) == (3, 160, 30, 60, 375, 175, 120, 500, 140)


def test_currencies_are_never_summed_together(engine: sa.Engine) -> None:
    currencies = [("EUR", "EUR", "EUR"), ("USD", "USD", "EUR"), ("USD", "USD", "USD"), (None, "Taler", "EUR")]
    names = ("currency", "currency_source", "company_currency")
    told = [dict(zip(names, three, strict=True)) for three in (*currencies, currencies[0])]
    load_orders(engine, *(bought(str(number), **each) for number, each in enumerate(told)))
    found = rows(engine, f"SELECT {', '.join(names)}, orders, total_amount FROM procurement.spend_by_vendor_month")
    assert sorted(found, key=str) == sorted(
        [(*three, 1 + (three == currencies[0]), 125 * (1 + (three == currencies[0]))) for three in currencies], key=str
    )
