"""Coupa's call-outs: a purchase order as the API gives it, in JSON, under a password.

What sends it (a call-out, a flow of the integration platform) authenticates with Basic or Bearer.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse import wire
from include.orderhouse.notification import Call, Notice, Notifications, knows_password


def read(call: Call, _settings: Any) -> Notice:
    """The one order; what has an id and no order number is something else."""
    body = wire.decode(call.body)
    wire.part(body, "po-number", str, of="a notification")
    return Notice((str(wire.part(body, "id", int, of="a notification")),))


NOTIFICATIONS = Notifications(is_genuine=knows_password, read=read)
