"""Intuit's webhooks: CloudEvents, several and of several companies in one post, signed in ``intuit-signature``.

The signature is the base64 of HMAC-SHA256 over the body with the app's verifier token. Posts of the form that Intuit
sent before (``eventNotifications``) are understood, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from include.orderhouse import wire
from include.orderhouse.cloud_events import cloud_events, latest_time, message_id
from include.orderhouse.connectors.quickbooks.settings import Settings
from include.orderhouse.notification import Call, Notice, Notifications, signed_in

KIND, OLD_KIND = "qbo.purchaseorder.", "PurchaseOrder"
Change = tuple[str, bool]
"""An order's id, and whether it was deleted."""


def read(call: Call, settings: Settings) -> Notice:
    """The orders of the connection's own company."""
    body = wire.decode(call.body)
    if isinstance(body, dict) and "eventNotifications" in body:
        return _notice(list(_old_changes(body, settings.realm_id)), None, None)
    events = cloud_events(call)
    changes = [
        (event.text("intuitentityid"), event.text("type").startswith(f"{KIND}deleted."))
        for event in events
        if event.text("type").startswith(KIND) and event.text("intuitaccountid") == settings.realm_id
    ]
    return _notice(changes, message_id(events), latest_time(events))


def _old_changes(body: dict[str, Any], realm_id: str) -> Iterator[Change]:
    for company in wire.part(body, "eventNotifications", list, of="a notification"):
        if wire.part(company, "realmId", str, of="a notification") != realm_id:
            continue
        for entity in wire.part(company, "dataChangeEvent.entities", list, of="a notification"):
            name, key, change = (
                wire.part(entity, member, str, of="a notification") for member in ("name", "id", "operation")
            )
            if name == OLD_KIND:
                yield key, change == "Delete"


def _notice(changes: list[Change], identity: str | None, sent_at: datetime | None) -> Notice:
    every = tuple(dict.fromkeys(key for key, _ in changes))
    return Notice(every, tuple(dict.fromkeys(key for key, is_deleted in changes if is_deleted)), identity, sent_at)


NOTIFICATIONS = Notifications(is_genuine=signed_in("intuit-signature"), read=read)
