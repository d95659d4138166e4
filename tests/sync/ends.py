"""What a warehouse holds in the end: the living orders as they would be after one clean load, and tombstones."""

from __future__ import annotations

from typing import Any

from include.orderhouse.model import TABLES
from tests.sync.conftest import System

PROVENANCE = ("loaded_at", "sync_id", "extracted_at", "first_seen_at", "deleted_at")
TOLD_WITH_THE_VERSION = ("source_modified_at", "source_version")
"""A save that changes no content moves these in `ops.order_version` alone."""

_LIVING = """
    SELECT to_jsonb(row) - %(hidden)s::text[] FROM procurement.{table} AS row
    JOIN ops.order_version AS version USING (connection, order_id)
    WHERE version.gone_at IS NULL AND row.delete_evidence IS DISTINCT FROM 'absent_in_order'
"""
_VERSIONS = """
    SELECT jsonb_build_array(source_order_id, source_modified_at, content_hash, is_deleted, is_stale)
    FROM ops.order_version WHERE gone_at IS NULL
"""
_ISSUES = """
    SELECT to_jsonb(issue) - %(hidden)s::text[] - 'noted_at' FROM ops.issue AS issue
    JOIN ops.order_version AS version USING (connection, order_id) WHERE version.gone_at IS NULL
"""
_HALF_GONE = """
    SELECT row.order_id FROM procurement.{table} AS row JOIN ops.order_version AS version USING (connection, order_id)
    WHERE version.gone_at IS NOT NULL AND version.gone_status IS NULL AND NOT row.is_deleted
"""


def living(system: System) -> dict[str, list[str]]:
    """The rows of every table that belong to orders of the source, as texts in order; provenance left out."""
    told = {table.name: _LIVING.format(table=table.name) for table in TABLES}
    found = {name: _texts(system, query) for name, query in (told | {"version": _VERSIONS, "issue": _ISSUES}).items()}
    return found


def half_gone(system: System) -> list[str]:
    """Rows that are alive although their order is proved gone."""
    return [row for table in TABLES for row in _texts(system, _HALF_GONE.format(table=table.name))]


def gone(system: System) -> set[str]:
    """The keys of the orders that are proved gone, deleted or finished."""
    return set(_texts(system, "SELECT source_order_id FROM ops.order_version WHERE gone_at IS NOT NULL"))


def differences(expected: dict[str, list[str]], found: dict[str, list[str]]) -> dict[str, Any]:
    """By table, the rows that are missing and those that are too many; empty where both are the same."""
    told = {
        name: {"missing": sorted(set(rows) - set(found[name])), "too many": sorted(set(found[name]) - set(rows))}
        for name, rows in expected.items()
        if rows != found[name]
    }
    return {name: parts for name, parts in told.items() if any(parts.values())}


def _texts(system: System, query: str) -> list[str]:
    hidden = [*PROVENANCE, *TOLD_WITH_THE_VERSION]
    with system.runtime.warehouse.connect() as warehouse:
        return sorted(str(row[0]) for row in warehouse.exec_driver_sql(query, {"hidden": hidden}))
