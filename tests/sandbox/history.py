"""The life of the company while it runs: what people and machines do to its orders, at the clock's present time.

Every function takes the company and the clock first, so that `Sandbox.act` and the control API can call it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tests.sandbox import lifecycle
from tests.sandbox.changes import ChangeKind
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company, DeletedOrder
from tests.sandbox.drafts import draft_line, draft_order, text_line
from tests.sandbox.order import ZERO, LineKind, Order


def create(company: Company, clock: Clock, seed: int | None = None) -> int:
    """A new order, released and sent; returns its id."""
    order = _new_order(company, clock.now(), seed)
    company.add(order)
    return order.id


def create_late(company: Company, clock: Clock, seconds: float, seed: int | None = None) -> int:
    """A new order dated now whose transaction commits that many seconds later; returns its id."""
    order = _new_order(company, clock.now(), seed)
    company.defer(clock.now() + timedelta(seconds=seconds), lambda: company.add(order))
    return order.id


def create_in_future(company: Company, clock: Clock, seconds: float, seed: int | None = None) -> int:
    """A new order whose timestamps lie that many seconds ahead, but which is visible now; returns its id."""
    order = _new_order(company, clock.now() + timedelta(seconds=seconds), seed)
    company.add(order)
    return order.id


def touch(company: Company, clock: Clock, order_id: int) -> None:
    """Save the header without changing it: only its timestamp moves."""
    lifecycle.edited(company, company.orders[order_id], clock.now(), ChangeKind.TOUCHED)


def touch_all(company: Company, clock: Clock, order_ids: Sequence[int]) -> None:
    """Touch these orders in one instant, as far as they exist."""
    at = clock.now()
    for order in filter(None, map(company.orders.get, order_ids)):
        lifecycle.edited(company, order, at, ChangeKind.TOUCHED)


def touch_some(company: Company, clock: Clock, count: int, seed: int = 0) -> list[int]:
    """Touch that many orders at random in one instant; returns their ids."""
    order_ids = Random(seed).sample(sorted(company.orders), min(count, len(company.orders)))
    touch_all(company, clock, order_ids)
    return order_ids


def change_header(company: Company, clock: Clock, order_id: int, memo: str) -> None:
    """Edit the memo."""
    order = company.orders[order_id]
    order.memo = memo
    order.revision += 1
    lifecycle.edited(company, order, clock.now(), ChangeKind.HEADER_EDITED)


def change_header_late(company: Company, clock: Clock, order_id: int, memo: str, seconds: float) -> None:
    """Edit the memo in a transaction that began now and commits that many seconds later, unless the order is gone."""
    began_at = clock.now()

    def commit() -> None:
        order = company.orders.get(order_id)
        if order is not None:
            order.memo = memo
            lifecycle.edited(company, order, max(began_at, order.modified_at), ChangeKind.HEADER_EDITED)

    company.defer(began_at + timedelta(seconds=seconds), commit)


def merge_vendor(company: Company, clock: Clock, order_id: int, vendor: str) -> None:
    """Give the order to another vendor behind the application's back: no timestamp moves."""
    order = company.orders[order_id]
    order.vendor = company.vendors[vendor].code
    company.note_silently(order)


def change_description(company: Company, clock: Clock, order_id: int, line_id: int, text: str) -> None:
    """Edit a line's description, which moves the line and in many systems not the header."""
    order = company.orders[order_id]
    line = order.line(line_id)
    line.description = text
    lifecycle.edited(company, order, clock.now(), ChangeKind.LINE_TEXT_EDITED, line)


def change_quantity(company: Company, clock: Clock, order_id: int, line_id: int, quantity: Decimal) -> None:
    """Order another quantity on a line."""
    order = company.orders[order_id]
    lifecycle.change_quantity(company, order, order.line(line_id), clock.now(), quantity)


def postpone_line(company: Company, clock: Clock, order_id: int, line_id: int, days: int) -> None:
    """Ask for a line and its schedules that many days later."""
    order = company.orders[order_id]
    line = order.line(line_id)
    step = timedelta(days=days)
    line.requested_date = line.requested_date and line.requested_date + step
    for schedule in line.schedules:
        schedule.requested_date = schedule.requested_date and schedule.requested_date + step
    lifecycle.edited(company, order, clock.now(), ChangeKind.LINE_DATE_EDITED, line)


