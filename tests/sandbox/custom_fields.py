"""The company's own fields on headers and lines, of several types; dialects serve them under their own prefixes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.sandbox.order import CustomValue

HEADER_CUSTOM_FIELDS: dict[str, type] = {
    "project_phase": str,
    "budget": Decimal,
    "priority": int,
    "is_capex": bool,
    "review_date": date,
    "checked_at": datetime,
}
LINE_CUSTOM_FIELDS: dict[str, type] = {"drawing": str, "weight": Decimal, "needs_inspection": bool}
"""Names and types; orders of a company read from CSV files have none of them."""


def header_custom_values(rng: Random, created_at: datetime) -> dict[str, CustomValue]:
    """Random values of the header's fields; None where nobody filled them in."""
    return {
        "project_phase": rng.choice(("design", "build", "Übergabe", None)),
        "budget": Decimal(rng.randint(100_000, 99_999_999)) / 100 if rng.random() < 0.7 else None,
        "priority": rng.randint(1, 5),
        "is_capex": rng.random() < 0.1,
        "review_date": created_at.date() + timedelta(days=30) if rng.random() < 0.4 else None,
        "checked_at": created_at.replace(microsecond=0) if rng.random() < 0.3 else None,
    }


def line_custom_values(rng: Random) -> dict[str, CustomValue]:
    """Random values of the line's fields."""
    return {
        "drawing": f"DRW-{rng.randint(1, 9999):04d} rev {rng.choice('ABC')}" if rng.random() < 0.4 else None,
        "weight": Decimal(rng.randint(1, 900_000)) / 1000 if rng.random() < 0.4 else None,
        "needs_inspection": rng.random() < 0.2,
    }
