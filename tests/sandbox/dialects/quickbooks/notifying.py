"""Intuit's webhooks as CloudEvents: all changes of a moment in one post, signed with the verifier token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.sandbox.dialect import OrderChange, Post, World
from tests.sandbox.notifying import cloud_event, signature


def notify(world: World, changes: Sequence[OrderChange], secret: str) -> Iterator[Post]:
    """The changes of the realm's own orders."""
    realm = world.credentials["realm_id"]
    entity = world.options.get("entity", next(iter(world.company.entities)))
    events = [
        cloud_event(change, f"qbo.purchaseorder.{change.kind}.v1", "intuit.sandbox")
        | {"intuitentityid": str(change.order.id), "intuitaccountid": realm, "data": {}}
        for change in changes
        if change.order.entity == entity
    ]
    if events:
        yield Post(events, {"intuit-signature": signature(events, secret)})
