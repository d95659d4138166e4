"""What a connection to Xero may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """What a connection to Xero may set."""

    tenants: tuple[str, ...] = ()
    """Organisations to read, by name or tenant id; none means all that the app is connected to."""
    read_contacts: bool = True
    """Read the vendors' contacts: payment terms, tax number, account number, which orders do not hold."""
    charge_accounts: tuple[str, ...] = ()
    """Account codes whose lines are charges such as freight."""
    charge_items: tuple[str, ...] = ()
    """Item codes whose lines are charges."""
    cost_center_tracking: str = ""
    """The tracking category that holds cost centres."""
    department_tracking: str = ""
    """The tracking category that holds departments."""
    project_tracking: str = ""
    """The tracking category that holds projects."""
    currency_rate: Literal["foreign_per_base", "base_per_foreign"] = "foreign_per_base"
    """What ``CurrencyRate`` counts: units of the order's currency for one of the organisation's, or the other way."""
    reread_open_orders: bool = False
    """Read all open orders again at every sync, for changes that do not move ``UpdatedDateUTC``."""
    single_reads: int = 10
    """Up to so many orders are read by id one by one; more come from the whole list, which takes fewer calls."""
