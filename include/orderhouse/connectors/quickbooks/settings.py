"""What a connection to QuickBooks may set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What a connection to QuickBooks may set."""

    realm_id: str
    """The company's id: 16 digits or so, shown with the account in QuickBooks."""
    minor_version: int = 75
    """Version of the schema; Intuit serves none below 75."""
    read_bills: bool = True
    """Read the bills and expenses linked to orders: what was invoiced, which is unknown else, and orders that only
    one of these has changed. One that is deleted tells no more which order it was for: where that does not move the
    order itself, a reconcile finds it once it is open again."""
    charge_accounts: tuple[str, ...] = ()
    """Accounts, by name or id, whose lines are charges such as freight."""
    charge_items: tuple[str, ...] = ()
    """Items, by name or id, whose lines are charges."""
    captured_at_once: int = 1000
    """How many objects change data capture gives at most; at that many it is taken to be incomplete."""
