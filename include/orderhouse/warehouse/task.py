"""What a load is asked to do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import psycopg

Cursor = psycopg.Cursor[Any]

ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.load:' || %(connection)s, 0))"
"""Waits until nothing else changes the connection's orders or rejects; held to the end of the transaction."""

MAP_AGAIN = "Nothing was loaded. Clear the transform task to map the raw pages again; report it if it comes back."
"""What to do where staged frames do not fit together."""

ABSENT = "absent_in_full_scan"
"""The evidence of an order that a scan of all keys, and then a read of its own, did not find."""


@dataclass(frozen=True)
class GoneOrder:
    """An order that the source no longer has.

    ``status`` is the canonical status of an order that left the source's list without being deleted; None is deleted.
    ``evidence`` is one of `include.orderhouse.model.provenance.DELETE_EVIDENCE`.
    """

    source_order_id: str
    status: str | None
    evidence: str
    proven_at: str | None = None
    """When that was seen, on the warehouse's clock, as ISO text; None is the start of the sync."""


@dataclass(frozen=True)
class LoadTask:
    """One load. ``counts`` are further columns of the ledger row, such as ``orders_extracted``."""

    connection: str
    customer: str
    sync_id: str
    mapping_version: int
    gone: tuple[GoneOrder, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    reject_alert: int = 10
    """More rejected orders than this are told as an event."""
    max_orders: int | None = None
    """The connection may hold no more than this after the load."""

    def facts(self, loaded_at: datetime) -> dict[str, Any]:
        """The parameters that the load's statements share."""
        return {
            "connection": self.connection,
            "customer": self.customer,
            "sync_id": self.sync_id,
            "mapping_version": self.mapping_version,
            "loaded_at": loaded_at,
        }


@dataclass(frozen=True)
class LoadCounts:
    """What a load did, in orders unless it says lines.

    Every staged order is counted once: inserted, updated, unchanged or older (no later than what the warehouse holds);
    so is every line: written, unchanged or older. Duplicates are further copies that were not staged.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0
    duplicates: int = 0
    rejected: int = 0
    deleted: int = 0
    lines_written: int = 0
    lines_unchanged: int = 0
    lines_older: int = 0
    lines_rejected: int = 0
    lines_deleted: int = 0
    issues: int = 0

    @property
    def read(self) -> dict[str, int]:
        """What must have been read for this load, by the ledger's columns."""
        orders = self.inserted + self.updated + self.unchanged + self.older + self.rejected
        lines = self.lines_written + self.lines_unchanged + self.lines_older + self.lines_rejected
        return {"orders_extracted": orders, "lines_extracted": lines}

    def ledger(self) -> dict[str, int]:
        """The counts as columns of ``ops.sync``."""
        return {column: getattr(self, name) for name, column in _LEDGER_COLUMNS.items()}

    @classmethod
    def of_ledger(cls, row: Mapping[str, Any]) -> Self:
        """The counts that a row of ``ops.sync`` holds."""
        return cls(**{name: row[column] for name, column in _LEDGER_COLUMNS.items()})


_LEDGER_COLUMNS = {
    "inserted": "orders_inserted",
    "updated": "orders_updated",
    "unchanged": "orders_unchanged",
    "older": "orders_older",
    "duplicates": "orders_duplicate",
    "rejected": "orders_rejected",
    "deleted": "orders_deleted",
    "lines_written": "lines_written",
    "lines_unchanged": "lines_unchanged",
    "lines_older": "lines_older",
    "lines_rejected": "lines_rejected",
    "lines_deleted": "lines_deleted",
    "issues": "issues",
}
