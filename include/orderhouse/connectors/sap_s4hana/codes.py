"""SAP's codes, and the states that its flags add up to, in canonical terms."""

from __future__ import annotations

ORDER_TYPES = {
    "NB": "standard", "FO": "standard", "UB": "other", "NB2C": "standard", "ENB": "standard",
    "item category 3": "subcontract", "item category 5": "drop_ship", "return items": "return",
}  # fmt: skip
"""Document types as SAP delivers them, and item categories 3 (subcontracting) and 5 (third party). A framework order
(FO) has no releases that would count in its place: invoices are posted with reference to it ("Blanket purchase order",
SAP's glossary)."""
ORDER_STATUSES = {
    "deleted": "deleted", "all items deleted": "cancelled", "held": "draft", "rejected": "draft",
    "in release": "pending_approval", "released": "approved", "without items": "approved",
    "partly delivered": "partially_received", "delivered": "received",
    "partly invoiced": "partially_invoiced", "delivered and invoiced": "closed", "nothing expected": "closed",
}  # fmt: skip
"""Deleting every item leaves the header untouched, so an order without living items is cancelled; archiving sets the
header's code, also of orders that were bought and are closed. Output to the vendor is no part of the services: what is
released counts as approved."""
APPROVAL_STATUSES = {"rejected": "rejected", "in release": "pending", "released": "approved"}
PROGRESS = {"none": "none", "partial": "partial", "full": "full"}

LINE_STATUSES = {
    "deleted": "cancelled", "open": "open", "partly delivered": "partially_received", "delivered": "received",
    "invoiced": "invoiced", "delivered and invoiced": "invoiced", "nothing expected": "closed",
}  # fmt: skip
"""The services tell no invoiced quantity. A line that is over counts as invoiced, so that the views expect no invoice
for what it received."""
LINE_TYPES = {"statistical": "text", "account assignment A": "asset", "service": "service", "goods": "goods"}
MATCH_POLICIES = {"no invoice": "none", "order": "two_way", "goods receipt": "three_way"}
