"""What a connection to Coupa may set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator

AccountColumn = Literal[
    "gl_account", "cost_center", "profit_center", "department", "project", "wbs_element", "internal_order", "fund"
]
SEGMENTS = [f"segment-{number}" for number in range(1, 21)]


def _segment(name: str) -> str:
    if name not in SEGMENTS:
        raise ValueError("an account has segment-1 to segment-20")
    return name


Segment = Annotated[str, AfterValidator(_segment)]


@dataclass(frozen=True)
class Settings:
    """Every option has a default; ``segments`` should say what the chart of accounts means."""

    segments: dict[Segment, AccountColumn] = field(default_factory=dict)
    """Which segment of an account (`segment-1` to `segment-20`) stands for which column; without one for `gl_account`
    that is the whole account code. Noted in the raw order as it is fetched, so a change takes effect with the next full
    resync."""
    charge_commodities: tuple[str, ...] = ("Freight", "Shipping", "Shipping and Handling")
    """Names of the commodities whose lines are freight or other charges: Coupa has no field for charges. Noted in the
    raw order as it is fetched, so a change takes effect with the next full resync."""
    api_filter: str = ""
    """Name of an API filter of the instance through which orders are asked for. Where the instance has a default filter
    for orders, it applies without one, and what it leaves out is unknown here."""
    undated: bool = True
    """Whether to look for orders without a modification time too, as imports may leave them."""
