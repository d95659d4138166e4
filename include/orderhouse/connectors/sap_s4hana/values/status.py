"""How far an order has come, by its own flags and those of its items.

Flags and their meaning: SAP notes 3416344 and 3070935 (status of a purchase order), and the labels of the fields.
"""

from __future__ import annotations

from include.orderhouse.connectors.sap_s4hana.values import (
    DELETION,
    LINES,
    LIVING,
    is_cancelled,
    is_deleted,
    listed,
    living,
)
from include.orderhouse.connectors.sap_s4hana.values.progress import (
    GOODS,
    INVOICE,
    STEPS,
    Step,
    expects,
    is_done,
    received,
)
from include.orderhouse.mapping import Record, derived_from, within

RELEASE = ("PurchasingProcessingStatus", "ReleaseIsNotCompleted")
_ITEMS = (*LIVING, *within(LINES, *STEPS, received))


@derived_from(*DELETION, "PurchasingCompletenessStatus", *_ITEMS, *RELEASE)
def status(order: Record) -> str:
    """Deletion, held, rejection, release, then the items.

    This is SAP's own precedence.
    """
    if is_deleted(order):
        return "deleted"
    lines = listed(order, LINES)
    if lines and all(map(is_cancelled, lines)):
        return "all items deleted"
    if order.get("PurchasingCompletenessStatus") is True:
        return "held"
    release = approval_status(order)
    return str(release) if release in ("rejected", "in release") else _come(order)


def _come(order: Record) -> str:
    """How far the items have come, by what is expected of them."""
    if not living(order):
        return "without items"
    delivered, invoiced = _done(order, GOODS), _done(order, INVOICE)
    if not delivered and not invoiced:
        return "nothing expected"
    if all(delivered) and all(invoiced):
        return "delivered and invoiced"
    if any(invoiced):
        return "partly invoiced"
    receipt = receipt_status(order)
    return {"full": "delivered", "partial": "partly delivered"}.get(str(receipt), "released")


@derived_from(*RELEASE)
def approval_status(order: Record) -> str | None:
    """Release state.

    Nothing for orders that never were subject to it.
    """
    if order.get("PurchasingProcessingStatus") == "08":
        return "rejected"
    if order.get("ReleaseIsNotCompleted") is True:
        return "in release"
    return "released" if order.get("PurchasingProcessingStatus") == "05" else None


@derived_from(*_ITEMS)
def receipt_status(order: Record) -> str | None:
    """Delivery indicators and open quantities of the items that expect a goods receipt.

    Unknown where nothing is complete and no quantity is told (2.0), and where none expects one.
    """
    done, quantities = _done(order, GOODS), [received(line) for line in _expecting(order, GOODS)]
    if done and all(done):
        return "full"
    if any(done) or any(quantities):
        return "partial"
    return "none" if done and None not in quantities else None


@derived_from(*LIVING, *within(LINES, *STEPS))
def invoice_status(order: Record) -> str | None:
    """Final invoice indicators of the items that expect an invoice.

    SAP's order tells nothing of invoices before the final one.
    """
    done = _done(order, INVOICE)
    return None if not any(done) else "full" if all(done) else "partial"


def _expecting(order: Record, step: Step) -> list[Record]:
    return [line for line in living(order) if expects(line, step)]


def _done(order: Record, step: Step) -> list[bool]:
    return [is_done(line, step) for line in _expecting(order, step)]
