"""Taxes and charges, which ERPNext keeps in one child table."""

from __future__ import annotations

from decimal import Decimal

from include.orderhouse.connectors.erpnext.values import rows
from include.orderhouse.decimals import number, total
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up

NO_EFFECT = "Valuation"
"""Category of charges that are valued with the goods, but not owed to the vendor."""


def sum_of_taxes(prefix: str = "") -> Derived:
    """The taxes of an order; ``base_`` is the prefix of amounts in the company's currency."""
    return _sum_of("accounts of type Tax", prefix, are_taxes=True)


def sum_of_charges(prefix: str = "") -> Derived:
    """What is charged beside goods and taxes."""
    return _sum_of("other accounts", prefix, are_taxes=False)


def _sum_of(says: str, prefix: str, are_taxes: bool) -> Derived:
    def added(order: Record) -> Decimal:
        owed = [row for row in rows(order, "taxes") if row.get("category") != NO_EFFECT]
        return total(_amount(row, prefix) for row in owed if _is_tax(row) is are_taxes)

    amount = f"{prefix}tax_amount"
    return derived(added, f"sum of {amount} in taxes, of {says}", f"taxes.{amount}")


def _is_tax(row: Record) -> bool:
    """By the type of its account; where the user may not see accounts, an actual amount is a charge."""
    kind = look_up(row, "_account_head.account_type")
    return kind == "Tax" if kind else row.get("charge_type") != "Actual"


def _amount(row: Record, prefix: str) -> Decimal:
    after = row.get(f"{prefix}tax_amount_after_discount_amount")
    amount = number(row.get(f"{prefix}tax_amount") if after is None else after)
    return -amount if row.get("add_deduct_tax") == "Deduct" else amount


@derived_from("taxes.included_in_print_rate")
def tax_inclusive(order: Record) -> bool:
    """Whether a row of taxes is included in rates."""
    return any(row.get("included_in_print_rate") for row in rows(order, "taxes"))
