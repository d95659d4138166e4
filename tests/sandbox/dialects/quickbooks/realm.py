"""The objects of one realm: what queries and change data capture are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.quickbooks.masters import master_records
from tests.sandbox.dialects.quickbooks.orders import Renderer
from tests.sandbox.dialects.quickbooks.query import QueryError, Record
from tests.sandbox.masters import LegalEntity
from tests.sandbox.order import Order
from tests.sandbox.rows import RowCache

Rendered = tuple[str, Record, list[Record]]
"""An order's legal entity, the order and its bills, or expenses."""


class Realm:
    """One company of QuickBooks: a legal entity's orders with their bills, and the lists."""

    def __init__(self, company: Company, options: Mapping[str, str]) -> None:
        self.entity: LegalEntity = company.entities[options.get("entity", next(iter(company.entities)))]
        self._company, self._renderer = company, Renderer(company, options)
        self._rows: RowCache[Rendered] = RowCache(company, self._render)
        self._masters = master_records(company, self.entity)

    def records(self, entity: str) -> list[Record]:
        """All records of an entity, in order of ids."""
        if entity == "PurchaseOrder":
            return [order for code, order, _ in self._rows.rows() if code == self.entity.code]
        if entity in ("Bill", "Purchase"):
            is_asked = entity == self._renderer.drawing_entity
            return [
                bill for code, _, bills in self._rows.rows() for bill in bills if is_asked and code == self.entity.code
            ]
        if entity not in self._masters:
            detail = f"QueryValidationError: Entity {entity} not found"
            raise QueryError("4001", "Invalid query", detail)
        return self._masters[entity]

    def changed(self, entity: str, since: datetime) -> list[dict[str, Any]]:
        """Everything of an entity that changed or was deleted since an instant, the latest first."""
        name = "MetaData.LastUpdatedTime"
        found = [(r.values[name], r.body) for r in self.records(entity) if r.values.get(name, since) >= since]
        if entity == "PurchaseOrder":
            found += [
                (gone.deleted_at, self._renderer.deletion(gone.order, gone.deleted_at))
                for gone in self._company.deleted_orders.values()
                if gone.order.entity == self.entity.code and self._renderer.kept(gone.deleted_at) >= since
            ]
        return [body for _, body in sorted(found, key=lambda entry: entry[0], reverse=True)]

    def _render(self, order: Order) -> Rendered:
        return order.entity, self._renderer.order(order), self._renderer.bills(order)
