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


def _column(name: str, kind: sa.types.TypeEngine[Any], comment: str, required: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, comment=comment, nullable=not required)


def _connection() -> sa.Column[Any]:
    return _column("connection", TEXT, "The connection: one system of one customer", required=True)


def _customer() -> sa.Column[Any]:
    return _column("customer", TEXT, "The customer the connection belongs to", required=True)


def _order_key(required: bool = True) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        _column("order_id", UUID, "Deterministic UUID of connection and source order id", required),
        _column("source_order_id", TEXT, "The source's own key of the order", required),
    )


def _version() -> tuple[sa.Column[Any], ...]:
    return (
        _column(
            "version_at", INSTANT, "Modification time at the source, capped at the fetch; first part of the version"
        ),
        _column(
            "fetched_at", INSTANT, "Start of the fetch, on the warehouse's clock; second part of the version", True
        ),
        _column("mapping_version", COUNT, "`ops.mapping_version` it was mapped with; last part of the version", True),
    )


def _payload(required: bool) -> tuple[sa.Column[Any], ...]:
    told = "Everything the source gave about the order: JSON, compressed, sealed under the customer's key"
    return (
        _column("payload", sa.LargeBinary(), told, required),
        _column("payload_hash", UUID, "Keyed fingerprint of the payload: the same for the same content"),
    )


def _sync_id(what: str) -> sa.Column[Any]:
    return _column("sync_id", UUID, f"The sync (`ops.sync`) that {what}", required=True)


sync = sa.Table(
    "sync",
    metadata,
    _connection(),
    _column("sync_id", UUID, "Id of the sync", required=True),
    _customer(),
    _column("connector", TEXT, "The kind of source system", required=True),
    _column("mode", TEXT, "initial, incremental, full_resync, window, reconcile, orders, remap or replay", True),
    _column("run_id", TEXT, "The run that the sync belongs to; in Airflow the id of DAG and run", required=True),
    _column("triggered_by", TEXT, "scheduled, manual, backfill, command line or a user's name", required=True),
    _column("state", TEXT, "running, succeeded, stopped (its checks forbade the load) or failed", required=True),
    _column("attempts", COUNT, "How often the sync was started", required=True),
    _column("window_start", INSTANT, "Start of the extracted window, inclusive; NULL is the beginning of time"),
    _column("window_end", INSTANT, "End of the extracted window, exclusive"),
    _column("watermark_before", INSTANT, "The watermark as the sync found it"),
    _column(
        "watermark_after", INSTANT, "The watermark as the sync left it; NULL where it does not concern the watermark"
    ),
    _column("scope", JSONB(), "What the connection covered: companies and filters"),
    _column("mapping_version", COUNT, "`ops.mapping_version` the orders were mapped with", required=True),
    _column("started_at", INSTANT, "When the sync was first started", required=True),
    _column("finished_at", INSTANT, "When it succeeded, stopped or failed"),
    _column("calls", COUNT, "Requests sent to the source"),
    _column("source_count", COUNT, "How many orders the source says the window has"),
    _column("orders_extracted", COUNT, "Orders read, each once: inserted, updated, unchanged, older or rejected"),
    _column("lines_extracted", COUNT, "Lines of these orders: written, unchanged, older or rejected"),
    _column("orders_outside_window", COUNT, "Orders the source returned although they lie outside the window"),
    _column("orders_inserted", COUNT, "Orders new to the warehouse"),
    _column("orders_updated", COUNT, "Orders whose content changed"),
    _column("orders_unchanged", COUNT, "Orders that were read again with the same content"),
    _column("orders_older", COUNT, "Orders no later than what the warehouse holds"),
    _column("orders_duplicate", COUNT, "Further copies of orders that were read; only the latest of each counts"),
    _column("orders_rejected", COUNT, "Rejected orders"),
    _column("orders_deleted", COUNT, "Orders newly marked as deleted"),
    _column("lines_written", COUNT, "Lines inserted or rewritten"),
    _column("lines_unchanged", COUNT, "Lines that were read again with the same content"),
    _column("lines_older", COUNT, "Lines of orders no later than what the warehouse holds"),
    _column("lines_rejected", COUNT, "Lines of rejected orders, as far as they could be told"),
    _column("lines_deleted", COUNT, "Lines newly marked as deleted because their order no longer has them"),
    _column("issues", COUNT, "Oddities noted in `ops.issue`"),
    _column("error_code", TEXT, "Code of the error that ended the latest attempt"),
    _column("error_message", TEXT, "What went wrong and what to do"),
    _column("report_path", TEXT, "The validation report, below the folder of reports"),
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
    _column("source_modified_at", INSTANT, "When the order last changed, as the source told it"),
    *_version(),
    _column("content_hash", TEXT, "Hash of the mapped order with all its rows", required=True),
    _column("is_deleted", sa.Boolean(), "The order is deleted at the source", required=True),
    _column("is_stale", sa.Boolean(), "A later version waits among the rejects", required=True),
    _column("gone_at", INSTANT, "Start of the sync that proved the order gone; a later fetch clears it"),
    _column("gone_status", TEXT, "Status given to an order that left the list without being deleted"),
    _column("gone_evidence", TEXT, "What proves that the order is gone"),
    _sync_id("last advanced the version"),
    sa.PrimaryKeyConstraint("connection", "order_id"),
    schema=OPS,
    comment="The version of each order that the warehouse holds; only a later one is loaded",
)
sa.Index(None, order_version.c.connection, order_version.c.source_order_id)
sa.Index("order_version_stale_idx", order_version.c.connection, postgresql_where=order_version.c.is_stale)

