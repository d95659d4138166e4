"""Whole raw orders: what the settings say of an order's lines and their accounts.

What the connector adds to the source's fields has a leading underscore: ``_is_charge`` and ``_order`` on the line,
``_columns`` on its account and on the accounts of its allocations.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.coupa.settings import Settings
from include.orderhouse.lookup import each_row
from include.orderhouse.protocols.coupa_core import Raw

OF_ORDER = ("id", "status")


def whole(order: Raw, settings: Settings) -> Raw:
    """The order with what the settings say of its lines; what has another shape is left for the transform to reject."""
    facts = {name: order.get(name) for name in OF_ORDER}
    return {**order, "order-lines": each_row(order.get("order-lines"), lambda line: _line(line, facts, settings))}


def _line(line: Raw, order: Raw, settings: Settings) -> Raw:
    commodity = line.get("commodity")
    name = commodity.get("name") if isinstance(commodity, dict) else None
    rich = {**line, "_order": order, "_is_charge": name in settings.charge_commodities}
    rich["account"] = _account(line.get("account"), settings)
    rich["account-allocations"] = each_row(
        line.get("account-allocations") or [],
        lambda share: {**share, "account": _account(share.get("account"), settings)},
    )
    return rich


def _account(account: Any, settings: Settings) -> Any:
    if not isinstance(account, dict):
        return account
    columns = {column: account.get(segment) for segment, column in settings.segments.items()}
    if "gl_account" not in settings.segments.values():
        columns["gl_account"] = account.get("code")
    return {**account, "_columns": columns}
