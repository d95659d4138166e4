"""Business events of Finance & Operations, such as the confirmation of a purchase order, under a password.

They come by way of an Azure service or Power Automate, which sends the secret as Basic or Bearer authentication. An
event names the legal entity and the order; its own id is ``EventId``.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse import wire
from include.orderhouse.notification import Call, Notice, Notifications, knows_password


def read(call: Call, _settings: Any) -> Notice:
    """The one order. The legal entity is in capitals where OData tells it in small letters."""
    body = wire.decode(call.body)
    company, number = (
        wire.part(body, member, str, of="a business event") for member in ("LegalEntity", "PurchaseOrderNumber")
    )
    identity = body.get("EventId")
    return Notice((f"{company.lower()}/{number}",), message_id=str(identity) if identity else None)


NOTIFICATIONS = Notifications(is_genuine=knows_password, read=read)