order_raw = sa.Table(
    "order_raw",
    metadata,
    _connection(),
    *_order_key(),
    _column("fetched_at", INSTANT, "Start of the fetch that read it", required=True),
    *_payload(required=True),
    _sync_id("stored it"),
    sa.PrimaryKeyConstraint("connection", "order_id"),
    schema=OPS,
    comment="The raw record of each order's loaded version; remaps read it",
)
sa.Index(None, order_raw.c.connection, order_raw.c.source_order_id)

reject = sa.Table(
    "reject",
    metadata,
    _connection(),
    _column("reject_id", UUID, "Deterministic UUID of the rejected version", required=True),
    _customer(),
    *_order_key(required=False),
    _column("order_number", TEXT, "The number people know the order by"),
    *_version(),
    _column("code", TEXT, "What kind of fault it is", required=True),
    _column("table_name", TEXT, "The canonical table of the fault"),
    _column("field", TEXT, "The column of the fault"),
    _column("reason", TEXT, "What is wrong, in words", required=True),
    _column("findings", JSONB(), "All faults of the order"),
    _column("line_count", COUNT, "How many lines of the order could be told"),
    *_payload(required=False),
    _column("rejected_at", INSTANT, "When the version was first rejected", required=True),
    _column("resolved_at", INSTANT, "When the reject was closed; NULL while it waits"),
    _column(
        "resolution",
        TEXT,
        "superseded: a version of the order that is no earlier was loaded or rejected; dismissed: a person gave it up",
    ),
    _sync_id("rejected it"),
    _column("resolved_by", TEXT, "Who dismissed it"),
    _column("resolution_note", TEXT, "Why it was dismissed"),
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
    _column("issue_id", UUID, "Deterministic UUID of what is odd and where", required=True),
    _customer(),
    _column("order_id", UUID, "The order it was noted on", required=True),
    _column("table_name", TEXT, "The canonical table"),
    _column("row_id", TEXT, "Key of the row below the order"),
    _column("field", TEXT, "The column"),
    _column("code", TEXT, "What kind of oddity it is", required=True),
    _column("reason", TEXT, "What is odd, in words", required=True),
    _column("source_value", TEXT, "The source's own value"),
    _column("noted_at", INSTANT, "When it was first noted", required=True),
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
    _column("connector", TEXT, "The kind of source system", required=True),
    _column("state", TEXT, "online, offline, needs_reauthorisation, paused or disconnected", required=True),
    _column("since", INSTANT, "Since when the connection is in this state", required=True),
    _column("checked_at", INSTANT, "When the state was last told", required=True),
    _column("error_code", TEXT, "Code of the error behind the state"),
    _column("error_message", TEXT, "What went wrong and what to do"),
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
    _column("occurred_at", INSTANT, "When the state changed", required=True),
    _column("state_before", TEXT, "The state before; NULL for the first"),
    _column("state", TEXT, "The state from then on", required=True),
    _column("error_code", TEXT, "Code of the error behind the change"),
    _column("error_message", TEXT, "What went wrong and what to do"),
    sa.PrimaryKeyConstraint("connection", "event_id"),
    schema=OPS,
    comment="Every change of a connection's state",
)

