"""SAP's business events: CloudEvents that hold the order's number and nothing else, under a password.

What forwards them (SAP Event Mesh, Advanced Event Mesh, an integration flow) sends the secret as Basic or Bearer
authentication.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse import wire
from include.orderhouse.cloud_events import cloud_events, message_id
from include.orderhouse.connectors.sap_s4hana.service import key_of
from include.orderhouse.notification import Call, Notice, Notifications, knows_password

KIND = "sap.s4.beh.purchaseorder.v1.PurchaseOrder."


def read(call: Call, _settings: Any) -> Notice:
    """The orders that were created or changed."""
    events = cloud_events(call)
    orders = [event.data for event in events if event.text("type").startswith(KIND)]
    keys = [key_of(wire.part(order, "", dict, of="the data of an event")) for order in orders]
    return Notice(tuple(dict.fromkeys(keys)), message_id=message_id(events))


NOTIFICATIONS = Notifications(is_genuine=knows_password, read=read)
