"""Frappe's webhooks: JSON as the webhook's settings make it, signed in ``X-Frappe-Webhook-Signature``.

The signature is the base64 of HMAC-SHA256 over the body; the JSON needs ``doctype`` and ``name``, and ``event`` where
a deletion is to be told.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse import wire
from include.orderhouse.connectors.erpnext.assembly import ORDER
from include.orderhouse.errors import UnexpectedShape
from include.orderhouse.notification import Call, Notice, Notifications, signed_in

DELETION = "on_trash"


def read(call: Call, _settings: Any) -> Notice:
    """The one order that changed."""
    body = wire.decode(call.body)
    kind, name = (wire.part(body, member, str, of="a notification") for member in ("doctype", "name"))
    if kind != ORDER:
        raise UnexpectedShape(f"A notification about a {kind}.", action="Let the webhook be on purchase orders.")
    return Notice((name,), (name,) if body.get("event") == DELETION else ())


NOTIFICATIONS = Notifications(is_genuine=signed_in("x-frappe-webhook-signature"), read=read)
