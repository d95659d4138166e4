"""The contract of a connector, third part: people work at the source, between two syncs and during one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from include.orderhouse.connector import Window
from tests.contract.checks import Check, assert_resumed
from tests.contract.differences import assert_same, shown
from tests.contract.subject import Subject, records
from tests.sandbox import history

LONG_AGO = timedelta(days=2)
SOME = 3


def a_line_that_changed_brings_its_order(subject: Subject) -> None:
    """H11: the window in which lines were changed holds their orders, also where the orders' own time does not move.

    However small the pages, and also where a fetch goes on.
    """
    with subject.afresh() as own:
        served, start = own.served, own.served.clock.now() + timedelta(seconds=60)
        ids = own.order_ids()
        orders = [served.company.orders[number] for number in ids.values()]
        old = [order for order in orders if order.is_open and order.modified_at < start - LONG_AGO][:SOME]
        assert old, "no open order was last changed long ago"
        served.clock.advance(90)
        for order in old:
            line = order.goods_lines[-1]
            served.act(history.change_quantity, order.id, line.id, line.quantity + 1)
        window, small = Window(start, None), replace(own.source, page_size=1)
        found = [ids[key] for key in own.keys(records(own.connector.fetch(small, window)))]
        lost = {order.number for order in old if order.id not in found}
        assert not lost, f"a line of order {shown(lost)} was changed after {start}, but not in the window from there"
        assert_resumed(own, own.source, window, list(own.connector.fetch(own.source, window)))


def what_moves_or_goes_meanwhile_hides_no_other(subject: Subject) -> None:
    """H5, H18: orders that are saved or deleted while pages are read must not make others jump over the next page."""
    with subject.afresh() as own:
        dated = {key: at for key, at in own.identified(own.fetch()) if at is not None}
        start = sorted(dated.values())[len(dated) // 4]
        due = {key for key, at in dated.items() if at >= start}
        pages = own.connector.fetch(own.source, Window(start, None))
        came = own.keys(next(pages).records)
        numbers = own.order_ids()
        own.served.clock.advance(5)
        rest = sorted(due - set(came))
        for key in (rest[0], rest[len(rest) // 2], rest[-1]):
            own.served.act(history.touch, numbers[key])
        own.served.act(history.delete, numbers[came[0]])
        lost = due - set(came) - set(own.keys(records(pages)))
        assert not lost, (
            f"{shown(lost)} changed at {start} or later, but did not come from there on: after the first page other "
            "orders were saved and deleted. Page by a key that does not move, not by an offset or a time"
        )


def what_is_told_as_deleted_is_gone(subject: Subject) -> None:
    """H15: a feed of deletions tells each order that was deleted and none that lives, be it read in one go or not.

    Nothing is promised where the source has no such feed.
    """
    with subject.afresh() as own:
        served, start = own.served, own.served.clock.now() + timedelta(seconds=60)
        served.clock.advance(90)
        numbers = own.order_ids()
        *gone, living = sorted(numbers)[: SOME + 1]
        for key in gone:
            served.act(history.delete, numbers[key])
        served.act(history.touch, numbers[living])
        source, window = replace(own.source, page_size=1), Window(start, None)
        pages = list(own.connector.fetch(source, window))
        told = {key for page in pages for key in page.deleted}
        there = told & own.expected(served.company).keys()
        assert not there, f"{shown(there)} told as deleted, but the source has them"
        if told:
            assert_same(told & set(gone), gone, f"deleted after {start}, of what the pages from there tell as deleted")
            assert_resumed(own, source, window, pages)


CHECKS_OF_CHANGE: tuple[Check, ...] = (
    a_line_that_changed_brings_its_order,
    what_moves_or_goes_meanwhile_hides_no_other,
    what_is_told_as_deleted_is_gone,
)
