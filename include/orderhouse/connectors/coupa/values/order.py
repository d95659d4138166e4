"""What an order tells by several of its fields and by its lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.coupa.codes import HELD, ISSUED
from include.orderhouse.connectors.coupa.values import PROGRESS, invoiced, received, step, wanted
from include.orderhouse.connectors.coupa.values.line import TO_COME, line_status
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values.agreement import agreed
from include.orderhouse.values.decimals import number, total
from include.orderhouse.values.progress import reached

LINES = "order-lines"
PLAIN_TERM = "DaysAfterNetPaymentTerm"
"""Of the types of payment terms (Payment Terms API, elements) the one of a number of days after the invoice."""


def _lines(order: Record, are_charges: bool) -> list[Record]:
    found = [line for line in order.get(LINES) or () if isinstance(line, dict)]
    return [line for line in found if bool(line.get("_is_charge")) is are_charges]


def _wanted(order: Record) -> list[Record]:
    return wanted(_lines(order, are_charges=False))


@derived_from("status", "acknowledged-flag", *within(LINES, *PROGRESS, line_status))
def status(order: Record) -> str:
    """status; of issued and held orders received and invoiced of the lines not cancelled, acknowledged-flag.

    What is invoiced as a whole ahead of its goods stands where its receipts do.
    """
    told, lines = str(order.get("status")), _wanted(order)
    if told not in (*ISSUED, *HELD):
        return told
    is_ahead = invoiced(lines) == "full" and any(line_status(line) in TO_COME for line in lines)
    come = reached({"received": received(lines)}, partly="partly") if is_ahead else step(lines)
    refined = come or ("acknowledged" if order.get("acknowledged-flag") else None)
    return f"{told}, {refined}" if refined else told


@derived_from("status")
def approval_status(order: Record) -> str | None:
    """status: an order is made of an approved requisition."""
    told = order.get("status")
    if told in (*ISSUED, *HELD, "closed", "soft_closed"):
        return "approved"
    return "pending" if told == "buyer_hold" else None


@derived_from(*within(LINES, "received", *PROGRESS, "_is_charge"))
def receipt_status(order: Record) -> str | None:
    """received of the lines that are not cancelled against what is ordered."""
    return received(_wanted(order))


@derived_from(*within(LINES, "invoiced", *PROGRESS, "_is_charge"))
def invoice_status(order: Record) -> str | None:
    """invoiced of the lines that are not cancelled against their totals."""
    return invoiced(_wanted(order))


def chart(name: str) -> Derived:
    """What the accounts of all lines, and of the allocations of those that are split, agree on of their chart."""
    path = f"account.account-type.{name}"

    def told(order: Record) -> Any:
        lines = [line for line in order.get(LINES) or () if isinstance(line, dict)]
        shares = (share for line in lines for share in line.get("account-allocations") or ())
        found = (look_up(holder, path) for holder in (*lines, *shares))
        return agreed(one for one in found if isinstance(one, str) and one)

    says = f"{path} of the lines and their allocations, where they name only one"
    return derived(told, says, *within(LINES, path, f"account-allocations.{path}"))


def days(name: str) -> Derived:
    """Days of the payment term, where it counts days alone; others end at a day or at the end of a month."""

    def told(order: Record) -> Any:
        is_plain = look_up(order, "payment-term.type") in (None, PLAIN_TERM)
        return look_up(order, f"payment-term.{name}") if is_plain else None

    says = f"payment-term.{name}, of terms that count days alone"
    return derived(told, says, f"payment-term.{name}", "payment-term.type")


@derived_from("total", *within(LINES, "total", "_is_charge"))
def subtotal(order: Record) -> Decimal | None:
    """total less charge lines, else the sum of total of the other lines."""
    if order.get("total") is None:
        return _added(order, "total", are_charges=False)
    return number(order["total"]) - total(line.get("total") for line in _lines(order, are_charges=True))


def _added(order: Record, path: str, are_charges: bool) -> Decimal | None:
    found: list[Any] = [look_up(line, path) for line in _lines(order, are_charges)]
    return None if None in found else total(found)


def sum_of(path: str, says: str, are_charges: bool) -> Derived:
    """A sum over the order's charge lines, or over all others; None where a line lacks it."""

    def added(order: Record) -> Decimal | None:
        return _added(order, path, are_charges)

    return derived(added, says, *within(LINES, path, "_is_charge"))
