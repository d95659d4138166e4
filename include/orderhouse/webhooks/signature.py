"""Signatures as the Standard Webhooks specification writes them (standardwebhooks.com, scheme ``v1``).

HMAC-SHA256 over ``<id>.<timestamp>.<body>``, in base64. A secret is ``whsec_`` and 24 to 64 bytes in base64; several,
apart by spaces, sign each for itself, so that a secret can be replaced without a gap.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def signing_keys(secrets: str) -> tuple[bytes, ...]:
    """The keys in the text of one or several secrets. Raises ValueError that says what is wrong, not what it is."""
    return tuple(_key(secret) for secret in secrets.split())


def signed_headers(keys: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers that go with a body."""
    timestamp = str(int(at.timestamp()))
    signatures = " ".join(f"v1,{_signature(key, message_id, timestamp, body)}" for key in keys)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signatures}


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"a signing secret is {PREFIX} and {_SHORTEST} to {_LONGEST} random bytes in base64")
    return key
