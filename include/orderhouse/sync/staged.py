"""What the steps of a sync have staged of it, and the load that follows from it."""

from __future__ import annotations

from include.orderhouse.staging import Staging
from include.orderhouse.sync.extract.reconciliation import proven_gone
from include.orderhouse.sync.plan import Plan
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.task import LoadTask

TRANSFORMED, VALIDATED = "transformed.json", "validated.json"


def extracted(staging: Staging) -> dict[str, int]:
    """What was read, by the ledger's columns."""
    made = staging.read_json(TRANSFORMED)
    return {"orders_extracted": made["orders"], "lines_extracted": made["lines"], "orders_duplicate": made["copies"]}


def load_task(runtime: Runtime, plan: Plan, staging: Staging) -> LoadTask:
    """What is to be loaded beside the frames."""
    return LoadTask(
        connection=plan.connection,
        customer=runtime.connection.customer,
        sync_id=plan.sync_id,
        mapping_version=staging.read_json(TRANSFORMED)["mapping_version"],
        gone=proven_gone(runtime, plan, staging),
        counts=extracted(staging),
        reject_alert=runtime.connection.options.reject_alert,
        max_orders=runtime.connection.options.max_orders,
    )
