"""Values that no single field of Coupa holds. Decimals are texts on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from include.orderhouse.billing import ZERO, quantity_billed
from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.progress import progress

ISSUED = ("issued", "exported")
HELD = ("currency_hold", "supplier_hold", "supplier_window_hold", "error")
"""Approved, and not with the supplier yet."""
NOT_YET = ("draft", "buyer_hold")
DONE = ("closed", "cancelled")
SERVICES = ("resource", "quantity_deliverable", "amount_deliverable")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=T|$)")


def number(value: Any) -> Decimal:
    """A number, on the wire mostly a text; zero where there is none."""
    try:
        return Decimal(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ZERO
    except InvalidOperation:
        return ZERO


def written_day(path: str) -> Derived:
    """The day of an instant in the zone it is written in, which is that of the people who wrote it."""

    def day(record: Record) -> Any:
        value = look_up(record, path)
        found = DAY.match(value) if isinstance(value, str) else None
        return found[0] if found else value

    return derived(day, f"the day of {path}, as written", path)


def the_only(path: str) -> Derived:
    """What all lines that say something agree on."""

    def value(order: Record) -> Any:
        found = {entry for line in _lines(order) if isinstance(entry := look_up(line, path), str | int) and entry != ""}
        return found.pop() if len(found) == 1 else None

    return derived(value, f"{path} of the lines, where they name only one", f"order-lines.{path}")


def of_quantity(path: str) -> Derived:
    """A number of a line with a quantity; lines with only an amount have another meaning for it."""
    return derived(
        lambda line: look_up(line, path) if _has_quantity(line) else None, f"{path}, not of amount lines", path, "type"
    )


def account(column: str) -> Derived:
    """What the account's segments say of a line that is not split."""

    def value(line: Record) -> Any:
        return None if line.get("account-allocations") else look_up(line, f"account._columns.{column}")

    says = f"{column} by the setting segments, where the line is not split"
    return derived(value, says, "account", "account-allocations")


def sum_of(path: str, says: str, is_charge: bool) -> Derived:
    """A sum over the order's charge lines, or over all others; None where a line lacks it."""

    def total(order: Record) -> Decimal | None:
        found = [look_up(line, path) for line in _lines(order) if bool(line.get("_is_charge")) is is_charge]
        return None if None in found else sum(map(number, found), ZERO)

    return derived(total, says, f"order-lines.{path}")


def _lines(order: Record) -> list[Record]:
    return [line for line in order.get("order-lines") or () if isinstance(line, dict)]


def _goods(order: Record) -> list[Record]:
    return [line for line in _lines(order) if not line.get("_is_charge")]


def _has_quantity(line: Record) -> bool:
    return line.get("type") != "OrderAmountLine"


def _wanted(line: Record) -> Decimal:
    """What ``received`` is held against: the quantity, of an amount line the amount."""
    return number(line.get("quantity" if _has_quantity(line) else "total"))


def _received(lines: Iterable[Record]) -> str | None:
    return progress((number(line.get("received")), _wanted(line)) for line in lines)


def _invoiced(lines: Iterable[Record]) -> str | None:
    return progress((number(line.get("invoiced")), number(line.get("total"))) for line in lines)


def _refined(lines: list[Record]) -> str | None:
    for come, word in ((_invoiced(lines), "invoiced"), (_received(lines), "received")):
        if come in ("partial", "full"):
            return word if come == "full" else f"partly {word}"
    return None


def _status(order: Record) -> str:
    status = str(order.get("status"))
    if status not in (*ISSUED, *HELD):
        return status
    refined = _refined(_goods(order)) or ("acknowledged" if order.get("acknowledged-flag") else None)
    return f"{status}, {refined}" if refined else status


def _approval(order: Record) -> str | None:
    status = order.get("status")
    if status in (*ISSUED, *HELD, "closed"):
        return "approved"
    return "pending" if status == "buyer_hold" else None


def _line_status(line: Record) -> str:
    own, status = str(line.get("status")), str(look_up(line, "_order.status"))
    if own in DONE or own.startswith("soft_closed"):
        return own.partition("_for")[0]
    return status if status in (*NOT_YET, *DONE) else _refined([line]) or "open"


def _line_type(line: Record) -> str:
    if line.get("_is_charge"):
        return "charge"
    if line.get("asset-tags"):
        return "asset"
    return "service" if not _has_quantity(line) or line.get("service-type") in SERVICES else "goods"


def _subtotal(order: Record) -> Any:
    total = order.get("total")
    charges = sum((number(line.get("total")) for line in _lines(order) if line.get("_is_charge")), ZERO)
    return total if total is None else number(total) - charges


def _quantity_invoiced(line: Record) -> Decimal | None:
    if not _has_quantity(line):
        return None
    return quantity_billed(*(number(line.get(name)) for name in ("invoiced", "total", "quantity")))


def _dimensions(share: Record) -> Record | None:
    """The segments of an allocation's account that are filled in."""
    held = look_up(share, "account")
    found = held if isinstance(held, dict) else {}
    return {name: value for name, value in found.items() if name.startswith("segment-") and value} or None


def _is(line: Record, *words: str) -> bool:
    return _line_status(line) in words


STATUS = derived(
    _status,
    "status; of issued and held orders received and invoiced of the lines, acknowledged-flag",
    *("status", "acknowledged-flag", "order-lines.received", "order-lines.invoiced"),
)
APPROVAL = derived(_approval, "status: an order is made of an approved requisition", "status")
RECEIPT = derived(
    lambda order: _received(_goods(order)), "received of the lines against what is ordered", "order-lines.received"
)
INVOICE = derived(
    lambda order: _invoiced(_goods(order)), "invoiced of the lines against their totals", "order-lines.invoiced"
)
SUBTOTAL = derived(_subtotal, "total less charge lines", "total", "order-lines.total")
LINE_STATUS = derived(
    _line_status, "status, that of the order, received and invoiced", "status", "_order.status", "received", "invoiced"
)
LINE_TYPE = derived(
    _line_type,
    "charge by the setting, asset-tags, service-type, type",
    *("_is_charge", "asset-tags", "service-type", "type"),
)
QUANTITY_INVOICED = derived(
    _quantity_invoiced, "quantity x invoiced / total: Coupa keeps no billed quantity", "invoiced", "total", "quantity"
)
IS_CANCELLED = derived(
    lambda line: _is(line, "cancelled"), "status of the line or the order", "status", "_order.status"
)
IS_CLOSED = derived(
    lambda line: _is(line, "closed", "soft_closed"), "status of the line or the order", "status", "_order.status"
)
DIMENSIONS = derived(_dimensions, "the segments of the account", "account")
