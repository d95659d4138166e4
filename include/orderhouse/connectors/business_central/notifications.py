"""Subscriptions of Business Central: it posts which records changed, with the secret as ``clientState`` in each entry.

Before it subscribes or renews, it calls with ``validationToken`` and wants it back. Standard purchase orders cannot be
subscribed to everywhere; pages of one's own can.
"""

from __future__ import annotations

import hmac
import re
from typing import Any

from include.orderhouse import wire
from include.orderhouse.errors import UnexpectedShape
from include.orderhouse.notification import Call, Notice, Notifications

_RESOURCE = re.compile(r"companies\((?P<company>[0-9a-fA-F-]{36})\)/\w+\((?P<order>[0-9a-fA-F-]{36})\)$")
_TOKEN = re.compile(r"[\w.~+/=:-]{1,512}")


def greet(call: Call) -> str | None:
    """The token that Business Central wants to see again."""
    token = call.query.get("validationToken", "")
    return token if _TOKEN.fullmatch(token) else None


def is_genuine(call: Call, secret: str) -> bool:
    """Every entry knows the secret."""
    try:
        told = [wire.part(entry, "clientState", str, of="an entry") for entry in _entries(call)]
    except (ValueError, UnexpectedShape):
        return False
    return bool(told) and all([hmac.compare_digest(one.encode(), secret.encode()) for one in told])


def read(call: Call, _settings: Any) -> Notice:
    """The orders that changed. Of too many changes at once it tells none, only that there were some."""
    keys, deleted = [], []
    for entry in _entries(call):
        resource, change = (wire.part(entry, member, str, of="an entry") for member in ("resource", "changeType"))
        found = _RESOURCE.search(resource)
        if found is None:
            raise UnexpectedShape(
                f"A change of {resource[:200]}, which is no single order.",
                action="Nothing to do: Business Central says no more where many records changed at once.",
            )
        keys.append(f"{found['company'].lower()}/{found['order'].lower()}")
        if change == "deleted":
            deleted.append(keys[-1])
    return Notice(tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(deleted)))


def _entries(call: Call) -> list[Any]:
    return wire.part(wire.decode(call.body), "value", list, of="a notification")


NOTIFICATIONS = Notifications(is_genuine=is_genuine, read=read, greet=greet)
