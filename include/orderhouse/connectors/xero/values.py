"""Values that no single field of Xero holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values.decimals import number, ratio, total

LINES, BILLS, PHONES = "LineItems", "contact.PaymentTerms.Bills", "contact.Phones"
_AMOUNT = ("LineAmount", "TaxAmount", "amount_includes_tax")


@derived_from("Status", "SentToContact")
def status(order: Record) -> str:
    """Status; sent where SentToContact."""
    told = str(order.get("Status"))
    return f"{told}, sent" if told == "AUTHORISED" and order.get("SentToContact") is True else told


@derived_from("Status")
def approval_status(order: Record) -> Any:
    """Status; none for drafts and deleted orders.

    A draft has not been submitted for approval, and a deleted order does not tell whether it had been approved.
    """
    return None if order.get("Status") in ("DRAFT", "DELETED") else order.get("Status")


@derived_from("CurrencyRate", "rate_is_base_per_foreign")
def exchange_rate(order: Record) -> Any:
    """1 / CurrencyRate, or as it stands where the setting currency_rate says so."""
    told = order.get("CurrencyRate")
    return told or None if order.get("rate_is_base_per_foreign") else ratio(1, told)


@derived_from(*within(LINES, *_AMOUNT, "is_charge"))
def charges(order: Record) -> Decimal:
    """Sum of the charge lines."""
    lines = [line for line in order.get(LINES) or () if isinstance(line, dict)]
    return total(net_amount(line) for line in lines if line["is_charge"])


@derived_from("SubTotal", charges)
def subtotal(order: Record) -> Any:
    """SubTotal less the charge lines."""
    told = order.get("SubTotal")
    return None if told is None else number(told) - charges(order)


@derived_from(*within(BILLS, "Day", "Type"))
def net_days(order: Record) -> Any:
    """Day of terms that count from the bill's date.

    Terms that count from the end of a month are no number of days.
    """
    bills = look_up(order, BILLS) or {}
    return bills.get("Day") if bills.get("Type") == "DAYSAFTERBILLDATE" else None


@derived_from(*within(BILLS, "Day", "Type"))
def payment_terms(order: Record) -> str | None:
    """Day and Type."""
    bills = look_up(order, BILLS) or {}
    return f"{bills.get('Day')} {bills['Type']}" if bills.get("Type") else None


@derived_from(*within(PHONES, "PhoneType", "PhoneCountryCode", "PhoneAreaCode", "PhoneNumber"))
def phone(order: Record) -> str | None:
    """The DEFAULT number of Phones, else the first that is no FAX."""
    told = [entry for entry in order["contact"].get("Phones") or () if entry and entry.get("PhoneNumber")]
    spoken = [entry for entry in told if entry.get("PhoneType") != "FAX"]
    chosen = min(spoken, key=lambda entry: entry.get("PhoneType") != "DEFAULT", default=None)
    if chosen is None:
        return None
    country = str(chosen.get("PhoneCountryCode") or "").lstrip("+")
    parts = (f"+{country}" if country else "", chosen.get("PhoneAreaCode"), chosen.get("PhoneNumber"))
    return " ".join(str(part) for part in parts if part)


def delivery_line(number: int, and_on: bool = False) -> Derived:
    """One line of the delivery address, which is a single text; with ``and_on`` all from there, joined."""

    def line(order: Record) -> str:
        lines = [part.strip() for part in str(order.get("DeliveryAddress") or "").splitlines() if part.strip()]
        return ", ".join(lines[number - 1 :] if and_on else lines[number - 1 : number])

    return derived(line, f"line {number} {'and on ' if and_on else ''}of DeliveryAddress", "DeliveryAddress")


@derived_from("is_charge", "Quantity", "LineAmount")
def line_type(line: Record) -> str:
    """Charge by account or item; text without quantity."""
    if line.get("is_charge"):
        return "charge"
    return "goods" if line.get("Quantity") is not None or line.get("LineAmount") else "text"


@derived_from("DiscountAmount", "DiscountRate")
def discount_amount(line: Record) -> Any:
    """DiscountAmount, where there is no DiscountRate.

    Documents that are read by themselves were seen to tell both, those of a list the rate alone. An order must not look
    changed because it was read the other way.
    """
    return None if number(line.get("DiscountRate")) else line.get("DiscountAmount")


@derived_from(*_AMOUNT)
def net_amount(line: Record) -> Any:
    """LineAmount, less TaxAmount where it includes tax."""
    amount = line.get("LineAmount")
    if amount is None or not line.get("amount_includes_tax"):
        return amount
    return number(amount) - number(line.get("TaxAmount"))


@derived_from(*_AMOUNT)
def gross_amount(line: Record) -> Any:
    """LineAmount with TaxAmount."""
    amount = line.get("LineAmount")
    if amount is None or line.get("amount_includes_tax"):
        return amount
    return number(amount) + number(line.get("TaxAmount"))
