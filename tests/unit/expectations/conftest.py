"""Batches of one order, good as it stands; a test spoils what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from include.orderhouse.expectations import Finding
from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.expectations.validator import Validator
from include.orderhouse.frames import SCHEMAS, Frames

Row = dict[str, Any]

FACTS: Row = {
    "connection": "acme",
    "customer": "acme",
    "connector": "sap_s4hana",
    "order_id": "order",
    "extracted_at": datetime(2026, 11, 1, tzinfo=UTC),
    "row_hash": "hash",
    "is_deleted": False,
}
ORDER: Row = {
    "source_order_id": "4500000017",
    "order_number": "4500000017",
    "order_type": "standard",
    "status": "approved",
    "order_date": date(2026, 10, 1),
    "currency": "EUR",
    "subtotal_amount": Decimal("190.00"),
    "charges_amount": Decimal("12.50"),
    "tax_amount": Decimal("38.48"),
    "total_amount": Decimal("240.98"),
}
LINE: Row = {
    "line_id": "line",
    "source_line_id": "10",
    "line_number": "00010",
    "line_type": "goods",
    "line_status": "open",
    "quantity_ordered": Decimal(20),
    "unit": "H87",
    "unit_price": Decimal(1000),
    "price_basis_quantity": Decimal(100),
    "discount_percent": Decimal(5),
    "net_amount": Decimal("190.00"),
}
SCHEDULE: Row = {"line_id": "line", "schedule_id": "1", "schedule_number": "1", "quantity": Decimal(20), "unit": "H87"}
DISTRIBUTION: Row = {"line_id": "line", "distribution_id": "1", "distribution_number": "1", "percent": Decimal(100)}


def empty_frames() -> Frames:
    """A batch without rows."""
    return Frames({name: schema.empty_table() for name, schema in SCHEMAS.items()})


def batch(
    order: Row | None = None,
    line: Row | None = None,
    schedules: list[Row] | None = None,
    distributions: list[Row] | None = None,
    more_lines: list[Row] | None = None,
) -> Frames:
    """One order with a line of a schedule and an account assignment each, with the given values instead."""
    rows = {
        "purchase_order": [{**FACTS, **ORDER, **(order or {})}],
        "purchase_order_line": [{**FACTS, **LINE, **each} for each in (line or {}, *(more_lines or []))],
        "purchase_order_schedule": [
            {**FACTS, **SCHEDULE, **each} for each in ([{}] if schedules is None else schedules)
        ],
        "purchase_order_distribution": [
            {**FACTS, **DISTRIBUTION, **each} for each in ([{}] if distributions is None else distributions)
        ],
    }
    frames = empty_frames()
    for name, entries in rows.items():
        schema = SCHEMAS[name]
        entries = [{key: value for key, value in entry.items() if key in schema.names} for entry in entries]
        frames = Frames({**frames.tables, name: pa.Table.from_pylist(entries, schema=schema)})
    return frames


@pytest.fixture(scope="session")
def validator() -> Validator:
    return Validator("acme", "5f3b8a52-0000-0000-0000-000000000000")


@pytest.fixture(scope="session")
def check(validator: Validator) -> Callable[..., list[Finding]]:
    """The findings in a batch that is good but for the given values."""

    def run(**spoiled: Any) -> list[Finding]:
        (findings,) = validator.check([Outcomes.of(batch(**spoiled))])
        return findings

    return run
