"""A source's clock that was set back: what is saved from then on bears times that lie before the watermark.

The warehouse's clock tells: how far the source's is ahead of it is noted when the source is discovered.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from include.orderhouse.connector import Source
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.watermark.held_mark import mover
from include.orderhouse.sync.watermark.watermark import CLOCK_DIFFERENCE, Mark
from include.orderhouse.warehouse.clock import warehouse_now

log = logging.getLogger(__name__)


def mark_by_the_clock(runtime: Runtime, mark: Mark | None, clock_ahead: timedelta) -> Mark | None:
    """The mark, or when the sync that moved it began, told by the source's clock as it is now, if that is earlier.

    So nothing that was saved since is left out, whatever time it bears. The watermark itself stays until that clock has
    passed it. One that a person wrote is believed.
    """
    row = mark and mover(runtime, mark)
    if not mark or not row:
        return mark
    begun_at = row["started_at"] + clock_ahead
    if mark.at - begun_at > CLOCK_DIFFERENCE:
        log.warning(
            "The clock of %s was set back, or the warehouse's forward: its watermark is %s, but the sync that moved it "
            "there began at %s by that clock as it is now. What was saved since is read again.",
            runtime.connection.name,
            mark.at.isoformat(),
            begun_at.isoformat(),
        )
    return replace(mark, at=min(mark.at, begun_at))


def was_set_back(runtime: Runtime, source: Source, clock_ahead: float) -> bool:
    """Whether a source's latest answer shows its clock behind what it was taken for, so many seconds ahead."""
    told = source.api.source_time
    known = timedelta(seconds=clock_ahead) - CLOCK_DIFFERENCE
    return told is not None and told - warehouse_now(runtime.warehouse) < known
