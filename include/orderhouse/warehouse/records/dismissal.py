"""Rejects that a person gives up: the order stays as the warehouse holds it, and is no longer stale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from include.orderhouse.warehouse.access.audit import Event, record
from include.orderhouse.warehouse.engine import outages_named
from include.orderhouse.warehouse.load.rejects import mark_stale
from include.orderhouse.warehouse.task import ALONE

_DISMISS = """
    UPDATE ops.reject SET resolved_at = statement_timestamp(), resolution = 'dismissed',
        resolved_by = %(resolved_by)s, resolution_note = %(note)s
    WHERE connection = %(connection)s AND reject_id = ANY(%(reject_ids)s::uuid[]) AND resolved_at IS NULL
"""


def dismiss_rejects(engine: sa.Engine, connection: str, reject_ids: Sequence[str], resolved_by: str, note: str) -> int:
    """Close open rejects of a connection with a reason; how many there were.

    They stay closed until the source tells something new of their orders.
    """
    facts = {"connection": connection, "reject_ids": list(reject_ids), "resolved_by": resolved_by, "note": note}
    with outages_named(), engine.begin() as transaction:
        cursor: Any = transaction.connection.cursor()
        cursor.execute(ALONE, facts)
        dismissed = cursor.execute(_DISMISS, facts).rowcount
        mark_stale(cursor, facts)
        details = {"rejects": dismissed, "note": note}
        record(transaction, Event("rejects.dismissed", resolved_by, connection, details=details))
    return int(dismissed)
