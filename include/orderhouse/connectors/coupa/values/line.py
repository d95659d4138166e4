"""What a line tells by several of its fields, by its order and by its account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.coupa.codes import HELD, ISSUED
from include.orderhouse.connectors.coupa.values import PROGRESS, has_quantity, invoiced, received, step
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up
from include.orderhouse.values.billing import quantity_billed
from include.orderhouse.values.decimals import number
from include.orderhouse.values.progress import reached

NOT_YET = ("draft", "buyer_hold")
DONE = ("closed", "soft_closed", "cancelled")
RECEIVED = "soft_closed_for_receiving"
"""Nothing more is received, and what came may still be invoiced: lines are closed for that by an action of its own
(Purchase Order Lines API)."""
TO_COME = ("open", "partly received")
"""What is said of lines of which goods are still to come, though all may be invoiced."""
KIND = ("_is_charge", "asset-tags", "service-type", "type")
SERVICES = ("resource", "quantity_deliverable", "amount_deliverable")


def of_quantity(path: str) -> Derived:
    """A number of a line with a quantity; lines with only an amount have another meaning for it."""

    def value(line: Record) -> Any:
        return look_up(line, path) if has_quantity(line) else None

    return derived(value, f"{path}, not of amount lines", path, "type")


def account(column: str) -> Derived:
    """What the account's segments say of a line that is not split."""

    def value(line: Record) -> Any:
        return None if line.get("account-allocations") else look_up(line, f"account._columns.{column}")

    says = f"{column} by the setting segments, where the line is not split"
    return derived(value, says, f"account._columns.{column}", "account-allocations")


@derived_from(*PROGRESS, "_order.status", "receipt-required", *KIND)
def line_status(line: Record) -> str:
    """status, that of the order, received and invoiced.

    Goods with receipt-required that are invoiced before they came are still to come.
    """
    own, status = str(line.get("status")), str(look_up(line, "_order.status"))
    if own.startswith(DONE) and own != RECEIVED:
        return own.partition("_for")[0]
    if status in (*NOT_YET, *DONE):
        return status
    come = received([line])
    if own == RECEIVED:
        all_that_comes = "full" if come == "partial" else come
        return reached({"invoiced": invoiced([line]), "received": all_that_comes}, partly="partly") or "soft_closed"
    is_ahead = invoiced([line]) == "full" and come in ("none", "partial") and _is_awaited(line, status)
    return (reached({"received": come}, partly="partly") if is_ahead else step([line])) or "open"


def _is_awaited(line: Record, status: str) -> bool:
    """Whether Coupa expects a receipt of goods; of services, and by amount, an invoice is all that needs to come."""
    is_goods = line_type(line) in ("goods", "asset") and line.get("receipt-required") is True
    return is_goods and line.get("status") != "received" and status in (*ISSUED, *HELD)


@derived_from(line_status)
def is_cancelled(line: Record) -> bool:
    """status of the line or the order."""
    return bool(line_status(line) == "cancelled")


@derived_from(line_status)
def is_closed(line: Record) -> bool:
    """status of the line or the order."""
    return line_status(line) in ("closed", "soft_closed")


@derived_from(*KIND)
def line_type(line: Record) -> str:
    """charge by the setting, asset-tags, service-type, type."""
    if line.get("_is_charge"):
        return "charge"
    if line.get("asset-tags"):
        return "asset"
    return "service" if not has_quantity(line) or line.get("service-type") in SERVICES else "goods"


@derived_from("invoiced", "total", "quantity", "type")
def quantity_invoiced(line: Record) -> Decimal | None:
    """quantity x invoiced / total: Coupa keeps no billed quantity."""
    if not has_quantity(line) or "invoiced" not in line:
        return None
    return quantity_billed(*(number(line.get(name)) for name in ("invoiced", "total", "quantity")))


@derived_from("account.segment-*")
def dimensions(share: Record) -> Record | None:
    """The segments of the account that are filled in."""
    held = look_up(share, "account")
    found = held if isinstance(held, dict) else {}
    return {name: found[name] for name in found if name.startswith("segment-") and found[name]} or None
