"""What can happen to an order, each at a given instant; the generator tells the past with it, `history` the present."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tests.sandbox import arithmetic
from tests.sandbox.changes import Change, ChangeKind
from tests.sandbox.company import Company, DeletedLine
from tests.sandbox.order import ZERO, Line, Order, Receipt, Stage


def move_to(company: Company, order: Order, stage: Stage, at: datetime) -> None:
    """Bring an order to another stage and note the instant where the stage has one."""
    order.stage = stage
    match stage:
        case Stage.APPROVED:
            order.approved_at = at
            order.approved_by = order.buyer
        case Stage.SENT:
            order.sent_at = at
        case Stage.ACKNOWLEDGED:
            order.acknowledged_at = at
        case Stage.CLOSED:
            order.closed_at = at
        case Stage.CANCELLED:
            order.cancelled_at = at
    _record(company, order, ChangeKind.STATUS_CHANGED, at, order.lines)


def release(company: Company, order: Order, at: datetime) -> None:
    """Approve and send an order that is not yet with its vendor."""
    if order.approved_at is None:
        move_to(company, order, Stage.APPROVED, at)
    move_to(company, order, Stage.SENT, at)


def receive(
    company: Company, order: Order, line: Line, at: datetime, quantity: Decimal, rejected: Decimal = ZERO
) -> None:
    """Book a receipt on one line, in its unit; more than ordered is an over-receipt."""
    line.receipts.append(Receipt(at, quantity, rejected))
    arithmetic.schedule_receipts(line)
    _record(company, order, ChangeKind.RECEIVED, at, [line])


def correct_receipt(company: Company, order: Order, line: Line, at: datetime, quantity: Decimal) -> None:
    """Set the quantity of the line's last receipt to what really came."""
    line.receipts[-1] = replace(line.receipts[-1], quantity=quantity)
    arithmetic.schedule_receipts(line)
    _record(company, order, ChangeKind.RECEIPT_CORRECTED, at, [line])


def invoice(company: Company, order: Order, line: Line, at: datetime, quantity: Decimal) -> None:
    """Book a vendor invoice over a quantity of one line."""
    line.quantity_invoiced += quantity
    _record(company, order, ChangeKind.INVOICED, at, [line])


def cancel(company: Company, order: Order, at: datetime) -> None:
    """Cancel the whole order with all its lines."""
    for line in order.goods_lines:
        line.is_cancelled = True
    move_to(company, order, Stage.CANCELLED, at)


def cancel_line(company: Company, order: Order, line: Line, at: datetime) -> None:
    """Cancel one line of a living order."""
    line.is_cancelled = True
    _record(company, order, ChangeKind.LINE_CLOSED, at, [line])


def close_line(company: Company, order: Order, line: Line, at: datetime) -> None:
    """Expect nothing more on a line, whatever has come."""
    line.is_closed = True
    _record(company, order, ChangeKind.LINE_CLOSED, at, [line])


def close(company: Company, order: Order, at: datetime) -> None:
    """Close the whole order; short, if something ordered has not come."""
    for line in order.goods_lines:
        line.is_closed = True
    move_to(company, order, Stage.CLOSED, at)


def flag_deleted(company: Company, order: Order, at: datetime) -> None:
    """Set the deletion flag; systems without one serve the order as cancelled."""
    order.is_flagged_deleted = True
    cancel(company, order, at)


def change_quantity(company: Company, order: Order, line: Line, at: datetime, quantity: Decimal) -> None:
    """Order another quantity; the last schedule takes the difference, or the first ones what is left."""
    line.quantity = quantity
    left = quantity
    for schedule in line.schedules:
        schedule.quantity = min(schedule.quantity, left)
        left -= schedule.quantity
    if line.schedules:
        line.schedules[-1].quantity += left
        line.schedules = [schedule for schedule in line.schedules if schedule.quantity > 0] or line.schedules[:1]
    arithmetic.schedule_receipts(line)
    arithmetic.price(line, company.digits(order.currency))
    _record(company, order, ChangeKind.LINE_AMOUNT_EDITED, at, [line])


def add_line(company: Company, order: Order, line: Line, at: datetime) -> None:
    """Add a line at the end of the order."""
    order.lines.append(line)
    _record(company, order, ChangeKind.LINE_ADDED, at, [line])


def delete_line(company: Company, order: Order, line: Line, at: datetime) -> None:
    """Delete a line from a living order; the company remembers it."""
    order.lines.remove(line)
    company.deleted_lines.append(DeletedLine(order.id, line, at))
    kind = ChangeKind.TEXT_LINE_DELETED if line.is_text else ChangeKind.LINE_DELETED
    _record(company, order, kind, at, [])


def edited(company: Company, order: Order, at: datetime, kind: ChangeKind, line: Line | None = None) -> None:
    """Note an edit that was made to the header's or a line's fields directly."""
    _record(company, order, kind, at, [] if line is None else [line])


def _record(company: Company, order: Order, kind: ChangeKind, at: datetime, lines: list[Line]) -> None:
    company.record(order, Change(kind, at, tuple(line.id for line in lines)))