def add_line(company: Company, clock: Clock, order_id: int, seed: int = 0) -> int:
    """Add a line; returns its id."""
    order = company.orders[order_id]
    line = draft_line(company, Random(f"line/{order_id}/{seed}"), order, _next_number(order))
    line.created_at = line.modified_at = clock.now()
    lifecycle.add_line(company, order, line, clock.now())
    return line.id


def add_note(company: Company, clock: Clock, order_id: int, text: str) -> int:
    """Add a note line; returns its id."""
    order = company.orders[order_id]
    note = text_line(company, order, _next_number(order), LineKind.NOTE, text, clock.now())
    lifecycle.add_line(company, order, note, clock.now())
    return note.id


def delete_line(company: Company, clock: Clock, order_id: int, line_id: int) -> None:
    """Delete a line from a living order."""
    order = company.orders[order_id]
    lifecycle.delete_line(company, order, order.line(line_id), clock.now())


def receive(
    company: Company, clock: Clock, order_id: int, line_id: int, quantity: Decimal, rejected: Decimal = ZERO
) -> None:
    """Receive a quantity of a line: a part, the whole, or more."""
    order = company.orders[order_id]
    lifecycle.receive(company, order, order.line(line_id), clock.now(), quantity, rejected)


def correct_receipt(company: Company, clock: Clock, order_id: int, line_id: int, quantity: Decimal) -> None:
    """Correct a line's last receipt: the line moves, in many systems the header does not."""
    order = company.orders[order_id]
    lifecycle.correct_receipt(company, order, order.line(line_id), clock.now(), quantity)


def invoice(company: Company, clock: Clock, order_id: int, line_id: int, quantity: Decimal) -> None:
    """Invoice a quantity of a line."""
    order = company.orders[order_id]
    lifecycle.invoice(company, order, order.line(line_id), clock.now(), quantity)


def cancel_line(company: Company, clock: Clock, order_id: int, line_id: int) -> None:
    """Cancel one line; systems without such lines close it, or serve it as it was."""
    order = company.orders[order_id]
    lifecycle.cancel_line(company, order, order.line(line_id), clock.now())


def close_line(company: Company, clock: Clock, order_id: int, line_id: int) -> None:
    """Expect nothing more on one line, whatever has come."""
    order = company.orders[order_id]
    lifecycle.close_line(company, order, order.line(line_id), clock.now())


def cancel(company: Company, clock: Clock, order_id: int) -> None:
    """Cancel the whole order."""
    lifecycle.cancel(company, company.orders[order_id], clock.now())


def flag_deleted(company: Company, clock: Clock, order_id: int) -> None:
    """Set the order's deletion flag; the order stays."""
    lifecycle.flag_deleted(company, company.orders[order_id], clock.now())


def short_close(company: Company, clock: Clock, order_id: int) -> None:
    """Close the order, whatever has not come."""
    lifecycle.close(company, company.orders[order_id], clock.now())


def delete(company: Company, clock: Clock, order_id: int) -> None:
    """Delete the order for good: the systems know nothing of it any more, the truth does."""
    company.deleted_orders[order_id] = DeletedOrder(company.orders.pop(order_id), clock.now())
    company.version += 1


def restore(company: Company, clock: Clock, backup: Mapping[int, Order]) -> None:
    """Put the orders of a backup in the place of those that there are: what has happened since never did."""
    saved = {order_id: order.change_count for order_id, order in company.orders.items()}
    company.orders.clear()
    for order_id, order in backup.items():
        company.orders[order_id] = deepcopy(order)
        company.orders[order_id].change_count += saved.get(order_id, 0)
        company.note_silently(company.orders[order_id])
        company.deleted_orders.pop(order_id, None)


def _new_order(company: Company, at: datetime, seed: int | None) -> Order:
    order_id = company.next_order_id()
    order = draft_order(company, Random(f"order/{order_id}/{seed}"), order_id, at)
    lifecycle.release(company, order, at)
    return order


def _next_number(order: Order) -> int:
    return max((line.number for line in order.lines), default=0) + 10