limiter = sa.Table(
    "limiter",
    metadata,
    _connection(),
    _column("next_at", INSTANT, "When the connection's next request may be sent", required=True),
    _column("paused_until", INSTANT, "Until when the source asked for silence"),
    sa.PrimaryKeyConstraint("connection"),
    schema=OPS,
    comment="The request rate of each connection, shared by all its tasks on all machines",
)

mapping_version = sa.Table(
    "mapping_version",
    metadata,
    _connection(),
    _column(
        "mapping_version", COUNT, "Number of the mapping, counted up whenever its fingerprint changes", required=True
    ),
    _column("fingerprint", TEXT, "Fingerprint of the mapping, overrides and custom fields included", required=True),
    _column("first_used_at", INSTANT, "When a sync first used it", required=True),
    sa.PrimaryKeyConstraint("connection", "mapping_version"),
    schema=OPS,
    comment="The mappings each connection was loaded with",
)

token = sa.Table(
    "token",
    metadata,
    _column("connection", TEXT, "Id of the Airflow Connection that holds the first token", required=True),
    _customer(),
    _column("sealed", sa.LargeBinary(), "The latest refresh and access token, sealed under the customer's key", True),
    _column("key_id", TEXT, "Version of the customer's data key that sealed them", required=True),
    _column("refreshed_at", INSTANT, "When they were fetched", required=True),
    _column("refreshes", COUNT, "How often tokens were fetched", required=True),
    sa.PrimaryKeyConstraint("connection"),
    schema=OPS,
    comment="Tokens that change with every use, kept before they are used",
)

analyst_customer = sa.Table(
    "analyst_customer",
    metadata,
    _column("login", TEXT, "The login, as PostgreSQL names it", required=True),
    _column("customer", TEXT, "A customer whose rows it may see", required=True),
    sa.PrimaryKeyConstraint("login", "customer"),
    schema=OPS,
    comment="Which customers each login among the restricted analysts may see; without a row none",
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("audit_id", COUNT, comment="Number of the row, without gaps", nullable=False, autoincrement=False),
    _column("occurred_at", INSTANT, "When it was written", required=True),
    _column("login", TEXT, "The login that wrote it, as PostgreSQL knows it", required=True),
    _column("actor", TEXT, "Who did it, as the program knows them", required=True),
    _column("action", TEXT, "What was done, such as sync.started or credentials.read", required=True),
    _column("connection", TEXT, "The connection it was done to"),
    _column("customer", TEXT, "The customer it was done to"),
    _column("subject", TEXT, "Id of what it was done to or with"),
    _column("details", JSONB(), "What else is worth knowing; no secrets", required=True),
    _column("previous_hash", sa.LargeBinary(), "The hash of the row before; zeros in the first", required=True),
    _column("row_hash", sa.LargeBinary(), "SHA-256 of the hash before and of this row", required=True),
    sa.PrimaryKeyConstraint("audit_id"),
    sa.UniqueConstraint("previous_hash"),
    schema=OPS,
    comment="Who did what; rows are only added, each with the hash of the one before",
)
sa.Index("audit_action_connection_idx", audit.c.action, audit.c.connection, audit.c.audit_id)
