"""Since when a source has let a sync get on no further: noted beside the staged pages, since each try is a new process.

A sync gets on where a page is kept: that is what no later try asks for again.
"""

from __future__ import annotations

from datetime import datetime

from include.orderhouse.staging import Staging
from include.orderhouse.sync.failed.unplanned import start_unplanned
from include.orderhouse.sync.plan import sync_id
from include.orderhouse.sync.request import SyncRequest
from include.orderhouse.sync.runtime import Runtime

FILE = "waits.json"


def refused_since(runtime: Runtime, request: SyncRequest, now: datetime, *, is_first: bool) -> datetime:
    """When the source first refused the sync after its last page; ``now`` where this is that refusal, which is noted.

    ``is_first`` where the try has not waited before: what an earlier one has noted does not count. A sync that was
    refused before it had a plan gets its ledger row first: the maintenance removes the files of syncs without one.
    """
    identity = sync_id(runtime, request)
    staging = runtime.staging(identity)
    pages = _pages(staging)
    if not is_first and staging.exists(FILE):
        noted = staging.read_json(FILE)
        if noted["pages"] == pages:
            return datetime.fromisoformat(noted["since"])
    start_unplanned(runtime, request, identity)
    staging.write_json(FILE, {"pages": pages, "since": now.isoformat()})
    return now


def _pages(staging: Staging) -> int:
    return sum(name.endswith(".json") for folder in staging.folders("raw") for name in staging.names(folder))
