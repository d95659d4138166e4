"""What the payment schedule tells about an order's terms."""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.erpnext.values import rows
from include.orderhouse.mapping import Record, derived_from, look_up, within
from include.orderhouse.values.decimals import number

SCHEDULE = "payment_schedule"
TERM = f"{SCHEDULE}._payment_term"
NET = ("credit_days", "due_date_based_on")
DISCOUNT = ("discount_validity", "discount_validity_based_on")
AFTER_INVOICE = "Day(s) after invoice date"


@derived_from(f"{SCHEDULE}.description")
def description(order: Record) -> str | None:
    """description of the payment schedule; several instalments are joined."""
    told = [part.get("description") for part in rows(order, SCHEDULE)]
    return "; ".join(dict.fromkeys(text for text in told if isinstance(text, str) and text.strip())) or None


@derived_from(*within(SCHEDULE, *NET), *within(TERM, *NET))
def net_days(order: Record) -> int | None:
    """Longest credit_days of the payment schedule, else of its payment terms, where all count from the invoice."""
    told = [_days_from_invoice(part, *NET) for part in rows(order, SCHEDULE)]
    found = [days for days in told if isinstance(days, int)]
    return max(found) if found and len(found) == len(told) else None


@derived_from(*within(SCHEDULE, "discount", "discount_type"))
def discount_percent(order: Record) -> Any:
    """discount of the payment schedule, where one part has it in percent."""
    return (_discounted(order) or {}).get("discount")


@derived_from(discount_percent, *within(SCHEDULE, *DISCOUNT), *within(TERM, *DISCOUNT))
def discount_days(order: Record) -> Any:
    """discount_validity of that part, else of its payment term, where it counts from the invoice."""
    return _days_from_invoice(_discounted(order), *DISCOUNT)


@derived_from(f"{SCHEDULE}.due_date")
def due_date(order: Record) -> str | None:
    """Last due_date of the payment schedule."""
    return max((part["due_date"] for part in rows(order, SCHEDULE) if part.get("due_date")), default=None)


def _days_from_invoice(part: Record | None, days: str, based_on: str) -> Any:
    """Days of a part or, before version 16, of its payment term; None where they count from something else.

    Versions since keep in the part what they took from the template, which may differ from the payment term.
    """
    told = part if look_up(part, based_on) else look_up(part, "_payment_term")
    return told.get(days) if isinstance(told, dict) and told.get(based_on) == AFTER_INVOICE else None


def _discounted(order: Record) -> Record | None:
    """The one part of the schedule that grants a discount in percent."""
    parts = [part for part in rows(order, SCHEDULE) if number(part.get("discount"))]
    is_percentage = len(parts) == 1 and parts[0].get("discount_type", "Percentage") == "Percentage"
    return parts[0] if is_percentage else None
