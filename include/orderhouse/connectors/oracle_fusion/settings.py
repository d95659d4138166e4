"""What a connection to Oracle Fusion may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """Options of an Oracle Fusion connection."""

    root: str = "fscmRestApi/resources/11.13.18.05"
    """Path of the REST resources, with their version (``latest`` for whichever is newest)."""
    framework_version: Literal[2, 3, 4, 5, 6, 7, 8, 9] = 4
    """``REST-Framework-Version``: 2 is the first with the queries needed; from 9 on numbers come as text."""
    authentication: Literal["basic", "client_credentials", "user_assertion"] = "basic"
    """``basic``: login and password; ``client_credentials``: token_url, scope, client_id and client_secret;
    ``user_assertion``: these, with login and private_key of an assertion about that user."""
    legal_entities: tuple[str, ...] = ()
    """Names of the sold-to legal entities to read; empty means all that the user may see."""
    read_drafts: bool = True
    """Also read orders that have not been approved yet, which are a resource of their own."""
    watch_schedules: bool = True
    """Also find orders by the schedules that changed in a window, as receipts and invoices change them."""
    watch_lines: bool = True
    """Also find open orders by the lines that changed in a window."""
    closed_statuses: tuple[str, ...] = ("CLOSED", "FINALLY CLOSED", "CANCELED")
    """Codes of orders that are not open any more."""
    read_suppliers: bool = True
    """Also read the suppliers on the orders: number, tax registration, address of the order's site."""
    read_receipts: bool = False
    """Also read receipts, for the dates of the first and latest one; one call per order with a received quantity."""
    flexfields: bool = True
    """Also read the descriptive flexfields of orders and lines, as ``DFF_<segment>``, where there are any."""
    account_segments: tuple[str, ...] = ()
    """What the segments of charge accounts are, in order, such as ``("company", "cost_center", "gl_account")``;
    ``gl_account``, ``cost_center``, ``department``, ``project`` and ``fund`` are told apart, all go into dimensions."""
    account_separator: str = "-"
    """What stands between the segments of a charge account."""
    charge_line_types: tuple[str, ...] = ("Freight",)
    """Line types whose lines are freight or other charges; Fusion has no field for these. Noted in the raw order as it
    is fetched, so a change takes effect with the next full resync."""
