"""Where a row comes from and what became of it: the columns that every canonical table carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from include.orderhouse.model.column import Column, Kind, column

T = TypeVar("T")

DELETE_EVIDENCE = ("flag", "tombstone", "absent_in_full_scan", "absent_in_order")


@dataclass(frozen=True, kw_only=True)
class SourceFacts(Generic[T]):
    """What a source tells about a record itself. A mapping gives what there is."""

    source_created_at: T | None = column(
        Kind.INSTANT, "When the record was created at the source", optional_to_map=True
    )
    source_modified_at: T | None = column(
        Kind.INSTANT, "When the record last changed at the source", optional_to_map=True
    )
    source_version: T | None = column(
        Kind.TEXT, "The source's version mark: etag, SyncToken, rowversion", optional_to_map=True
    )
    source_url: T | None = column(Kind.TEXT, "Address of the record at the source", optional_to_map=True)
    is_deleted: T | None = column(Kind.BOOLEAN, "The record is deleted at the source", optional_to_map=True)


IDENTITY = (
    Column("connection", Kind.TEXT, "The connection (one system of one customer) the row came through", required=True),
    Column("order_id", Kind.UUID, "Deterministic UUID of connection and source order id", required=True),
)
"""Every primary and foreign key begins with these."""

LOAD_FACTS = (
    Column("customer", Kind.TEXT, "The customer the connection belongs to", required=True),
    Column(
        "extracted_at", Kind.INSTANT, "Start of the fetch that read the row, on the warehouse's clock", required=True
    ),
    Column(
        "loaded_at",
        Kind.INSTANT,
        "When this version of the row was written to the warehouse; an order's own row is written with any below it",
        required=True,
    ),
    Column("sync_id", Kind.UUID, "The sync (`ops.sync`) that wrote this version of the row", required=True),
    Column("row_hash", Kind.TEXT, "Hash of the row's mapped content; equal hashes are not rewritten", required=True),
    Column("first_seen_at", Kind.INSTANT, "When the row first reached the warehouse", required=True),
    Column("is_stale", Kind.BOOLEAN, "A newer version of the order waits among the rejects", required=True),
    Column("deleted_at", Kind.INSTANT, "When the deletion was noticed"),
    Column("delete_evidence", Kind.TEXT, f"What proves the deletion: {', '.join(DELETE_EVIDENCE)}"),
)
"""Written by transform and load, never mapped."""
