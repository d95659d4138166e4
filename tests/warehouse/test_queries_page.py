"""The queries that the documentation shows run as an analyst, and find what it says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.home import PROJECT
from tests.warehouse.orders import Line, Order, load_orders

PAGE = (PROJECT / "docs/queries.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
SHOWN = re.findall(r'scripts/orderhouse sql "(.*)"', (PROJECT / "README.md").read_text(encoding="utf-8"))


@pytest.fixture
def analyst(engine: sa.Engine) -> sa.Engine:
    """A warehouse with some orders of a bolt; its sessions are an analyst's."""
    bought = {"vendor_code": "V1", "vendor_tax_id": "DE 811.128", "status": "sent", "order_date": date(2026, 3, 1)}
    bolts = {"item_code": "BOLT-M8", "quantity_ordered": Decimal(2), "unit_conversion_factor": Decimal(100)}
    bolts |= {"requested_delivery_date": date(2026, 3, 9), "first_received_date": date(2026, 3, 11)}
    bolts |= {"quantity_received": Decimal(1), "quantity_invoiced": Decimal(0)}
    amounts = {"subtotal_amount_company": Decimal(50), "company_currency": "EUR", "custom_fields": '{"budget": 70.5}'}
    back = Line("20", {"item_code": "NUT", "quantity_ordered": Decimal(-1), "net_amount": Decimal(-5)})
    bolts |= {"net_amount": Decimal(50), "net_amount_company": Decimal(50), "cost_center": "WORKSHOP"}
    lines = (Line("10", bolts), back)
    load_orders(engine, Order("1", values={**bought, **amounts}, lines=lines))
    other = Order("2", values={**bought, "vendor_tax_id": "de811128"}, connection="acme_eu", is_deleted=True)
    load_orders(engine, other)
    return engine


