"""Webhooks on Purchase Order, one per document event, with the JSON of their form and its secret enabled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.sandbox.dialect import OrderChange, Post, World
from tests.sandbox.dialects.erpnext.orders import order_name
from tests.sandbox.notifying import signature


def notify(world: World, changes: Sequence[OrderChange], secret: str) -> Iterator[Post]:
    """One post per document."""
    for change in changes:
        body = {"doctype": "Purchase Order", "name": order_name(change.order, world.options.get("naming", "series"))}
        if change.kind == "deleted":
            body["event"] = "on_trash"
        yield Post(body, {"X-Frappe-Webhook-Signature": signature(body, secret)})
