"""What a load is asked to do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True)
class GoneOrder:
    """An order that the source no longer has.

    ``status`` is the canonical status of an order that left the source's list without being deleted; None means deleted.
    ``evidence`` is one of `include.orderhouse.model.provenance.DELETE_EVIDENCE`.
    """

    source_order_id: str
    status: str | None
    evidence: str


@dataclass(frozen=True)
class LoadTask:
    """One load. ``counts`` are further columns of the ledger row, such as ``orders_extracted``."""

    connection: str
    customer: str
    connector: str
    sync_id: str
    mapping_version: int
    gone: tuple[GoneOrder, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

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

    Every staged copy of an order is counted once: inserted, updated, unchanged, older (no later than what the warehouse
    holds) or a duplicate (a further copy within the load).
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0
    duplicates: int = 0
    rejected: int = 0
    deleted: int = 0
    lines_written: int = 0
    lines_deleted: int = 0
    issues: int = 0

    @property
    def staged(self) -> int:
        """The staged copies of orders that the counts account for."""
        return self.inserted + self.updated + self.unchanged + self.older + self.duplicates

    def ledger(self) -> dict[str, int]:
        """The counts as columns of ``ops.sync``."""
        return {
            "orders_inserted": self.inserted,
            "orders_updated": self.updated,
            "orders_unchanged": self.unchanged,
            "orders_older": self.older,
            "orders_duplicate": self.duplicates,
            "orders_rejected": self.rejected,
            "orders_deleted": self.deleted,
            "lines_written": self.lines_written,
            "lines_deleted": self.lines_deleted,
            "issues": self.issues,
        }
