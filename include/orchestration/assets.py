"""What loads update, as Airflow's assets; their events carry the connection and the counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Asset, AssetAlias, Context

UPDATED_ORDERS = AssetAlias("purchase_orders")
"""Stands for the asset of whichever connector a task has loaded, where that is not known before."""


def purchase_orders_asset(connector: str) -> Asset:
    """The purchase orders of all connections of a connector, in the warehouse."""
    return Asset(name=f"purchase_orders__{connector}", uri=f"orderhouse://purchase_orders/{connector}")


def tell_update(context: Context, connector: str, extra: Mapping[str, Any]) -> None:
    """Let the running task update its connector's asset when it succeeds; ``extra`` goes with the event."""
    asset, events = purchase_orders_asset(connector), context["outlet_events"]
    if asset in context["outlets"]:
        events[asset].extra = dict(extra)
    else:
        events[UPDATED_ORDERS].add(asset, extra=dict(extra))
