"""The small chart of a connection's recent runs: upwards how long each took, downwards how many orders it read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from include.orchestration.ui.wording import number, span
from include.orderhouse.warehouse.reading.overview import RECENT, RecentSync

HEIGHT = 22
"""Of either half, in the chart's own units."""
STEP = 9
_SHORTEST = 1.5


@dataclass(frozen=True)
class Bar:
    """One run in a chart."""

    x: float
    up: float
    down: float
    state: str
    says: str


@dataclass(frozen=True)
class Chart:
    """The bars of a chart and what they say in one sentence, for those who do not see them."""

    bars: tuple[Bar, ...]
    says: str
    width: int = RECENT * STEP
    height: int = 2 * HEIGHT + 2
    middle: int = HEIGHT


def chart(recent: Sequence[RecentSync]) -> Chart:
    """The chart of these runs, the latest on the right. Heights follow the square root, so that small runs show."""
    longest = max((run.seconds or 0 for run in recent), default=0) or 1
    most = max((run.orders for run in recent), default=0) or 1
    first = RECENT - len(recent)
    bars = tuple(
        Bar(
            x=(first + position) * STEP,
            up=_height((run.seconds or 0) / longest),
            down=_height(run.orders / most) if run.orders else 0.0,
            state=run.state,
            says=f"{run.started_at:%Y-%m-%d %H:%M} UTC, {run.mode}: {run.state}, {span(run.seconds)}, "
            f"{number(run.orders)} orders read, {number(run.rejected)} rejected",
        )
        for position, run in enumerate(recent)
    )
    failed = sum(run.state in ("failed", "stopped") for run in recent)
    return Chart(bars, f"The latest {len(recent)} runs; {failed} failed" if recent else "No runs yet")


def _height(part: float) -> float:
    return round(max(_SHORTEST, HEIGHT * math.sqrt(part)), 1)
