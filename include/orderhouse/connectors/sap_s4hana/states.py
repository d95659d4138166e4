"""The states of orders and items, told by SAP's flags.

Flags and their meaning: SAP notes 3416344 and 3070935 (status of a purchase order), and the labels of the fields.
"""

from __future__ import annotations

from include.orderhouse.connectors.sap_s4hana.amounts import received
from include.orderhouse.connectors.sap_s4hana.records import LINES, flags, is_deleted, lines, listed
from include.orderhouse.mapping import Record


def order_status(order: Record) -> str:
    """SAP's own precedence: deleted, held, rejected, in release; then what the items tell."""
    living = lines(order)
    if is_deleted(order):
        return "deleted"
    if not living and listed(order, *LINES):
        return "all items deleted"
    if order.get("PurchasingCompletenessStatus") is True:
        return "held"
    if order.get("PurchasingProcessingStatus") == "08":
        return "rejected"
    if order.get("ReleaseIsNotCompleted") is True:
        return "in release"
    delivered, invoiced = flags(living, "IsCompletelyDelivered"), flags(living, "IsFinallyInvoiced")
    if all(delivered) and all(invoiced):
        return "delivered and invoiced" if living else "without items"
    if any(invoiced):
        return "partly invoiced"
    if all(delivered):
        return "delivered"
    return "partly delivered" if any(delivered) or any(map(received, living)) else "released"


def approval_status(order: Record) -> str | None:
    """The release state: rejected, in release, released; nothing for orders that never were subject to it."""
    if order.get("PurchasingProcessingStatus") == "08":
        return "rejected"
    if order.get("ReleaseIsNotCompleted") is True:
        return "in release"
    return "released" if order.get("PurchasingProcessingStatus") == "05" else None


def receipt_status(order: Record) -> str | None:
    """How far the items are delivered; unknown where nothing is complete and no quantity is told (2.0)."""
    living = lines(order)
    done, quantities = flags(living, "IsCompletelyDelivered"), [received(line) for line in living]
    if living and all(done):
        return "full"
    if any(done) or any(quantities):
        return "partial"
    return "none" if living and all(quantity is not None for quantity in quantities) else None


def invoice_status(order: Record) -> str | None:
    """How far the items are finally invoiced; SAP's order tells nothing of invoices before the final one."""
    done = flags(lines(order), "IsFinallyInvoiced")
    return None if not any(done) else "full" if all(done) else "partial"


def order_type(order: Record) -> str | None:
    """The item category or return flag that all items share, else the document type."""
    found = listed(order, *LINES)
    if found and all(line.get("IsReturnsItem") is True for line in found):
        return "return items"
    categories = {line.get("PurchaseOrderItemCategory") for line in found}
    special = categories & {"3", "5"}
    if special and len(categories) == 1:
        return f"item category {special.pop()}"
    told = order.get("PurchaseOrderType")
    return str(told) if told else None


def line_status(line: Record) -> str:
    """Deletion code, then the delivery and final invoice indicators, then quantities where they are told."""
    delivered, invoiced = line.get("IsCompletelyDelivered") is True, line.get("IsFinallyInvoiced") is True
    if is_deleted(line):
        return "deleted"
    if delivered and invoiced:
        return "delivered and invoiced"
    if invoiced:
        return "invoiced"
    if delivered:
        return "delivered"
    return "partly delivered" if received(line) else "open"


def line_type(line: Record) -> str:
    """Account assignment to an asset, else product type group 2 (services) or item category 9 (service), else goods."""
    if line.get("AccountAssignmentCategory") == "A":
        return "account assignment A"
    is_service = line.get("ProductTypeCode", line.get("ProductType")) == "2"
    return "service" if is_service or line.get("PurchaseOrderItemCategory") == "9" else "goods"


def match_policy(line: Record) -> str:
    """What the invoice indicators of the item ask for."""
    if line.get("InvoiceIsExpected") is False:
        return "no invoice"
    needs_receipt = line.get("InvoiceIsGoodsReceiptBased") is True or line.get("GoodsReceiptIsExpected") is True
    return "goods receipt" if needs_receipt else "order"
