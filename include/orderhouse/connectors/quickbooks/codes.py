"""QuickBooks' codes in canonical terms."""

from __future__ import annotations

STATUSES = {
    "Open": "approved",
    "Open, sent": "sent",
    "Open, partly received": "partially_received",
    "Closed": "closed",
}
"""Values of ``PurchaseOrderStatusEnum``; an open order is told apart by ``EmailStatusEnum``, ``PrintStatusEnum`` and
what its lines have received. QuickBooks closes an order when all has come. (Intuit's Finance.xsd)"""

LINE_TYPES = {
    "charge": "charge",
    "documentation": "text",
    "Inventory": "goods",
    "NonInventory": "goods",
    "Group": "goods",
    "Service": "service",
    "ItemBasedExpenseLineDetail": "goods",
    "PurchaseOrderItemLineDetail": "goods",
    "AccountBasedExpenseLineDetail": "service",
    "TDSLineDetail": "charge",
    "DescriptionOnly": "text",
    "GroupLineDetail": "text",
    "SubTotalLineDetail": "text",
}
"""``ItemTypeEnum`` of the item, else ``LineDetailTypeEnum`` of the line (Intuit's Finance.xsd)."""
