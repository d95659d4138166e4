"""Taxes and charges, which ERPNext keeps in one child table."""

from __future__ import annotations

from decimal import Decimal

from include.orderhouse import wire
from include.orderhouse.connectors.erpnext.values import rows
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values.decimals import number, total

NO_EFFECT = "Valuation"
"""Category of charges that are valued with the goods, but not owed to the vendor."""
OF_NET = "On Net Total"
"""How a tax is charged that is a percentage of the lines' net amounts, each by itself."""
NOT_APPLICABLE = "N/A"
"""What version 16 writes for the rate of a tax that an item's tax template calls not applicable to the item."""


_OWED = ("category", "add_deduct_tax", "charge_type", "_account_head.account_type")
_RATE = ("rate", "account_head", "is_tax_withholding_account")


def sum_of_taxes(prefix: str = "") -> Derived:
    """The taxes of an order; ``base_`` is the prefix of amounts in the company's currency."""
    return _sum_of("accounts of type Tax", prefix, are_taxes=True)


def sum_of_charges(prefix: str = "") -> Derived:
    """What is charged beside goods and taxes."""
    return _sum_of("other accounts", prefix, are_taxes=False)


def _sum_of(says: str, prefix: str, are_taxes: bool) -> Derived:
    def added(order: Record) -> Decimal:
        return total(_amount(row, prefix) for row in _owed(order) if _is_tax(row) is are_taxes)

    amount = f"{prefix}tax_amount"
    reads = within("taxes", amount, f"{amount}_after_discount_amount", *_OWED)
    return derived(added, f"sum of {amount} in taxes, of {says}", *reads)


def _is_tax(row: Record) -> bool:
    """By the type of its account; where the user may not see accounts, an actual amount is a charge."""
    kind = look_up(row, "_account_head.account_type")
    return kind == "Tax" if kind else row.get("charge_type") != "Actual"


def _amount(row: Record, prefix: str) -> Decimal:
    after = row.get(f"{prefix}tax_amount_after_discount_amount")
    return _signed(row, number(row.get(f"{prefix}tax_amount") if after is None else after))


def _owed(order: Record) -> list[Record]:
    return [row for row in rows(order, "taxes") if row.get("category") != NO_EFFECT]


def _signed(row: Record, value: Decimal) -> Decimal:
    return -value if row.get("add_deduct_tax") == "Deduct" else value


@derived_from("taxes.included_in_print_rate")
def tax_inclusive(order: Record) -> bool:
    """Whether a row of taxes is included in rates."""
    return any(row.get("included_in_print_rate") for row in rows(order, "taxes"))


@derived_from("item_tax_rate", *within("_order.taxes", *_OWED, *_RATE))
def tax_rate(line: Record) -> Decimal | None:
    """Sum of the rates of the order's taxes, by account; item_tax_rate has the line's own.

    That is JSON in a text: all accounts of the item's tax template, those for sales and for other regions among them.
    Only accounts in the order's table of taxes count, those that the template lacks by the rate that stands there
    (`_get_tax_rate` of controllers/taxes_and_totals.py). None where a tax is no percentage of the net amount.
    """
    order = line.get("_order")
    owed = _owed(order) if isinstance(order, dict) else []
    taxes = [row for row in owed if _is_tax(row) and not row.get("is_tax_withholding_account")]
    if not taxes or any(row.get("charge_type") != OF_NET for row in taxes):
        return None
    own = _own_rates(line)
    return total(_signed(row, _rate(row, own)) for row in taxes)


def _rate(row: Record, own: Record) -> Decimal:
    told = own.get(str(row.get("account_head")), row.get("rate"))
    return number(None if told == NOT_APPLICABLE else told)


def _own_rates(line: Record) -> Record:
    text = line.get("item_tax_rate")
    rates = wire.decode(text.encode()) if isinstance(text, str) and text else None
    return rates if isinstance(rates, dict) else {}
