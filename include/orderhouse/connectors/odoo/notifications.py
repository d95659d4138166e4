"""The webhooks of Odoo's automation rules (17 and later): a POST with the record's model and id, unsigned.

Odoo sends to the URL of the rule and nothing else, so the secret is the password in that URL; it travels as Basic
authentication.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse import wire
from include.orderhouse.connectors.odoo.assembly import ORDER
from include.orderhouse.errors import UnexpectedShape
from include.orderhouse.notification import Call, Notice, Notifications, knows_password


def read(call: Call, _settings: Any) -> Notice:
    """The one order that changed. A rule on another model must send an order, else it is not understood."""
    body = wire.decode(call.body)
    model = wire.part(body, "_model", str, of="a notification")
    if model != ORDER:
        raise UnexpectedShape(f"A notification about {model}.", action="Let the rule be on purchase orders.")
    return Notice((str(wire.part(body, "_id", int, of="a notification")),))


NOTIFICATIONS = Notifications(is_genuine=knows_password, read=read)
