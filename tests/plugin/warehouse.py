"""A warehouse with connections, runs and rejects for the pages and the API to show."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.orderhouse.raw_order import pack
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.orders import Line, Order, load_orders, payloads

HOSTILE = "<script>alert('x')</script>\"'>&"
"""What a source may hold anywhere."""
REJECTED = "5f0c3b0e-0000-5000-8000-000000000001"
NOW = datetime.now(UTC)

CONNECTIONS = """
connections:
  acme_us: {connector: odoo, customer: acme, sync_every: 15m}
  acme_eu: {connector: odoo, customer: acme, credentials: acme_us}
  acme_off: {connector: odoo, customer: acme, enabled: false}
  globex: {connector: sap_s4hana, customer: globex}
  initech: {connector: odoo, customer: initech}
customers:
  initech: {pool: initech}
"""
PAYLOAD = {
    "id": 7,
    "name": HOSTILE,
    "partner_id": {"name": HOSTILE, "vat": None},
    "amount_total": "no number",
    "order_line": [{"id": 1, "product_qty": HOSTILE}],
}


def write_connections(folder: Path) -> Path:
    """The connections as a file."""
    file = folder / "connections.yaml"
    file.write_text(CONNECTIONS, encoding="utf-8")
    return file


def fill(engine: sa.Engine) -> None:
    """Loads, a failed run, a reject and states of connections."""
    for number in range(5):
        values = {"vendor_name": HOSTILE, "order_date": (NOW - timedelta(days=number)).date()}
        load_orders(engine, Order(str(number), values=values, lines=(Line("10"), Line("20"))))
    set_status(engine, "acme_us", "acme", "odoo", "online")
    message = f"AUTHENTICATION_FAILED: {HOSTILE} Renew the password."
    set_status(engine, "globex", "globex", "sap_s4hana", "needs_reauthorisation", "AUTHENTICATION_FAILED", message)
    payload = payloads(engine).seal("reject", REJECTED, pack(PAYLOAD))
    with engine.begin() as warehouse:
        warehouse.execute(_FAILED, {"message": message})
        warehouse.execute(_REJECT, {"id": REJECTED, "number": HOSTILE, "findings": _findings(), "payload": payload})


def _findings() -> str:
    found: list[dict[str, Any]] = [
        {"code": "VALUE_INVALID", "table": "purchase_order", "field": "total_amount", "reason": HOSTILE},
        {"code": "VALUE_INVALID", "table": "purchase_order_line", "field": "quantity_ordered", "reason": "no number"},
    ]
    return json.dumps(found)


_FAILED = sa.text("""
    INSERT INTO ops.sync (connection, sync_id, customer, connector, mode, run_id, triggered_by, state, attempts,
        mapping_version, started_at, finished_at, calls, error_code, error_message)
    VALUES ('globex', gen_random_uuid(), 'globex', 'sap_s4hana', 'incremental',
        'purchase_orders__sap_s4hana/manual__1', 'ada', 'failed', 1, 1, now() - interval '1 hour',
        now() - interval '59 minutes', 3, 'AUTHENTICATION_FAILED', :message)
""")
_REJECT = sa.text("""
    INSERT INTO ops.reject (connection, reject_id, customer, order_id, source_order_id, order_number, fetched_at,
        mapping_version, code, table_name, field, reason, findings, payload, rejected_at, sync_id)
    VALUES ('acme_us', :id, 'acme', gen_random_uuid(), '7', :number, now(), 1, 'VALUE_INVALID', 'purchase_order',
        'total_amount', :number, cast(:findings AS jsonb), :payload, now(), gen_random_uuid())
""")
