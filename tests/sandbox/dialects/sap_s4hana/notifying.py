"""Business events of purchase orders, handed on by an event broker that knows a token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.sandbox.dialect import OrderChange, Post, World
from tests.sandbox.dialects.sap_s4hana.names import order_number
from tests.sandbox.notifying import cloud_event

KINDS = {"created": "Created", "updated": "Changed"}
"""Orders are not deleted in SAP, but flagged, which is a change."""


def notify(world: World, changes: Sequence[OrderChange], secret: str) -> Iterator[Post]:
    """One post per event."""
    for change in changes:
        if change.kind in KINDS:
            kind = f"sap.s4.beh.purchaseorder.v1.PurchaseOrder.{KINDS[change.kind]}.v1"
            event = cloud_event(change, kind, "/default/sap.s4.beh/SANDBOX")
            body = event | {"data": {"PurchaseOrder": order_number(change.order)}}
            yield Post(body, {"Authorization": f"Bearer {secret}"}, "application/cloudevents+json")
