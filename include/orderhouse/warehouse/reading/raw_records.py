"""The raw records of one order: all that the source gave, as it was loaded and as it was rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.records.payloads import Payloads

_RECORDS = sa.text("""
    SELECT 'version' AS frame, raw.order_id::text AS owner, held.customer, raw.payload, raw.fetched_at,
           NULL AS code, NULL AS reason
    FROM ops.order_raw AS raw JOIN procurement.purchase_order AS held USING (connection, order_id)
    WHERE raw.connection = :connection AND :order IN (raw.source_order_id, held.order_number)
    UNION ALL
    SELECT 'reject', reject_id::text, customer, payload, fetched_at, code, reason FROM ops.reject
    WHERE connection = :connection AND resolved_at IS NULL AND payload IS NOT NULL
      AND :order IN (source_order_id, order_number, reject_id::text)
""")


@dataclass(frozen=True)
class RawRecord:
    """One raw record, packed as a raw order is. ``code`` and ``reason`` are those of a reject that waits."""

    customer: str
    payload: bytes
    fetched_at: datetime
    code: str | None
    reason: str | None


def read_raw_records(engine: sa.Engine, connection: str, order: str) -> list[RawRecord]:
    """Those of an order, by its number, its id at the source or the id of a reject; what was loaded comes first.

    KeyMissing without the key of their customer.
    """
    with engine.connect() as warehouse:
        found = warehouse.execute(_RECORDS, {"connection": connection, "order": order}).all()
    keyring = Keyring.of(engine)
    return [
        RawRecord(
            row.customer,
            Payloads(keyring.cipher(row.customer), connection).open(row.frame, row.owner, bytes(row.payload)),
            row.fetched_at,
            row.code,
            row.reason,
        )
        for row in found
    ]
