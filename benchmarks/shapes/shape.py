"""What a shape is: how one ERP would write the orders of a made-up source, and how it is asked for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

Row = dict[str, Any]

_encoder = msgspec.json.Encoder(decimal_format="number")


def encoded(value: Any) -> bytes:
    """JSON as services write it: numbers with all their digits."""
    return _encoder.encode(value)


@dataclass(frozen=True)
class Question:
    """A request for orders: changed in ``[start, end)``, numbered above ``after``, at most ``size`` of them.

    ``size`` None leaves the size of a page, and links to the next one, to the server. ``rest`` is what such a link
    stands for.
    """

    start: datetime | None = None
    end: datetime | None = None
    after: int | None = None
    size: int | None = None
    rest: range | None = None

    @property
    def is_first(self) -> bool:
        """Whether the answer is a first page, which tells the count."""
        return self.rest is None and self.after is None


@dataclass(frozen=True)
class Table:
    """A list in the source's answer as others load it: a table of its own. ``path`` leads there from its parent."""

    name: str
    path: tuple[str, ...]
    key: tuple[str, ...]
    parent: str | None = None


@dataclass(frozen=True)
class Totals:
    """What a load must have brought: counts, and sums of a quantity and of an amount of money over all lines."""

    orders: int = 0
    lines: int = 0
    quantity: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.orders + other.orders,
            self.lines + other.lines,
            self.quantity + other.quantity,
            self.amount + other.amount,
        )


@dataclass(frozen=True)
class Shape:
    """One ERP's way to write purchase orders and to be asked for them."""

    name: str
    """The connector's."""
    title: str
    write: Callable[[int, datetime, bool], Row]
    """The order of a number as it was after a change at that instant; its later version or the first."""
    read: Callable[[str, Mapping[str, str]], Question | None]
    """What a path and a query ask for; None where it is something else than orders."""
    envelope: Callable[[int | None, str | None], tuple[bytes, bytes]]
    """What stands around the orders of a page, given the count to tell and the query of the next page, if any."""
    other: Callable[[str, Mapping[str, str]], bytes]
    """What else a connector asks for."""
    tables: tuple[Table, ...]
    """Orders, lines, and what is below them."""
    quantity: str
    """The lines' field that is summed."""
    amount: str
    """The lines' field of money that is summed."""
    canonical_amount: str
    """The column of ``procurement.purchase_order_line`` that holds it."""
    first_page: str
    """Path and query from which others follow the links."""
    next_link: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the connection in ``connections.yaml``."""

    def totals(self, order: Row) -> Totals:
        """What one order adds to the whole."""
        lines: Any = order
        for step in self.tables[1].path:
            lines = lines[step]
        quantity = sum((Decimal(line[self.quantity]) for line in lines), Decimal(0))
        amount = sum((Decimal(line[self.amount]) for line in lines), Decimal(0))
        return Totals(1, len(lines), quantity, amount)
