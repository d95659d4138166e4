"""Deterministic ids: the same source record has the same UUID in every run, on every machine.

They are UUIDs of version 5 (RFC 9562, 5.5). The standard library's objects would cost more than the hashes themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha1
from uuid import UUID

NAMESPACE = UUID("6f1f9d0e-6a3b-5a6f-9c55-0d7a3c1b2e48")
SEPARATOR = "\x1f"
VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit that holds the variant: its two highest bits are 10."""


def order_id(connection: str, source_order_id: str) -> str:
    """The id of an order: of its connection and its key at the source."""
    return _version_5(NAMESPACE.bytes, f"{connection}{SEPARATOR}{source_order_id}")


def child_ids(parents: Sequence[str | None], table: str, numbers: Sequence[str | None]) -> list[str | None]:
    """The ids of rows inside their parents: of each parent's id, the table and the row's own key; None without both."""
    namespaces = {parent: bytes.fromhex(parent.replace("-", "")) for parent in set(parents) if parent}
    return [
        _version_5(namespaces[parent], f"{table}{SEPARATOR}{number}") if parent and number else None
        for parent, number in zip(parents, numbers, strict=True)
    ]


def _version_5(namespace: bytes, name: str) -> str:
    digits = sha1(namespace + name.encode(), usedforsecurity=False).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{VARIANT[digits[16]]}{digits[17:20]}-{digits[20:32]}"