def answer(engine: sa.Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as session:
        for statement in ("SET ROLE orderhouse_analyst", QUERIES[0]):
            session.exec_driver_sql(statement)
        return [dict(row) for row in session.exec_driver_sql(query).mappings()]


@pytest.mark.parametrize("query", [*QUERIES[1:], *SHOWN])
def test_a_query_of_the_documentation_finds_something(analyst: sa.Engine, query: str) -> None:
    assert answer(analyst, query)


def test_the_documentation_has_queries() -> None:
    assert (len(QUERIES), len(SHOWN)) >= (10, 2)


def test_the_price_of_an_item_is_that_of_one_stock_keeping_unit(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "BOLT-M8" in query]
    assert [row["price"] for row in answer(analyst, query)] == [Decimal("0.25")]
    dear = {"item_code": "BOLT-M8", "quantity_ordered": Decimal(1), "net_amount_company": Decimal(900)}
    not_bought: tuple[dict[str, Any], ...] = ({"status": "draft"}, {"status": "cancelled"}, {"order_type": "blanket"})
    load_orders(
        analyst,
        *(Order(f"not {number}", values=one, lines=(Line("10", dear),)) for number, one in enumerate(not_bought)),
        Order("by amount", values={"status": "sent"}, lines=(Line("10", dear | {"quantity_ordered": None}),)),
        Order("cancelled in part", values={"status": "sent"}, lines=(Line("10", dear | {"is_cancelled": True}),)),
    )
    assert [row["price"] for row in answer(analyst, query)] == [Decimal("0.25")]


def test_an_item_is_priced_by_the_unit_that_its_quantities_are_in(analyst: sa.Engine) -> None:
    """A source may tell the stock-keeping unit, but not how many of it make up what was ordered."""
    (query,) = [query for query in QUERIES if "BOLT-M8" in query]
    boxes = {"item_code": "BOLT-M8", "quantity_ordered": Decimal(2), "net_amount_company": Decimal(50)}
    units = {"unit": "BX", "base_unit": "C62"}
    load_orders(analyst, Order("3", values={"status": "sent"}, lines=(Line("10", boxes | units),)))
    assert {(row["unit"], row["price"]) for row in answer(analyst, query)} == {(None, Decimal("0.25")), ("BX", 25)}


def test_units_that_no_standard_has_are_not_added_to_each_other(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "BOLT-M8" in query]
    one = {"item_code": "BOLT-M8", "quantity_ordered": Decimal(2), "net_amount_company": Decimal(50)}
    crates = one | {"unit_source": "BX", "base_unit_source": "CRATE", "unit_conversion_factor": Decimal(5)}
    lines = (Line("10", one | {"unit_source": "FLY"}), Line("20", crates))
    load_orders(analyst, Order("3", values={"status": "sent"}, lines=lines))
    found = {(row["unit"], row["price"]) for row in answer(analyst, query)}
    assert found == {(None, Decimal("0.25")), ("FLY", 25), ("CRATE", 5)}


def test_what_is_late_without_a_known_amount_is_counted(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "late_lines" in query]
    values = {"quantity_ordered": Decimal(2), "requested_delivery_date": date(2026, 3, 9), "net_amount": Decimal(5)}
    load_orders(analyst, Order("3", values={"status": "sent", "vendor_name": "Acme"}, lines=(Line("10", values),)))
    (found,) = [row for row in answer(analyst, query) if row["vendor_name"] == "Acme"]
    assert (found["lines"], found["late"], found["left_out"]) == (1, None, 1)


def test_how_long_vendors_take_is_told_of_what_has_come(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "first_received_date - order_date" in query]
    values = {"vendor_name": "Acme", "order_date": date(2026, 3, 1), "promised_delivery_date": date(2026, 3, 10)}
    punctual, late = {"first_received_date": date(2026, 3, 10)}, {"first_received_date": date(2026, 3, 21)}
    lines = (Line("10", punctual), Line("20", late), Line("30", {}))
    load_orders(analyst, Order("3", values={"status": "sent", **values}, lines=lines))
    (found,) = [row for row in answer(analyst, query) if row["vendor_name"] == "Acme"]
    assert (found["lines"], found["days"], found["late"]) == (2, Decimal("14.5"), 1)


def test_a_vendor_is_late_by_the_day_it_confirmed_as_in_late_lines(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "first_received_date - order_date" in query]
    dates = {"requested_delivery_date": date(2026, 3, 10), "first_received_date": date(2026, 3, 15)}
    confirmed = [{"confirmed_delivery_date": date(2026, 3, day)} for day in (14, 15)]
    lines = tuple(Line(str(number), dates | one) for number, one in enumerate(confirmed))
    load_orders(analyst, Order("3", values={"vendor_name": "Acme", "order_date": date(2026, 3, 1)}, lines=lines))
    (found,) = [row for row in answer(analyst, query) if row["vendor_name"] == "Acme"]
    assert (found["lines"], found["late"]) == (2, 1)


def test_spend_by_category_is_of_lines_that_were_bought_and_not_cancelled(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "SELECT category" in query]
    values = {"category": "BOLTS", "net_amount_company": Decimal(900)}
    untold, text = {"category": "BOLTS"}, {"category": "BOLTS", "line_type": "text"}
    lines = [
        Line(str(number), one) for number, one in enumerate((values, values | {"is_cancelled": True}, untold, text))
    ]
    not_bought = ({"status": "pending_approval"}, {"status": "deleted"}, {"order_type": "blanket"})
    load_orders(
        analyst,
        Order("3", values={"status": "sent", "company_currency": "EUR"}, lines=tuple(lines)),
        *(Order(f"not {number}", values=one, lines=(Line("10", values),)) for number, one in enumerate(not_bought)),
    )
    found = [row for row in answer(analyst, query) if row["category"]]
    assert found == [{"category": "BOLTS", "company_currency": "EUR", "spend": Decimal(900), "left_out": 1}]


def test_spend_by_cost_centre_is_of_whole_lines_or_of_each_share(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "AS cost_center" in query]
    bought = {"net_amount": Decimal(80), "net_amount_company": Decimal(100), "quantity_ordered": Decimal(4)}
    shares: dict[str, dict[str, Any]] = {
        "1": {"cost_center": "A", "percent": Decimal(25)},
        "2": {"cost_center": "B", "amount": Decimal(20)},
        "3": {"cost_center": "B", "quantity": Decimal(1)},
        "4": {"project": "P", "percent": Decimal(25)},
    }
    halves = {number: {"cost_center": "A", "percent": Decimal(50)} for number in ("1", "2")}
    lines = (
        Line("10", bought, distributions=tuple(shares), part_values=shares),
        Line("20", bought | {"cost_center": "A"}, distributions=("1", "2"), part_values=halves),
        Line("30", bought | {"cost_center": "A", "is_cancelled": True}),
        Line("40", bought),
    )
    once = {"5": {"cost_center": "GONE", "percent": Decimal(10)}, **shares}
    before = Line("10", bought, distributions=tuple(once), part_values=once)
    order = Order("3", values={"status": "sent", "company_currency": "EUR"}, lines=(before, *lines[1:]))
    load_orders(analyst, order)
    load_orders(analyst, replace(order.at(version=3, fetched=4), lines=lines))
    found = [(row["cost_center"], row["spend"]) for row in answer(analyst, query)]
    assert sorted(found) == [("A", Decimal(125)), ("B", Decimal(50)), ("WORKSHOP", Decimal(50))]


def test_what_is_received_and_not_invoiced_is_told_and_the_other_way_round(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "quantity_received <> quantity_invoiced" in query]
    ordered = {"quantity_ordered": Decimal(4), "net_amount": Decimal(100)}
    early = ordered | {"quantity_received": Decimal(1), "quantity_invoiced": Decimal(4)}
    untold, done = ordered | {"quantity_received": Decimal(1)}, early | {"quantity_received": Decimal(4)}
    lines = (Line("10", early), Line("20", untold), Line("30", done), Line("40", early | {"line_type": "charge"}))
    blanket = Order("4", values={"order_type": "blanket"}, lines=(Line("10", early),))
    load_orders(analyst, Order("3", lines=lines), blanket)
    found = [(row["quantity"], row["net_amount"]) for row in answer(analyst, query)]
    assert sorted(found) == [(Decimal(-3), Decimal(-75)), (Decimal(1), Decimal(25))]


def test_one_vendor_is_found_under_several_spellings_of_its_tax_number(analyst: sa.Engine) -> None:
    (query,) = [query for query in QUERIES if "known_as" in query]
    assert answer(analyst, query) == [{"tax_id": "DE811128", "known_as": ["acme_eu V1", "acme_us V1"]}]
