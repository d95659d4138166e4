"""What the warehouse holds of the orders of a batch. Nobody else changes it while the load has the connection alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from psycopg import sql

from include.orderhouse.warehouse.load.standing import Held, Version
from include.orderhouse.warehouse.task import Cursor

_ANY = """
    SELECT EXISTS (SELECT FROM ops.order_version WHERE connection = %(connection)s)
        OR EXISTS (SELECT FROM procurement.purchase_order WHERE connection = %(connection)s)
        OR EXISTS (SELECT FROM ops.order_raw WHERE connection = %(connection)s)
"""
_OF_THESE = sql.SQL("WHERE connection = %(connection)s AND order_id = ANY (%(order_ids)s::uuid[])")
_VERSIONS = sql.SQL("""
    SELECT order_id::text, (extract(epoch FROM version_at) * 1000000)::bigint,
           (extract(epoch FROM fetched_at) * 1000000)::bigint, mapping_version, content_hash, is_deleted
    FROM ops.order_version {}
""").format(_OF_THESE)
_ORDERS = sql.SQL("SELECT order_id::text FROM procurement.purchase_order {}").format(_OF_THESE)
_KEYLESS = """
    SELECT replace(payload_hash::text, '-', '') FROM ops.reject
    WHERE connection = %(connection)s AND resolved_at IS NULL AND order_id IS NULL
"""
_PAYLOADS = sql.SQL("SELECT order_id::text, replace(payload_hash::text, '-', '') FROM ops.order_raw {}").format(
    _OF_THESE
)


class Holdings:
    """What was held of a connection's orders before the load."""

    def __init__(self, cursor: Cursor, facts: dict[str, Any]) -> None:
        self._cursor, self._facts = cursor, facts
        self._are_empty = cursor.execute(_ANY, facts).fetchone() == (False,)
        self.keyless = frozenset(fingerprint for (fingerprint,) in cursor.execute(_KEYLESS, facts))
        """The fingerprints of open rejects that nobody knows the order of."""

    def of(self, order_ids: Collection[str]) -> Held:
        """What is held of these orders."""
        if self._are_empty:
            return Held({}, frozenset(), {})
        found = (Version(*row) for row in self._rows(_VERSIONS, order_ids))
        versions = {version.order_id: version for version in found}
        unknown = [order_id for order_id in order_ids if order_id not in versions]
        orders = {order_id for (order_id,) in self._rows(_ORDERS, unknown)} if unknown else frozenset()
        return Held(versions, orders, dict(self._rows(_PAYLOADS, order_ids)))

    def _rows(self, query: sql.Composed, order_ids: Iterable[str]) -> list[Any]:
        return self._cursor.execute(query, {**self._facts, "order_ids": list(order_ids)}).fetchall()
