"""Values that no single field of Odoo holds: what its records, orders and lines tell by several."""

from __future__ import annotations

from typing import Any

from include.orderhouse.decimals import number
from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.progress import progress

CONFIRMED = ("purchase", "done")


def region(address: str) -> Derived:
    """ISO 3166-2: the country's code and the state's code within it."""
    country, state = f"{address}.country_id.code", f"{address}.state_id.code"

    def join(record: Record) -> str | None:
        codes = look_up(record, country), look_up(record, state)
        return f"{codes[0]}-{codes[1]}" if all(codes) else None

    return derived(join, f"{country} and {state}, joined by a hyphen", country, state)


def contact(address: str) -> Derived:
    """The name of a partner that is a person at another one, its commercial entity; not of a mere delivery address."""
    own, entity, kind = (f"{address}.{name}" for name in ("id", "commercial_partner_id.id", "type"))

    def name(record: Record) -> Any:
        is_other = look_up(record, entity) not in (None, look_up(record, own))
        return look_up(record, f"{address}.name") if is_other and look_up(record, kind) == "contact" else None

    return derived(name, f"{address}.name, where it is a contact of another partner", f"{address}.name", entity, kind)


def is_locked(order: Record) -> bool:
    """Locked by hand, which ends an order; a company may also lock every order as it is confirmed (``po_lock``)."""
    has_lock = order.get("state") == "done" or bool(order.get("locked"))
    return has_lock and (order.get("po_lock") or look_up(order, "company_id.po_lock")) != "lock"


def come(lines: list[Record], quantity: str) -> str | None:
    """How far the lines have come by that quantity."""
    return progress((number(line.get(quantity)), number(line.get("product_qty"))) for line in lines)


def taxes(line: Record) -> list[Record]:
    """The taxes of a line; the field's name depends on the version."""
    found = line.get("taxes_id") or line.get("tax_ids") or ()
    return [tax for tax in found if isinstance(tax, dict)]
