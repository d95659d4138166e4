"""How spans, instants, shares and charts read: none says more, or other, than there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from include.orchestration.ui.charts import HEIGHT, STEP, chart
from include.orchestration.ui.pages.runs import accounts
from include.orchestration.ui.wording import NOTHING, instant, moment, number, share, span, words
from include.orderhouse.warehouse.reading.overview import RECENT, RecentSync

AT = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(-timedelta(hours=2)))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, NOTHING),
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (45, "45 s"),
        (60, "1 min"),
        (90, "1.5 min"),
        (720, "12 min"),
        (3 * 3600, "3 h"),
        (86_400, "1 d"),
        (36 * 3600, "1.5 d"),
        (40 * 86_400, "40 d"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(seconds: float | None, told: str) -> None:
    assert span(seconds) == told


@pytest.mark.parametrize(
    ("ago", "told"),
    [
        (timedelta(0), "now"),
        (timedelta(hours=3), "3 h ago"),
        (-timedelta(hours=3, seconds=1), "in 3 h"),
        (timedelta(days=13), "13 d ago"),
    ],
)
def test_a_moment_is_told_from_now_and_in_full_on_pointing_at_it(ago: timedelta, told: str) -> None:
    at = datetime.now(UTC) - ago
    found = moment(at)
    assert found.striptags() == told
    assert f'title="{at:%Y-%m-%d %H:%M:%S} UTC"' in found


def test_an_instant_of_another_offset_is_told_in_utc() -> None:
    assert instant(AT) == "2026-03-02 01:30:00"
    assert 'title="2026-03-02 01:30:00 UTC"' in moment(AT)
    assert moment(AT.replace(year=2020)).striptags() == "2020-03-02", "too long ago to count"
    assert (instant(None), moment(None).striptags()) == (NOTHING, NOTHING)


def test_numbers_shares_and_names_read_as_people_write_them() -> None:
    assert [number(value) for value in (None, 0, 1234567)] == [NOTHING, "0", "1\u202f234\u202f567"]
    assert [share(value) for value in (None, 0, 0.004, 0.01, 0.5, 1, 1.25)] == [
        NOTHING, "0 %", "<1 %", "1 %", "50 %", "100 %", "125 %"
    ]  # fmt: skip
    assert [words(name) for name in (None, "needs_reauthorisation", "full_resync")] == [
        NOTHING, "needs re-authorisation", "full resync"
    ]  # fmt: skip


def ran(state: str, seconds: float | None, orders: int) -> RecentSync:
    ended = None if seconds is None else AT + timedelta(seconds=seconds)
    nothing = dict.fromkeys(("calls", "report_path", "error_code", "error_message"))
    told = {"sync_id": "1", "mode": "incremental", "run_id": "r", "rejected": 2, "started_at": AT, "finished_at": ended}
    return RecentSync(state=state, orders=orders, **told, **nothing)


def test_a_chart_ends_with_the_latest_run_and_shows_small_ones_beside_large_ones() -> None:
    drawn = chart([ran("stopped", 1, 0), ran("failed", 25, 4), ran("succeeded", 100, 400), ran("running", None, 1)])
    assert [bar.x for bar in drawn.bars] == [(RECENT - 4 + position) * STEP for position in range(4)]
    assert [bar.up for bar in drawn.bars] == [HEIGHT / 10, HEIGHT / 2, HEIGHT, 1.5]
    assert [bar.down for bar in drawn.bars] == [0, HEIGHT / 10, HEIGHT, 1.5]
    assert drawn.says == "The latest 4 runs; 2 failed"
    assert drawn.bars[1].says.endswith("incremental: failed, 25 s, 4 orders read, 2 rejected")
    assert (chart([]).says, chart([]).bars) == ("No runs yet", ())
    assert chart([ran("running", None, 0)]).bars[0].up == 1.5


ORDERS = {f"orders_{part}": 1 for part in ("inserted", "updated", "unchanged", "older", "rejected")}
LINES = {f"lines_{part}": 2 for part in ("written", "unchanged", "older", "rejected")}


@pytest.mark.parametrize(
    ("counts", "agrees"),
    [
        ({}, [True, True]),
        ({"orders_extracted": 6}, [False, True]),
        ({"lines_older": 1}, [True, False]),
        ({"orders_extracted": None}, [None, True]),
        ({"lines_rejected": None}, [True, None]),
        ({"lines_rejected": None, "lines_extracted": 6}, [True, None]),
    ],
)
def test_what_a_run_read_adds_up_only_where_each_part_is_known(
    counts: dict[str, Any], agrees: list[bool | None]
) -> None:
    run = SimpleNamespace(**{"orders_extracted": 5, "lines_extracted": 8} | ORDERS | LINES | counts)
    assert [agree for *_, agree in accounts(run)] == agrees
