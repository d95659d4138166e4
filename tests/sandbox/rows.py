"""Rendered rows kept until their order changes, so that no request renders the whole company again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from tests.sandbox.company import Company
from tests.sandbox.order import Order

Row = TypeVar("Row")


class RowCache(Generic[Row]):
    """What `render` makes of each living order, in order of ids; only changed orders are rendered again."""

    def __init__(self, company: Company, render: Callable[[Order], Row]) -> None:
        self._company = company
        self._render = render
        self._rows: dict[int, tuple[int, Row]] = {}
        self._listed: list[Row] = []
        self._version = -1

    def rows(self) -> list[Row]:
        """The rows of all living orders."""
        self._refresh()
        return self._listed.copy()

    def row(self, order_id: int) -> Row | None:
        """The row of one order; None if it does not exist (any more)."""
        self._refresh()
        found = self._rows.get(order_id)
        return None if found is None else found[1]

    def _refresh(self) -> None:
        if self._version == self._company.version:
            return
        fresh: dict[int, tuple[int, Row]] = {}
        for order_id, order in self._company.orders.items():
            kept = self._rows.get(order_id)
            is_current = kept is not None and kept[0] == order.change_count
            fresh[order_id] = kept if kept is not None and is_current else (order.change_count, self._render(order))
        self._rows = fresh
        self._listed = [row for _, row in fresh.values()]
        self._version = self._company.version
