"""The contract of a connector, third part: people work at the source, between two syncs and during one."""

from __future__ import annotations

from datetime import timedelta

from include.orderhouse.connector import Window
from tests.contract.checks import Check
from tests.contract.differences import shown
from tests.contract.subject import Subject, records
from tests.sandbox import history

LONG_AGO = timedelta(days=2)


def a_line_that_changed_brings_its_order(subject: Subject) -> None:
    """H11: the window in which a line was changed holds its order, also where the order's own time does not move."""
    with subject.afresh() as own:
        served, start = own.served, own.served.clock.now() + timedelta(seconds=60)
        ids = own.order_ids()
        orders = [served.company.orders[number] for number in ids.values()]
        order = next(order for order in orders if order.is_open and order.modified_at < start - LONG_AGO)
        served.clock.advance(90)
        line = order.goods_lines[-1]
        served.act(history.change_quantity, order.id, line.id, line.quantity + 1)
        found = [ids[key] for key in own.keys(own.fetch(Window(start, None)))]
        assert order.id in found, (
            f"a line of order {order.number} was changed after {start}, but the order is not in the window from there"
        )


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


CHECKS_OF_CHANGE: tuple[Check, ...] = (
    a_line_that_changed_brings_its_order,
    what_moves_or_goes_meanwhile_hides_no_other,
)
