"""What has happened to an order: each system decides by the kind of a change which of its timestamps move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChangeKind(StrEnum):
    """What happened to an order; each system decides by it which of its timestamps move."""

    CREATED = "created"
    HEADER_EDITED = "header_edited"
    STATUS_CHANGED = "status_changed"
    LINE_AMOUNT_EDITED = "line_amount_edited"
    LINE_TEXT_EDITED = "line_text_edited"
    LINE_DATE_EDITED = "line_date_edited"
    LINE_ADDED = "line_added"
    LINE_DELETED = "line_deleted"
    TEXT_LINE_DELETED = "text_line_deleted"
    LINE_CLOSED = "line_closed"
    RECEIVED = "received"
    RECEIPT_CORRECTED = "receipt_corrected"
    INVOICED = "invoiced"
    TOUCHED = "touched"


HEADER_CHANGES = frozenset(
    {ChangeKind.CREATED, ChangeKind.HEADER_EDITED, ChangeKind.STATUS_CHANGED, ChangeKind.TOUCHED}
)
"""The changes that save the header record itself, and so move `Order.modified_at`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an order: what, when, and of which lines."""

    kind: ChangeKind
    at: datetime
    line_ids: tuple[int, ...] = ()
