"""An automation rule on purchase orders that sends a webhook, its secret the password in the address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.sandbox.dialect import OrderChange, Post, World
from tests.sandbox.notifying import basic


def notify(world: World, changes: Sequence[OrderChange], secret: str) -> Iterator[Post]:
    """One post per record that was saved; the rule does not hear of deletions."""
    for change in changes:
        if change.kind != "deleted":
            body = {"_action": "Tell(#1)", "_id": change.order.id, "_model": "purchase.order", "id": change.order.id}
            yield Post(body, basic("odoo", secret))
