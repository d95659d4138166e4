"""Which orders syncs read again or look for, by what the warehouse knows of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import sqlalchemy as sa

from include.orderhouse.warehouse.load import GoneOrder
from include.orderhouse.warehouse.records.raw import count_living, open_orders, states_of
from tests.warehouse.orders import Line, Order, load_orders


def order(number: str, status: str | None = "closed", order_type: str | None = None, *lines: Line) -> Order:
    return Order(number, values={"status": status, "order_type": order_type}, lines=lines)


def moved(received: int | None, invoiced: int | None, number: str = "10", is_deleted: bool = False) -> Line:
    quantities = {"quantity_received": received, "quantity_invoiced": invoiced}
    values = {name: None if value is None else Decimal(value) for name, value in quantities.items()}
    return Line(number, {"quantity_ordered": Decimal(10), "is_deleted": is_deleted, **values})


def test_what_awaits_its_release_goods_or_an_invoice_is_read_again(engine: sa.Engine) -> None:
    awaiting = [
        order("draft", "draft"),
        order("pending", "pending_approval"),
        order("goods", "sent", None, moved(4, 4)),
        order("invoice of a closed one", "closed", None, moved(10, 4)),
        order("blanket", "sent", "blanket"),
        order("blanket of unknown status", None, "blanket"),
    ]
    settled = [
        order("closed", "closed", None, moved(10, 10)),
        order("more invoices than goods", "closed", None, moved(4, 10)),
        order("deleted line", "closed", None, moved(10, 4, is_deleted=True)),
        *(order(f"{status} blanket", status, "blanket") for status in ("closed", "cancelled", "deleted")),
        replace(order("deleted draft", "draft"), is_deleted=True),
        replace(order("flagged blanket", "sent", "blanket"), is_deleted=True),
        replace(order("deleted", "closed", None, moved(10, 4)), is_deleted=True),
    ]
    load_orders(engine, *awaiting, *settled)
    load_orders(engine, *(replace(each, connection="acme_eu", number=f"other {each.number}") for each in awaiting))
    assert open_orders(engine, "acme_us") == {each.number for each in awaiting}


def test_an_order_has_begun_when_something_of_it_was_received_or_invoiced(engine: sa.Engine) -> None:
    load_orders(
        engine,
        order("received", "sent", None, moved(None, None), moved(1, 0, "20")),
        order("invoiced", "closed", None, moved(0, 1)),
        order("untouched", None, None, moved(0, 0)),
        order("deleted line", "sent", None, moved(1, 1, is_deleted=True)),
        order("another", "sent", None, moved(1, 1)),
    )
    load_orders(engine, replace(order("elsewhere", "sent", None, moved(1, 1)), connection="acme_eu"))
    asked = ["received", "invoiced", "untouched", "deleted line", "elsewhere", "never seen"]
    assert states_of(engine, "acme_us", asked) == {
        "received": ("sent", True),
        "invoiced": ("closed", True),
        "untouched": (None, False),
        "deleted line": ("sent", False),
    }


def test_of_the_orders_that_vanish_those_count_that_were_not_known_to_be_gone(engine: sa.Engine) -> None:
    """H17: a feed tells deletions again that are long marked."""
    load_orders(engine, *(order(number) for number in "12345"), replace(order("6"), is_deleted=True))
    load_orders(engine, replace(order("1"), connection="acme_eu"))
    gone = (GoneOrder("1", None, "tombstone"), GoneOrder("2", "closed", "absent_in_full_scan"))
    load_orders(engine, gone=gone)
    assert count_living(engine, "acme_us", ["1", "2", "3", "6", "never seen"]) == (3, 1)
    assert count_living(engine, "acme_us", []) == (3, 0)
