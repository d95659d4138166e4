"""Values as Odoo keeps them and as it writes them to the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Record = dict[str, Any]
"""A record: instants and decimals as such, many2one as `Ref`, x2many as tuples of ids, None for unset."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A many2one: the id, and the name people see."""

    id: int
    name: str


NUMBERS = {"integer": 0, "float": Decimal("0.0"), "monetary": Decimal("0.0")}
LISTS = ("one2many", "many2many")


def written(value: Any, kind: str, bare_ids: bool = False) -> Any:
    """A value on the wire: unset is `false`, for numbers zero, for lists empty; instants are naive UTC in seconds."""
    if value is None:
        return [] if kind in LISTS else NUMBERS.get(kind, False)
    if isinstance(value, Ref):
        return value.id if bare_ids else [value.id, value.name]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _float(value)
    if isinstance(value, Mapping):
        return {key: _float(entry) for key, entry in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _float(value: Decimal) -> Decimal:
    """A JSON number with all digits and, as Python writes floats, at least one after the point."""
    plain = value.normalize()
    return plain if int(plain.as_tuple().exponent) < 0 else plain.quantize(Decimal("0.1"))


def noisy(tax: Decimal, net: Decimal) -> Decimal:
    """`price_tax` as Odoo computes it, a difference of binary floats, with their noise: 51.30000000000001.

    Amounts beyond a double's digits stay exact, so that tests can follow them to the last one.
    """
    if abs(net) >= 10**9:
        return tax
    return Decimal(repr(float(net + tax) - float(net)))


def inverse(rate: Decimal) -> Decimal:
    """`currency_rate`, a binary float: document currency per unit of company currency."""
    return Decimal(repr(1 / float(rate)))
