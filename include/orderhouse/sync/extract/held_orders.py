"""Orders that the warehouse holds as open, read again where the source tells no modification time.

The source gives the orders that are open now. Those that were open at the last sync and are finished since then are
among neither these nor the recent ones; only their keys, which the warehouse knows, find them. A reconcile does the
same for every source.
"""

from __future__ import annotations

from collections.abc import Sequence

from include.orderhouse.staging import Staging
from include.orderhouse.sync.extract.extraction import Extraction
from include.orderhouse.sync.extract.tally import Tally
from include.orderhouse.sync.plan import Plan
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.records.raw import open_orders

FILE = "held_open.json"


def read_held_orders(
    runtime: Runtime, plan: Plan, extraction: Extraction, staging: Staging, tallies: Sequence[Tally]
) -> None:
    """Read the open orders of the warehouse that this sync has not brought; every retry reads the same ones."""
    rereads = runtime.connection.connector.rereads_open_orders
    if rereads is None or not rereads(runtime.connection.settings):
        return
    if plan.mode is not Mode.INCREMENTAL:
        return
    if not staging.exists(FILE):
        held = open_orders(runtime.warehouse, plan.connection)
        staging.write_json(FILE, sorted(key for key in held if not any(key in tally for tally in tallies)))
    extraction.read_orders(staging.read_json(FILE), "raw/held_open_")
