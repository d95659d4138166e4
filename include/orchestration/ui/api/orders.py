"""Canonical orders, for programs that cannot speak SQL."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.parameters import ChosenName, Cursor, Limit, Since, Until
from include.orchestration.ui.surroundings import visible_names, warehouse
from include.orderhouse.model.order import OrderStatus
from include.orderhouse.warehouse.reading.orders import OrderFilter, OrderPage, read_orders

router = APIRouter(prefix="/orders", tags=["orders"])


@router.get("")
def list_orders(
    access: AccessDep,
    connection: ChosenName = None,
    modified_from: Since = None,
    modified_to: Until = None,
    loaded_from: Since = None,
    loaded_to: Until = None,
    ordered_from: Annotated[date | None, Query(description="The first order date, included")] = None,
    ordered_to: Annotated[date | None, Query(description="The first order date no longer included")] = None,
    status: OrderStatus | None = None,
    with_deleted: bool = False,
    with_lines: bool = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> OrderPage:
    """Orders by connection and id.

    ``modified`` is the source's own modification time. To follow all changes, ask by ``loaded``: it moves whenever the
    warehouse has written the order, be it late. ``follow_from`` is where the next question begins.
    """
    names = visible_names(access, connection)
    bounds = (modified_from, modified_to, loaded_from, loaded_to, ordered_from, ordered_to)
    return read_orders(warehouse(), OrderFilter(names, *bounds, status, with_deleted), cursor, limit, with_lines)
