"""How far the warehouse holds what a watermark says is loaded.

The watermark is Airflow's, the orders are the warehouse's. One that was restored from a backup, or made anew, lacks
what was loaded since; its ledger then does not know the sync that moved the watermark.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.watermark.watermark import Mark
from include.orderhouse.warehouse.syncs.ledger import finished_sync, last_watermark

log = logging.getLogger(__name__)


def held_mark(runtime: Runtime, mark: Mark | None) -> Mark | None:
    """The mark as far as the ledger bears it out; None where nothing of it is held.

    One without a sync was written by a person, who is believed.
    """
    name = runtime.connection.name
    if mark is None or mark.sync_id is None or finished_sync(runtime.warehouse, name, mark.sync_id):
        return mark
    known = last_watermark(runtime.warehouse, name)
    log.warning(
        "The warehouse does not know the sync %s, which moved the watermark of %s to %s: it was restored or made anew. "
        "What it lacks is read again, %s.",
        mark.sync_id,
        name,
        mark.at.isoformat(),
        f"from {known.isoformat()} on" if known else "beginning with the initial window",
    )
    return None if known is None else replace(mark, at=min(known, mark.at))


def mover(runtime: Runtime, mark: Mark) -> Mapping[str, Any] | None:
    """The ledger row of the sync that moved the watermark to this very mark; None where none did."""
    row = mark.sync_id and finished_sync(runtime.warehouse, runtime.connection.name, mark.sync_id)
    return row if row and row["watermark_after"] == mark.at else None
