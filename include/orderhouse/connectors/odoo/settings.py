"""What a connection to Odoo may set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PlanColumn = Literal["project", "department", "cost_center"]

PLANS: dict[str, PlanColumn] = {
    "Project": "project",
    "Projects": "project",
    "Department": "department",
    "Departments": "department",
    "Cost Center": "cost_center",
    "Cost Centers": "cost_center",
}


@dataclass(frozen=True)
class Settings:
    """Every option has a default that fits a standard installation."""

    protocol: Literal["auto", "jsonrpc", "json2"] = "auto"
    """``auto`` asks the server for its version: JSON-2 from 19 on, JSON-RPC before."""
    companies: tuple[int, ...] = ()
    """Ids of the companies (`res.company`) to read; empty means all that the user belongs to."""
    language: str = "en_US"
    """Language of translated names, such as those of units, which their codes are looked up by."""
    charge_products: tuple[str, ...] = ("FREIGHT", "DELIVERY", "SHIPPING", "CHARGE")
    """Internal references (`default_code`) of the products whose lines are freight or other charges: Odoo has no field
    for charges. Noted in the raw order as it is fetched, so a change takes effect with the next full resync."""
    analytic_plans: dict[str, PlanColumn] = field(default_factory=lambda: {**PLANS})
    """Which analytic plan stands for which column, as do its sub-plans; accounts of all are in `dimensions`."""
