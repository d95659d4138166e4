"""Status codes of orders, lines and schedules, and when each of them was last updated."""

from __future__ import annotations

from datetime import datetime

from tests.sandbox.changes import ChangeKind
from tests.sandbox.order import Line, Order, Progress, Stage

NAMES = {
    "INCOMPLETE": "Incomplete", "PENDING APPROVAL": "Pending Approval", "REJECTED": "Rejected", "OPEN": "Open",
    "PENDING SUPPLIER ACKNOWLEDGMENT": "Pending Supplier Acknowledgment", "CANCELED": "Canceled", "CLOSED": "Closed",
    "CLOSED FOR RECEIVING": "Closed for Receiving", "CLOSED FOR INVOICING": "Closed for Invoicing",
    "FINALLY CLOSED": "Finally Closed", "PENDING CHANGE APPROVAL": "Pending Change Approval",
}  # fmt: skip
DRAFTS = {
    Stage.DRAFT: "INCOMPLETE", Stage.PENDING_APPROVAL: "PENDING APPROVAL", Stage.REJECTED: "REJECTED",
}  # fmt: skip

SAVES_HEADER = frozenset(
    {
        ChangeKind.CREATED,
        ChangeKind.HEADER_EDITED,
        ChangeKind.STATUS_CHANGED,
        ChangeKind.TOUCHED,
        ChangeKind.LINE_ADDED,
        ChangeKind.LINE_DELETED,
        ChangeKind.TEXT_LINE_DELETED,
    }
)
"""The vendor does not say what moves a header's LastUpdateDate; this is the least that it can be."""
SAVES_LINE = frozenset(
    {
        ChangeKind.STATUS_CHANGED,
        ChangeKind.LINE_AMOUNT_EDITED,
        ChangeKind.LINE_TEXT_EDITED,
        ChangeKind.LINE_DATE_EDITED,
        ChangeKind.LINE_CLOSED,
    }
)
SAVES_SCHEDULE = frozenset(
    {
        ChangeKind.LINE_AMOUNT_EDITED,
        ChangeKind.LINE_DATE_EDITED,
        ChangeKind.LINE_CLOSED,
        ChangeKind.RECEIVED,
        ChangeKind.RECEIPT_CORRECTED,
        ChangeKind.INVOICED,
    }
)


def is_draft(order: Order) -> bool:
    """Whether the document has not been approved yet, so that only the drafts list it."""
    return order.stage in DRAFTS


def has_change_order(order: Order) -> bool:
    """Some approved orders have a change order in work, which the drafts list beside the order that is in force."""
    return not is_draft(order) and order.id % 11 == 0


def status(order: Order) -> str:
    """The header's StatusCode, rolled up from its schedules: cancelled ones do not count, closed ones await nothing."""
    if order.stage in DRAFTS:
        return DRAFTS[order.stage]
    if order.stage is Stage.CANCELLED:
        return "CANCELED"
    if order.stage is Stage.CLOSED:
        return "FINALLY CLOSED" if order.is_short_closed else "CLOSED"
    lines = order.expected_lines
    received = bool(lines) and all(line.is_closed or line.quantity_received >= line.quantity for line in lines)
    invoiced = order.invoice_progress is Progress.FULL
    if received or invoiced:
        return _closed_for(received, invoiced)
    awaits = order.stage is Stage.SENT and order.id % 3 == 0 and order.receipt_progress is Progress.NONE
    return "PENDING SUPPLIER ACKNOWLEDGMENT" if awaits and order.invoice_progress is Progress.NONE else "OPEN"


def line_status(order: Order, line: Line) -> str:
    """The StatusCode of a line and its schedules."""
    if line.is_cancelled:
        return "CANCELED"
    if order.stage in DRAFTS:
        return DRAFTS[order.stage]
    received, invoiced = line.quantity_received >= line.quantity, line.quantity_invoiced >= line.quantity
    if line.is_closed:
        return "CLOSED" if received else "FINALLY CLOSED"
    return _closed_for(received, invoiced)


def _closed_for(received: bool, invoiced: bool) -> str:
    if received and invoiced:
        return "CLOSED"
    return "CLOSED FOR RECEIVING" if received else "CLOSED FOR INVOICING" if invoiced else "OPEN"


def header_updated_at(order: Order, moves_with_all: bool = False) -> datetime:
    """LastUpdateDate of the header: of its own record, or of anything in the order."""
    return order.changed_at(ChangeKind) if moves_with_all else order.changed_at(SAVES_HEADER)


def line_updated_at(order: Order, line: Line) -> datetime:
    """LastUpdateDate of a line's own record."""
    return _changed_at(order, line, SAVES_LINE)


def schedule_updated_at(order: Order, line: Line) -> datetime:
    """LastUpdateDate of a line's schedules, which receipts and invoices save."""
    return _changed_at(order, line, SAVES_SCHEDULE)


def _changed_at(order: Order, line: Line, kinds: frozenset[ChangeKind]) -> datetime:
    saved = (change.at for change in order.changes if change.kind in kinds and line.id in change.line_ids)
    return max(saved, default=line.created_at)
