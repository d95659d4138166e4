"""What a source posts of its own accord when orders change: who it is from, and which orders it names.

A notification is only a hint. The orders it names are read from the source; nothing else in it is believed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Call:
    """A request as it came. Names of headers are in lower case."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Notice:
    """What a notification says."""

    order_ids: tuple[str, ...] = ()
    """Source ids of the orders it names; none where it concerns something else, or another company."""
    deleted_ids: tuple[str, ...] = ()
    """Those among them that it says are deleted."""
    message_id: str | None = None
    """The sender's own id of it, the same whenever it is sent again; None where the sender gives none."""
    sent_at: datetime | None = None
    """When it was made, where the signature covers that."""


Verify = Callable[[Call, str], bool]
"""Whether a call is from someone who knows the secret. Compares in constant time; never raises."""


@dataclass(frozen=True, kw_only=True)
class Notifications:
    """How one kind of source notifies."""

    is_genuine: Verify
    read: Callable[[Call, Any], Notice]
    """The call and the connection's settings. Raises ValueError or UnexpectedShape for what it does not understand."""
    greet: Callable[[Call], str | None] = lambda call: None
    """The plain text that answers a call by which the source looks whether somebody is there; None for any other."""


def signed_in(header: str) -> Verify:
    """The header holds the base64 of HMAC-SHA256 over the body, with the secret as key."""

    def is_genuine(call: Call, secret: str) -> bool:
        expected = base64.b64encode(hmac.digest(secret.encode(), call.body, hashlib.sha256))
        return hmac.compare_digest(call.headers.get(header, "").strip().encode(), expected)

    return is_genuine


def knows_password(call: Call, secret: str) -> bool:
    """The secret stands in the Authorization header: as the password of Basic (any user), or as Bearer."""
    scheme, _, told = call.headers.get("authorization", "").partition(" ")
    given = told.strip().encode()
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).partition(b":")[2]
        except binascii.Error:
            given = b""
    elif scheme.lower() != "bearer":
        given = b""
    return hmac.compare_digest(given, secret.encode())
