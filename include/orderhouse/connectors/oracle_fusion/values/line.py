"""What a line tells by its schedules, distributions and receipts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from include.orderhouse.connectors.oracle_fusion.codes import MATCH_POLICIES
from include.orderhouse.connectors.oracle_fusion.values import (
    BILLED,
    CANCELED,
    OVER,
    RECEIVED,
    SCHEDULES,
    earliest,
    summed,
)
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, within
from include.orderhouse.values.agreement import agreed
from include.orderhouse.values.decimals import ZERO, number, percent_below, total

INVOICED = "CLOSED FOR INVOICING"
_STATUS = ("StatusCode", "ScheduleStatusCode")
_AWAITED = ("Quantity", "ReceivedQuantity", "MatchApprovalLevelCode", *_STATUS)
ACCOUNTS = "_distributions"


@derived_from("LineType", "_is_charge")
def line_type(line: Record) -> Any:
    """LineType; charge for those that settings.charge_line_types names."""
    return "charge" if line["_is_charge"] else line.get("LineType")


@derived_from(*_STATUS, "Quantity", *within(SCHEDULES, *_AWAITED, *BILLED))
def line_status(line: Record) -> Any:
    """StatusCode; where it is open, or goods are still to come after the invoice, how far the schedules have come.

    An invoice may come before its goods, and closes the line for invoicing alone. Lines that are matched without
    receipts await none.
    """
    told = line.get("StatusCode")
    if told == INVOICED and quantity_open(line):
        return "partially received" if summed(line, RECEIVED) else "OPEN"
    if told != "OPEN" or line.get("Quantity") is None:
        return told
    if summed(line, BILLED):
        return "partially invoiced"
    return "partially received" if summed(line, RECEIVED) else told


@derived_from(*within(SCHEDULES, *RECEIVED))
def quantity_received(line: Record) -> Decimal | None:
    """Sum of ReceivedQuantity of the schedules."""
    return summed(line, RECEIVED)


@derived_from(*within(SCHEDULES, *BILLED))
def quantity_invoiced(line: Record) -> Decimal | None:
    """Sum of BilledQuantity of the schedules."""
    return summed(line, BILLED)


@derived_from("Quantity", *_STATUS, *within(SCHEDULES, *_AWAITED))
def quantity_open(line: Record) -> Decimal | None:
    """Quantity less ReceivedQuantity of the schedules that are not cancelled or closed for receiving.

    A schedule may be cancelled or closed by itself, beside others of its line that are still to come. A line that is
    matched without receipts awaits none once it is closed for invoicing.
    """
    if line.get("Quantity") is None or not line[SCHEDULES]:
        return None
    if _is_over(line) or _ends_with_its_invoice(line):
        return ZERO
    awaited = [one for one in line[SCHEDULES] if not _is_over(one)]
    return total(max(number(one.get("Quantity")) - number(one.get("ReceivedQuantity")), ZERO) for one in awaited)


def _is_over(row: Record) -> bool:
    """Whether nothing more is received of a line or schedule."""
    return first(row, "ScheduleStatusCode", "StatusCode") in (*CANCELED, *OVER[RECEIVED])


def _ends_with_its_invoice(line: Record) -> bool:
    policies = {MATCH_POLICIES.get(str(one.get("MatchApprovalLevelCode"))) for one in line[SCHEDULES]}
    return line.get("StatusCode") == INVOICED and policies.isdisjoint(("three_way", "four_way"))


@derived_from("BasePrice", "Price")
def discount_percent(line: Record) -> Decimal | None:
    """How far Price lies below BasePrice."""
    return percent_below(line.get("BasePrice"), line.get("Price"))


def earliest_scheduled(attribute: str) -> Derived:
    """The earliest date of a line's schedules."""
    says = f"earliest {attribute} of the schedules"
    return derived(lambda line: earliest(line[SCHEDULES], attribute), says, *within(SCHEDULES, attribute))


def shared_by_schedules(attribute: str) -> Derived:
    """What all schedules of a line have in common."""
    return derived(
        lambda line: agreed(one.get(attribute) for one in line[SCHEDULES]),
        f"{attribute} that all schedules share",
        *within(SCHEDULES, attribute),
    )


def receipt_date(which: Literal["first", "latest"]) -> Derived:
    """The first or the latest date of a line's receipts, where they were read."""

    def found(line: Record) -> str | None:
        dates = sorted(str(one["ReceiptDate"]) for one in line["_receipts"])
        return dates[0 if which == "first" else -1] if dates else None

    return derived(found, f"{which} ReceiptDate, where receipts are read", "_receipts.ReceiptDate")


def sole(segment: str) -> Derived:
    """A segment of the charge account, where the line has one account."""

    def found(line: Record) -> Any:
        told = {one.get("POChargeAccount"): (one["_account"] or {}).get(segment) for one in line[ACCOUNTS]}
        return next(iter(told.values())) if len(told) == 1 else None

    reads = within(ACCOUNTS, "POChargeAccount", f"_account.{segment}")
    return derived(found, f"segment {segment} of the line's only charge account", *reads)


@derived_from(*within(ACCOUNTS, "POChargeAccount"))
def sole_account(line: Record) -> Any:
    """The line's only charge account, where its segments are not told."""
    return agreed(one.get("POChargeAccount") for one in line[ACCOUNTS])


@derived_from(*within(ACCOUNTS, "ProjectNumber", "Project"))
def sole_project(line: Record) -> Any:
    """ProjectNumber of the only project."""
    return agreed(first(one, "ProjectNumber", "Project") for one in line[ACCOUNTS])


@derived_from("ScheduleNumber", "DistributionNumber")
def distribution_number(one: Record) -> str | None:
    """Schedule and distribution number.

    A distribution's number is unique within its schedule; canonical ones stand below the line.
    """
    schedule, own = one.get("ScheduleNumber"), one.get("DistributionNumber")
    return f"{schedule}.{own}" if schedule is not None and own is not None else None
