"""Deterministic ids: the same source record has the same UUID in every run, on every machine."""

from __future__ import annotations

from uuid import UUID, uuid5

NAMESPACE = UUID("6f1f9d0e-6a3b-5a6f-9c55-0d7a3c1b2e48")
SEPARATOR = "\x1f"


def order_id(connection: str, source_order_id: str) -> str:
    """The id of an order: of its connection and its key at the source."""
    return str(uuid5(NAMESPACE, f"{connection}{SEPARATOR}{source_order_id}"))


def child_id(parent: str, table: str, number: str) -> str:
    """The id of a row inside a parent: of the parent's id, the table and the row's own key."""
    return str(uuid5(UUID(parent), f"{table}{SEPARATOR}{number}"))
