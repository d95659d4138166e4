"""Certain orders, read by their ids: those that a notification of the source names, or a person."""

from __future__ import annotations

import logging

from include.orderhouse.connector import Source
from include.orderhouse.sync.extract.extraction import Extraction
from include.orderhouse.sync.extract.reconciliation import Gone, statuses_of_absent
from include.orderhouse.sync.plan import Plan
from include.orderhouse.sync.runtime import Runtime

_LISTED = 20
log = logging.getLogger(__name__)


def read_named_orders(runtime: Runtime, plan: Plan, extraction: Extraction, source: Source) -> Gone:
    """Stage the orders; what is gone among those that the source says it deleted, and does not have.

    An order that is absent without such a word proves nothing; a reconcile finds out about it.
    """
    there = extraction.read_orders(plan.order_ids, "raw/named_")
    absent = [key for key in plan.deleted_ids if key not in there]
    if unseen := [key for key in plan.order_ids if key not in there and key not in absent]:
        log.warning(
            "The source does not have, or does not show, %d of the orders: %s%s. They are neither loaded nor marked as "
            "deleted; a reconcile tells which are gone.",
            len(unseen),
            ", ".join(unseen[:_LISTED]),
            ", ..." if len(unseen) > _LISTED else "",
        )
    statuses = statuses_of_absent(runtime, source, absent)
    return [(key, statuses.get(key), "tombstone", None) for key in absent]
