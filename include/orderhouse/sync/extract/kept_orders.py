"""Raw orders that the warehouse keeps, staged to be mapped again: all of them in a remap, rejects in a replay."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from include.orderhouse.raw_order import RawOrder
from include.orderhouse.staging import Staging, write_orders
from include.orderhouse.sync.plan import Plan
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.transform.batching import BYTES_PER_BATCH, ORDERS_PER_BATCH
from include.orderhouse.warehouse.records.payloads import Payloads
from include.orderhouse.warehouse.records.raw import open_rejects, stored_raw

log = logging.getLogger(__name__)


def stage_kept_orders(runtime: Runtime, plan: Plan, staging: Staging) -> int:
    """Stage what the plan's mode maps again, page by page; how many orders that are.

    That chosen rejects do not wait any more is logged.
    """
    total = 0
    for number, page in enumerate(_pages(_kept(runtime, plan))):
        _, unpacked = write_orders(staging, f"raw/kept/{number:06}.zst", page)
        staging.write_json(f"raw/kept/{number:06}.json", {"orders": len(page), "json_bytes": unpacked})
        total += len(page)
    if total < (chosen := len(set(plan.reject_ids))):
        log.warning(
            "%d of the %d chosen rejects of %s are not mapped again: they do not wait any more, or never did, or their "
            "raw record is no longer kept. `scripts/orderhouse rejects %s` lists those that wait.",
            chosen - total,
            chosen,
            plan.connection,
            plan.connection,
        )
    return total


def _kept(runtime: Runtime, plan: Plan) -> Iterator[RawOrder]:
    payloads = Payloads(runtime.cipher, plan.connection)
    kept = (
        stored_raw(runtime.warehouse, payloads)
        if plan.mode is Mode.REMAP
        else open_rejects(runtime.warehouse, payloads, plan.reject_ids)
    )
    return (RawOrder.of(payload, fetched_at) for payload, fetched_at in kept)


def _pages(orders: Iterable[RawOrder]) -> Iterator[list[RawOrder]]:
    """So many orders at a time as a batch may have, by their number and by the size of their JSON."""
    page: list[RawOrder] = []
    size = 0
    for order in orders:
        page.append(order)
        size += len(order.content or b"")
        if len(page) >= ORDERS_PER_BATCH or size >= BYTES_PER_BATCH:
            yield page
            page, size = [], 0
    if page:
        yield page
