"""The tables of the schema ``ops``: what syncs need to run, and what they leave behind."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from include.orderhouse.warehouse.schema import OPS
from include.orderhouse.warehouse.schema import metadata as metadata

TEXT = sa.Text()
COUNT = sa.BigInteger()
INSTANT = sa.DateTime(timezone=True)
UUID = sa.Uuid(as_uuid=False)


def column(name: str, kind: sa.types.TypeEngine[Any], comment: str, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, comment=comment, nullable=not required)


def _connection() -> sa.Column[Any]:
    return column("connection", TEXT, "The connection: one system of one customer", required=True)


def _customer() -> sa.Column[Any]:
    return column("customer", TEXT, "The customer the connection belongs to", required=True)


def _order_key(required: bool = True) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        column("order_id", UUID, "Deterministic UUID of connection and source order id", required),
        column("source_order_id", TEXT, "The source's own key of the order", required),
    )


def _version() -> tuple[sa.Column[Any], ...]:
    return (
        column(
            "version_at", INSTANT, "Modification time at the source, capped at the fetch; first part of the version"
        ),
        column("fetched_at", INSTANT, "Start of the fetch, on the warehouse's clock; second part of the version", True),
        column("mapping_version", COUNT, "`ops.mapping_version` it was mapped with; last part of the version", True),
    )


def _payload(required: bool) -> tuple[sa.Column[Any], ...]:
    told = "Everything the source gave about the order: JSON, compressed, sealed under the customer's key"
    return (
        column("payload", sa.LargeBinary(), told, required),
        column("payload_hash", UUID, "Keyed fingerprint of the payload: the same for the same content"),
    )


def _sync_id(what: str) -> sa.Column[Any]:
    return column("sync_id", UUID, f"The sync (`ops.sync`) that {what}", required=True)


sync = sa.Table(
    "sync",
    metadata,
    _connection(),
    column("sync_id", UUID, "Id of the sync", required=True),
    _customer(),
    column("connector", TEXT, "The kind of source system", required=True),
    column("mode", TEXT, "initial, incremental, full_resync, window, reconcile, orders, remap or replay", True),
    column("run_id", TEXT, "The run that the sync belongs to; in Airflow the id of DAG and run", required=True),
    column("triggered_by", TEXT, "scheduled, manual, backfill, command line or a user's name", required=True),
    column("state", TEXT, "running, succeeded, stopped (its checks forbade the load) or failed", required=True),
    column("attempts", COUNT, "How often the sync was started", required=True),
    column("window_start", INSTANT, "Start of the extracted window, inclusive; NULL is the beginning of time"),
    column("window_end", INSTANT, "End of the extracted window, exclusive"),
    column("watermark_before", INSTANT, "The watermark as the sync found it"),
    column(
        "watermark_after", INSTANT, "The watermark as the sync left it; NULL where it does not concern the watermark"
    ),
    column("scope", JSONB(), "What the connection covered: companies and filters"),
    column("mapping_version", COUNT, "`ops.mapping_version` the orders were mapped with", required=True),
    column("started_at", INSTANT, "When the sync began with what it reads: retries go on with that", required=True),
    column("finished_at", INSTANT, "When it succeeded, stopped or failed"),
    column("calls", COUNT, "Requests sent to the source"),
    column("source_count", COUNT, "How many orders the source says the window has"),
    column("orders_extracted", COUNT, "Orders read, each once: inserted, updated, unchanged, older or rejected"),
    column("lines_extracted", COUNT, "Lines of these orders: written, unchanged, older or rejected"),
    column("orders_outside_window", COUNT, "Orders the source returned although they lie outside the window"),
    column("orders_inserted", COUNT, "Orders new to the warehouse"),
    column("orders_updated", COUNT, "Orders whose content changed"),
    column("orders_unchanged", COUNT, "Orders that were read again with the same content"),
    column("orders_older", COUNT, "Orders no later than what the warehouse holds"),
    column("orders_duplicate", COUNT, "Further copies of orders that were read; only the latest of each counts"),
    column("orders_rejected", COUNT, "Rejected orders"),
    column("orders_deleted", COUNT, "Orders newly marked as deleted"),
    column("lines_written", COUNT, "Lines inserted or rewritten"),
    column("lines_unchanged", COUNT, "Lines that were read again with the same content"),
    column("lines_older", COUNT, "Lines of orders no later than what the warehouse holds"),
    column("lines_rejected", COUNT, "Lines of rejected orders, as far as they could be told"),
    column("lines_deleted", COUNT, "Lines newly marked as deleted because their order no longer has them"),
    column("issues", COUNT, "Oddities noted in `ops.issue`"),
    column("error_code", TEXT, "Code of the error that ended the latest attempt"),
    column("error_message", TEXT, "What went wrong and what to do"),
    column("report_path", TEXT, "The validation report, below the folder of reports"),
    column("attempted_at", INSTANT, "When its latest attempt began"),
    sa.PrimaryKeyConstraint("connection", "sync_id"),
    schema=OPS,
    comment="The ledger: one row per sync of a connection, written in the same transaction as its data",
)
sa.Index("sync_connection_started_at_idx", sync.c.connection, sync.c.started_at)
sa.Index("sync_started_at_idx", sync.c.started_at, sync.c.sync_id)

order_version = sa.Table(
    "order_version",
    metadata,
    _connection(),
    *_order_key(),
    column("source_modified_at", INSTANT, "When the order last changed, as the source told it"),
    *_version(),
    column("content_hash", TEXT, "Hash of the mapped order with all its rows", required=True),
    column("is_deleted", sa.Boolean(), "The order is deleted at the source", required=True),
    column("is_stale", sa.Boolean(), "A later version waits among the rejects", required=True),
    column("gone_at", INSTANT, "When the order was seen to be gone; a later fetch clears it"),
    column("gone_status", TEXT, "Status given to an order that left the list without being deleted"),
    column("gone_evidence", TEXT, "What proves that the order is gone"),
    _sync_id("last advanced the version"),
    sa.PrimaryKeyConstraint("connection", "order_id"),
    schema=OPS,
    comment="The version of each order that the warehouse holds; only a later one is loaded. Mapping version 0: the "
    "order was gone before any was held",
)
sa.Index("order_version_stale_idx", order_version.c.connection, postgresql_where=order_version.c.is_stale)

order_raw = sa.Table(
    "order_raw",
    metadata,
    _connection(),
    *_order_key(),
    column("fetched_at", INSTANT, "Start of the fetch that read it", required=True),
    *_payload(required=True),
    _sync_id("stored it"),
    sa.PrimaryKeyConstraint("connection", "order_id"),
    schema=OPS,
    comment="The raw record of each order's loaded version; remaps read it",
)

reject = sa.Table(
    "reject",
    metadata,
    _connection(),
    column("reject_id", UUID, "Deterministic UUID of the rejected order", required=True),
    _customer(),
    *_order_key(required=False),
    column("order_number", TEXT, "The number people know the order by"),
    *_version(),
    column("code", TEXT, "What kind of fault it is", required=True),
    column("table_name", TEXT, "The canonical table of the fault"),
    column("field", TEXT, "The column of the fault"),
    column("reason", TEXT, "What is wrong, in words", required=True),
    column("findings", JSONB(), "All faults of the order"),
    column("line_count", COUNT, "How many lines of the order could be told"),
    *_payload(required=False),
    column("rejected_at", INSTANT, "When the version was rejected", required=True),
    column("resolved_at", INSTANT, "When the reject was closed; NULL while it waits"),
    column(
        "resolution",
        TEXT,
        "superseded: a version of the order that is no earlier was loaded or rejected; deleted: its order is gone from "
        "the source; dismissed: a person gave it up",
    ),
    _sync_id("rejected it"),
    column("resolved_by", TEXT, "Who dismissed it"),
    column("resolution_note", TEXT, "Why it was dismissed"),
    sa.PrimaryKeyConstraint("connection", "reject_id"),
    schema=OPS,
    comment="Orders that could not be loaded, whole, with the reason; they can be replayed",
)
sa.Index(None, reject.c.connection, reject.c.order_id)
sa.Index("reject_rejected_at_idx", reject.c.rejected_at, reject.c.reject_id)
sa.Index("reject_open_idx", reject.c.connection, postgresql_where=reject.c.resolved_at.is_(None))

issue = sa.Table(
    "issue",
    metadata,
    _connection(),
    column("issue_id", UUID, "Deterministic UUID of what is odd and where", required=True),
    _customer(),
    column("order_id", UUID, "The order it was noted on", required=True),
    column("table_name", TEXT, "The canonical table"),
    column("row_id", TEXT, "Key of the row below the order"),
    column("field", TEXT, "The column"),
    column("code", TEXT, "What kind of oddity it is", required=True),
    column("reason", TEXT, "What is odd, in words", required=True),
    column("source_value", TEXT, "The source's own value"),
    column("noted_at", INSTANT, "When it was first noted", required=True),
    _sync_id("noted it"),
    sa.PrimaryKeyConstraint("connection", "issue_id"),
    schema=OPS,
    comment="What is odd about loaded orders; replaced with each version of its order",
)
sa.Index(None, issue.c.connection, issue.c.order_id)

connection_status = sa.Table(
    "connection_status",
    metadata,
    _connection(),
    _customer(),
    column("connector", TEXT, "The kind of source system", required=True),
    column("state", TEXT, "online, offline, needs_reauthorisation, paused or disconnected", required=True),
    column("since", INSTANT, "Since when the connection is in this state", required=True),
    column("checked_at", INSTANT, "When the state was last told", required=True),
    column("error_code", TEXT, "Code of the error behind the state"),
    column("error_message", TEXT, "What went wrong and what to do"),
    column("refusals", COUNT, "How often in succession the source refused the same credentials; NULL where it accepts"),
    column("refused_credentials", TEXT, "Keyed fingerprint of those, which tells whether they have changed"),
    column("rests_until", INSTANT, "Before then no scheduled run tries the refused credentials again"),
    sa.PrimaryKeyConstraint("connection"),
    schema=OPS,
    comment="Whether each connection can be synced",
)

connection_event = sa.Table(
    "connection_event",
    metadata,
    _connection(),
    sa.Column("event_id", COUNT, sa.Identity(always=True), comment="Number of the event", nullable=False),
    _customer(),
    column("occurred_at", INSTANT, "When the state changed", required=True),
    column("state_before", TEXT, "The state before; NULL for the first"),
    column("state", TEXT, "The state from then on", required=True),
    column("error_code", TEXT, "Code of the error behind the change"),
    column("error_message", TEXT, "What went wrong and what to do"),
    sa.PrimaryKeyConstraint("connection", "event_id"),
    schema=OPS,
    comment="Every change of a connection's state",
)

limiter = sa.Table(
    "limiter",
    metadata,
    _connection(),
    column("next_at", INSTANT, "When the connection's next request may be sent", required=True),
    column("paused_until", INSTANT, "Until when the source asked for silence"),
    sa.PrimaryKeyConstraint("connection"),
    schema=OPS,
    comment="The request rate of each connection, shared by all its tasks on all machines",
)

mapping_version = sa.Table(
    "mapping_version",
    metadata,
    _connection(),
    column(
        "mapping_version", COUNT, "Number of the mapping, counted up whenever its fingerprint changes", required=True
    ),
    column("fingerprint", TEXT, "Fingerprint of the mapping, overrides and custom fields included", required=True),
    column("first_used_at", INSTANT, "When a sync first used it", required=True),
    sa.PrimaryKeyConstraint("connection", "mapping_version"),
    schema=OPS,
    comment="The mappings each connection was loaded with",
)

token = sa.Table(
    "token",
    metadata,
    column("connection", TEXT, "Id of the Airflow Connection that holds the first token", required=True),
    _customer(),
    column("sealed", sa.LargeBinary(), "The latest refresh and access token, sealed under the customer's key", True),
    column("key_id", TEXT, "Version of the customer's data key that sealed them", required=True),
    column("refreshed_at", INSTANT, "When they were fetched", required=True),
    column("refreshes", COUNT, "How often tokens were fetched", required=True),
    sa.PrimaryKeyConstraint("connection"),
    schema=OPS,
    comment="Tokens that change with every use, kept before they are used",
)
