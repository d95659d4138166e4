"""A sync that ends, or waits, before it has a plan: its first call was refused, say. The ledger has it all the same."""

from __future__ import annotations

from include.orderhouse.errors import StorageUnavailable, WatermarkUnavailable
from include.orderhouse.sync.plan import has_plan
from include.orderhouse.sync.request import Mode, SyncRequest
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.syncs.ledger import SyncRow, start_sync
from include.orderhouse.warehouse.syncs.lost_syncs import untold_syncs
from include.orderhouse.warehouse.syncs.mapping_versions import mapping_version


def start_unplanned(runtime: Runtime, request: SyncRequest, identity: str) -> None:
    """Open the ledger row of a sync that has no plan, with what is known without one."""
    if _has_row(runtime, request, identity):
        return
    connection = runtime.connection
    row = SyncRow(
        sync_id=identity,
        connection=connection.name,
        customer=connection.customer,
        connector=connection.connector.name,
        mode=_likely_mode(runtime) if request.mode is Mode.AUTO else request.mode,
        run_id=request.run_id,
        triggered_by=request.triggered_by,
        window_start=None,
        window_end=None,
        watermark_before=None,
        scope=(),
        mapping_version=mapping_version(runtime.warehouse, connection.name, connection.mapping_fingerprint),
    )
    start_sync(runtime.warehouse, row)


def _likely_mode(runtime: Runtime) -> Mode:
    """What ``auto`` would become. A watermark that is not given may be why the sync has failed."""
    try:
        return Mode.INCREMENTAL if runtime.watermark.read() else Mode.INITIAL
    except WatermarkUnavailable:
        return Mode.INCREMENTAL


def _has_row(runtime: Runtime, request: SyncRequest, identity: str) -> bool:
    """Whether the ledger has a sync: it has those with a plan. It is asked where no plan can be looked for."""
    try:
        return has_plan(runtime, identity)
    except StorageUnavailable:
        return identity in {sync.sync_id for sync in untold_syncs(runtime.warehouse, request.run_id)}
