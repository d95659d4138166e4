"""The neutral truth: one company, its master data and its purchase orders; all dialects serve the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.sandbox.changes import HEADER_CHANGES, Change
from tests.sandbox.masters import Buyer, Currency, Item, LegalEntity, PaymentTerm, Site, Tax, Unit, Vendor
from tests.sandbox.order import Line, Order


@dataclass(frozen=True, slots=True)
class DeletedOrder:
    """An order that is gone from the systems, remembered for the truth."""

    order: Order
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class DeletedLine:
    """A line that was deleted from a living order, remembered for the truth."""

    order_id: int
    line: Line
    deleted_at: datetime


@dataclass(slots=True)
class Company:
    """All master data by code and all orders by id (in order of creation). `version` grows with every change."""

    entities: dict[str, LegalEntity]
    sites: dict[str, Site]
    vendors: dict[str, Vendor]
    items: dict[str, Item]
    buyers: dict[str, Buyer]
    currencies: dict[str, Currency]
    units: dict[str, Unit]
    taxes: dict[str, Tax]
    payment_terms: dict[str, PaymentTerm]
    gl_accounts: dict[str, str] = field(default_factory=dict)
    cost_centers: dict[str, str] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    deleted_orders: dict[int, DeletedOrder] = field(default_factory=dict)
    deleted_lines: list[DeletedLine] = field(default_factory=list)
    version: int = 0
    last_order_id: int = 0
    last_line_id: int = 0
    uncommitted: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)

    def add(self, order: Order) -> None:
        """Make an order part of the company; its id must be new."""
        if order.id in self.orders or order.id in self.deleted_orders:
            raise ValueError(f"order id {order.id} is already taken")
        self.orders[order.id] = order
        self.last_order_id = max(self.last_order_id, order.id)
        self.last_line_id = max([self.last_line_id, *(line.id for line in order.lines)])
        self.version += 1

    def record(self, order: Order, change: Change) -> None:
        """Note a change that was made to an order and move the timestamps of the records it saved."""
        order.changes.append(change)
        if change.kind in HEADER_CHANGES:
            order.modified_at = change.at
        for line in order.lines:
            if line.id in change.line_ids:
                line.modified_at = change.at
        self.note_silently(order)

    def note_silently(self, order: Order) -> None:
        """Note that an order was changed without any of its timestamps moving, as by SQL."""
        order.change_count += 1
        self.version += 1

    def next_order_id(self) -> int:
        self.last_order_id += 1
        return self.last_order_id

    def next_line_id(self) -> int:
        self.last_line_id += 1
        return self.last_line_id

    def digits(self, currency: str) -> int:
        """The decimals of amounts in a currency."""
        return self.currencies[currency].digits

    def entity_of(self, order: Order) -> LegalEntity:
        return self.entities[order.entity]

    def lines(self) -> Iterator[tuple[Order, Line]]:
        """Every line of every living order, text lines too."""
        return ((order, line) for order in self.orders.values() for line in order.lines)

    def defer(self, commit_at: datetime, apply: Callable[[], None]) -> None:
        """Keep a transaction open: its changes become visible at `commit_at`, with the timestamps they carry."""
        self.uncommitted.append((commit_at, apply))

    def settle(self, now: datetime) -> None:
        """Commit the open transactions that are due; the server calls it before each request."""
        if not self.uncommitted:
            return
        due = sorted((entry for entry in self.uncommitted if entry[0] <= now), key=lambda entry: entry[0])
        self.uncommitted = [entry for entry in self.uncommitted if entry[0] > now]
        for _, apply in due:
            apply()
