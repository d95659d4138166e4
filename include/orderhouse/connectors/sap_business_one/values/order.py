"""What an order tells by several of its fields, by its lines and by what belongs to it."""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.sap_business_one.values import (
    AWAITED,
    TEXTS,
    come,
    drawn_from,
    invoiced,
    received,
    standing,
    step,
)
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values.agreement import agreed
from include.orderhouse.values.decimals import number
from include.orderhouse.values.progress import expected

QUOTATION = 540000006
"""Object type of purchase quotations, since release 9.0."""
NOBODY = -1
LINES = "Lines"
_FLAGS = ("Cancelled", "DocumentStatus", "AuthorizationStatus", "Confirmed")
_TERMS = ("NumberOfAdditionalDays", "NumberOfAdditionalMonths", "NumberOfInstallments", "StartFrom")
_COME = within(LINES, "LineType", "LineStatus", received, invoiced)


def _lines(order: Record) -> list[Record]:
    return [line for line in order.get(LINES) or () if line.get("LineType") not in TEXTS]


def _is_void(line: Record) -> bool:
    """Whether a line was closed by hand before anything came; a line also closes when all of it has come."""
    return line.get("LineStatus") == "bost_Close" and received(line) == 0 and not invoiced(line)


@derived_from(*_COME)
def receipt_status(order: Record) -> str | None:
    """Quantities received on the lines, without those closed before anything came."""
    return come(expected(_lines(order), _is_void), received)


@derived_from(*_COME)
def invoice_status(order: Record) -> str | None:
    """Quantities invoiced on the lines, without those closed before anything came."""
    return come(expected(_lines(order), _is_void), invoiced)


@derived_from(*_FLAGS, *_COME, *within(LINES, *AWAITED))
def status(order: Record) -> Any:
    """Cancelled, what was received and invoiced, DocumentStatus, AuthorizationStatus, Confirmed."""
    if order.get("Cancelled") == "tYES":
        return "cancelled"
    lines = _lines(order)
    done, told = step(expected(lines, _is_void)), standing(order, "DocumentStatus", lines)
    if told == "bost_Close":
        return done if done in ("invoiced", "received") else told
    if done:
        return done
    if order.get("AuthorizationStatus") in ("dasPending", "dasRejected"):
        return order["AuthorizationStatus"]
    return "tNO" if order.get("Confirmed") == "tNO" else told


def moment(day: str, clock: str) -> Derived:
    """A day and the time of day in another field, on the server's clock; both are told in several forms."""

    def joined(record: Record) -> str | None:
        told = record.get(day)
        return f"{str(told)[:10]}T{str(record.get(clock) or '00:00')[:8]}" if told else None

    return derived(joined, f"{day} at {clock}", day, clock)


@derived_from(*within(LINES, "BaseEntry", "BaseType"))
def quotation(order: Record) -> Any:
    """BaseEntry of lines drawn from a purchase quotation."""
    return agreed({drawn_from(line, QUOTATION) for line in order.get(LINES) or ()} - {None})


def contact(member: str) -> Derived:
    """A member of the vendor's contact person."""

    def of_contact(order: Record) -> Any:
        people = look_up(order, "Vendor.ContactEmployees") or ()
        return next((p.get(member) for p in people if p.get("InternalCode") == order.get("ContactPersonCode")), None)

    return derived(
        of_contact,
        f"{member} of the contact person",
        *within("Vendor.ContactEmployees", member, "InternalCode"),
        "ContactPersonCode",
    )


def buyer(member: str) -> Derived:
    """A member of the sales employee, unless it stands for nobody."""

    def of_buyer(order: Record) -> Any:
        return None if order.get("SalesPersonCode") == NOBODY else look_up(order, f"Buyer.{member}")

    return derived(of_buyer, f"{member} of the sales employee, but -1", f"Buyer.{member}", "SalesPersonCode")


@derived_from(*within("PaymentTerms", *_TERMS))
def net_days(order: Record) -> Any:
    """NumberOfAdditionalDays, where the terms count only days.

    The member of BoPayTermDueTypes for terms that count from the date itself is pdt_None.
    """
    terms = order.get("PaymentTerms") or {}
    counts_more = terms.get("NumberOfAdditionalMonths") or number(terms.get("NumberOfInstallments")) > 1
    is_plain = terms.get("StartFrom") == "pdt_None" and not counts_more
    return terms.get("NumberOfAdditionalDays") if is_plain else None


@derived_from("FatherCard", "FatherType")
def other_payee(order: Record) -> Any:
    """FatherCard, where payments are consolidated."""
    return order.get("FatherCard") if order.get("FatherType") == "cPayments_sum" else None
