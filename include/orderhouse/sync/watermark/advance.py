"""Where a loaded sync moves the watermark."""

from __future__ import annotations

from datetime import datetime

from include.orderhouse.sync.plan import Plan
from include.orderhouse.sync.request import MOVES_WATERMARK, Mode
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.watermark import watermark
from include.orderhouse.sync.watermark.held_mark import held_mark, mover


def moved_watermark(runtime: Runtime, plan: Plan) -> datetime | None:
    """Where the watermark goes, or None where it stays: no gap before the window, never back, no edit undone.

    What was saved shortly before the watermark may have been committed later: a window that leaves it out has a gap.
    """
    if plan.mode not in MOVES_WATERMARK or plan.start is None or plan.upper is None:
        return None
    start, upper = datetime.fromisoformat(plan.start), datetime.fromisoformat(plan.upper)
    text = runtime.watermark.read()
    current = watermark.parse(text, plan.connection)
    if current is None:
        had_none = watermark.parse(plan.watermark_text, plan.connection) is None
        return upper if plan.mode is Mode.INITIAL and had_none else None
    if (current.at, current.sync_id) == (upper, plan.sync_id):
        return upper
    if text != plan.watermark_text and mover(runtime, current) is None:
        return None
    held = held_mark(runtime, current)
    has_no_gap = plan.mode is Mode.INITIAL if held is None else start <= held.at - runtime.connection.options.overlap
    return upper if has_no_gap and current.at < upper else None
