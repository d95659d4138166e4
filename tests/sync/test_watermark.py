"""The watermark: what lies before it is loaded, whatever went wrong, whoever else ran, and whoever edited it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.errors import NotLoaded, SourceUnavailable, StagedFilesMissing, WatermarkInvalid
from include.orderhouse.sync import steps
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.staged import VALIDATED
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import NOW, Connect, System

DAY = timedelta(days=1)
SAFETY = timedelta(seconds=60)


@pytest.mark.parametrize(
    ("late", "options"),
    [(300.0, {"overlap": "10m", "safety_delay": "0s"}), (45.0, {"overlap": "0s", "safety_delay": "60s"})],
    ids=["the overlap", "the safety delay"],
)
def test_an_order_that_commits_after_the_read_is_found_by(
    odoo: Sandbox, connect: Connect, late: float, options: dict[str, str]
) -> None:
    """H3."""
    system = connect("odoo", odoo, **options)
    number = odoo.act(history.create_late, late)
    odoo.clock.advance(late - 5)
    system.sync()
    assert str(number) not in system.order_ids()
    odoo.clock.advance(60)
    system.sync()
    assert str(number) in system.order_ids()


def test_an_order_of_the_very_second_in_which_the_sync_ran_is_found_by_the_next(
    odoo: Sandbox, connect: Connect
) -> None:
    """H4: even without any overlap or delay the window includes its first instant."""
    system = connect("odoo", odoo, overlap="0s", safety_delay="0s")
    system.sync()
    number = odoo.act(history.create)
    odoo.clock.advance(600)
    system.sync()
    assert str(number) in system.order_ids()


def test_the_watermark_stays_behind_the_sources_clock_and_never_goes_back(odoo: Sandbox, synced: System) -> None:
    """H6: neither by the overlap of the windows nor by a clock that is set back."""
    assert synced.mark == NOW - SAFETY
    odoo.clock.advance(-300)
    synced.sync()
    assert synced.mark == NOW - SAFETY
    odoo.clock.advance(330)
    synced.sync()
    assert synced.mark == NOW - SAFETY + timedelta(seconds=30)


def test_a_source_that_does_not_tell_the_time_is_read_by_the_warehouses_clock(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.orderhouse.http.api.instant_of", lambda _: None)
    for mode in ("initial", "incremental"):
        row = system.sync()
        assert (row["mode"], row["watermark_after"]) == (mode, system.mark)
        assert row["started_at"] - 2 * SAFETY < system.mark <= row["started_at"] - SAFETY


def test_the_watermark_stays_where_the_extraction_fails(odoo: Sandbox, synced: System) -> None:
    """H7: whether the source fails at the first call or between two pages."""
    before = synced.watermark.text
    odoo.clock.advance(3600)
    odoo.act(history.touch_some, 20)
    for calls in (0, 12):
        odoo.world("odoo").faults.add("server_error", times=None, after=calls)
        with pytest.raises(SourceUnavailable):
            synced.sync(run_id=f"fails after {calls}")
        odoo.world("odoo").faults.clear()
        told = synced.last_sync()
        assert (told["run_id"], told["state"]) == (f"fails after {calls}", "failed")
        assert (told["error_code"], told["attempts"]) == ("SOURCE_UNAVAILABLE", 1)
        assert synced.watermark.text == before


def test_the_watermark_stays_where_the_load_fails(odoo: Sandbox, synced: System) -> None:
    """H7: half of what was staged is gone; the run is not loaded by half."""
    before, odoo_id = synced.watermark.text, min(odoo.company.orders)
    odoo.clock.advance(3600)
    odoo.act(history.change_header, odoo_id, "lost on the way")
    staged = synced.sync_until("validate", synced.request())
    staging = synced.runtime.staging(staged)
    staging.remove(f"{staging.read_json(VALIDATED)['folders'][0]}/purchase_order_line.arrow")
    with pytest.raises(StagedFilesMissing):
        steps.load(synced.runtime, staged)
    with pytest.raises(NotLoaded):
        steps.advance_watermark(synced.runtime, staged)
    assert synced.watermark.text == before
    assert synced.rows("SELECT 1 FROM procurement.purchase_order WHERE memo = 'lost on the way'") == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (-30 * DAY, -20 * DAY, -SAFETY),
        (timedelta(hours=1), timedelta(hours=2), -SAFETY),
        (-SAFETY - timedelta(minutes=1), timedelta(hours=2), -SAFETY),
        (-DAY, timedelta(hours=2), timedelta(hours=2)),
        (-DAY, 30 * DAY, DAY - SAFETY),
        (20 * DAY, 30 * DAY, -SAFETY),
    ],
    ids=["behind it", "beyond a gap", "from the overlap on", "across it", "into the future", "wholly in the future"],
)
def test_a_window_moves_the_watermark_only_forward_and_without_a_gap(
    odoo: Sandbox, synced: System, start: timedelta, end: timedelta, expected: timedelta
) -> None:
    """H6, H7."""
    odoo.clock.advance(86_400)
    synced.sync(Mode.WINDOW, window_start=NOW + start, window_end=NOW + end)
    assert synced.mark == NOW + expected


def test_what_changed_in_the_gap_before_a_later_window_is_still_read(odoo: Sandbox, synced: System) -> None:
    """H7."""
    odoo.clock.advance(1800)
    number = odoo.act(history.create)
    odoo.clock.advance(86_400)
    synced.sync(Mode.WINDOW, window_start=NOW + timedelta(hours=1), window_end=NOW + timedelta(hours=2))
    assert str(number) not in synced.order_ids()
    synced.sync()
    assert str(number) in synced.order_ids()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", "no instant"),
        ("{", "not valid JSON"),
        ("2026-01-01T00:00:00", "offset"),
        ("2027-01-01T00:00:00Z", "future"),
        ("0001-01-01T00:00:00Z", "the year 1 cannot be meant"),
        ("9999-12-31T23:59:59-05:00", "the year 9999 cannot be meant"),
    ],
)
def test_a_watermark_that_cannot_be_used_stops_the_sync(system: System, text: str, problem: str) -> None:
    """H9."""
    system.watermark.text = text
    with pytest.raises(WatermarkInvalid, match=rf"{problem}.*scripts/orderhouse connections shows where"):
        system.sync()
    assert system.watermark.text == text
    assert system.last_sync()["error_code"] == "WATERMARK_INVALID"


def test_a_record_of_the_future_is_loaded_and_does_not_take_the_watermark_with_it(
    odoo: Sandbox, synced: System
) -> None:
    """H9: what is created later is still found."""
    future = odoo.act(history.create_in_future, 30 * 86_400.0)
    odoo.clock.advance(3600)
    synced.sync()
    assert synced.mark == NOW + timedelta(hours=1) - SAFETY
    later = odoo.act(history.create)
    odoo.clock.advance(3600)
    synced.sync()
    assert {str(future), str(later)} <= synced.order_ids()


@pytest.mark.parametrize(
    "edit", ["2026-09-01T00:00:00Z", "2026-10-01T11:57:00Z", None], ids=["set back", "set back a little", "deleted"]
)
@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.INITIAL])
def test_an_edit_made_during_a_sync_is_left_as_it_was_written(
    odoo: Sandbox, synced: System, edit: str | None, mode: Mode
) -> None:
    odoo.clock.advance(3600)
    staged = synced.sync_until("load", synced.request(mode))
    synced.watermark.text = edit
    steps.advance_watermark(synced.runtime, staged)
    assert synced.watermark.text == edit
    assert synced.ledger_row(staged)["watermark_after"] is None


@pytest.mark.parametrize("written", ["{}", ' "{}" '], ids=["plain", "as a text of JSON"])
def test_a_watermark_that_was_set_back_by_hand_is_where_the_next_sync_starts(synced: System, written: str) -> None:
    synced.watermark.text = written.format((NOW - 20 * DAY).isoformat())
    row = synced.sync()
    assert (row["mode"], row["window_start"]) == ("incremental", NOW - 20 * DAY - timedelta(minutes=10))
    assert synced.mark == NOW - SAFETY


@pytest.mark.parametrize("author", ["by hand", "", 7, {}, None])
def test_an_instant_that_a_person_wrote_into_what_a_sync_had_written_is_that_persons(
    odoo: Sandbox, synced: System, author: Any
) -> None:
    """Whether or not the sync's name stays. Also while a sync runs that has read as far back: it leaves it as it is."""
    odoo.clock.advance(3600)
    staged = synced.sync_until("load", synced.request(Mode.INITIAL))
    changed = {"watermark": "2026-09-30T00:00:00Z"} | ({} if author is None else {"sync_id": author})
    synced.watermark.text = edit = json.dumps(json.loads(synced.watermark.text or "") | changed)
    assert steps.advance_watermark(synced.runtime, staged)["watermark"] is None
    assert synced.watermark.text == edit
    assert synced.sync()["window_start"] == datetime(2026, 9, 29, 23, 50, tzinfo=UTC)


def test_a_watermark_that_was_emptied_and_not_deleted_is_set_by_the_initial_sync(synced: System) -> None:
    synced.watermark.text = " "
    assert synced.sync()["mode"] == "initial"
    assert synced.mark == NOW - SAFETY
    assert synced.sync()["mode"] == "incremental"


def test_a_window_sets_no_watermark_where_there_is_none(system: System) -> None:
    """H7: nothing would ever be read that lies before it."""
    system.sync(Mode.WINDOW, window_start=NOW - DAY, window_end=NOW)
    assert system.watermark.text is None


def test_an_initial_sync_leaves_no_gap_behind_a_watermark_that_is_older_than_its_window(
    odoo: Sandbox, synced: System
) -> None:
    odoo.clock.advance(200 * 86_400)
    synced.sync(Mode.INITIAL)
    assert synced.mark == NOW + 200 * DAY - SAFETY


@pytest.mark.parametrize("last", ["early", "late"])
def test_of_two_runs_side_by_side_the_later_window_decides_whichever_ends_last(
    odoo: Sandbox, synced: System, last: str
) -> None:
    """H6: no run moves the watermark back, stops the other from moving it, or overwrites what is later."""
    changed = min(odoo.company.orders)
    odoo.clock.advance(600)
    odoo.act(history.change_header, changed, "as the early run saw it")
    early = synced.sync_until("extract", synced.request())
    odoo.clock.advance(600)
    odoo.act(history.change_header, changed, "as the late run saw it")
    late = synced.sync_until("extract", synced.request())
    for staged in (early, late) if last == "late" else (late, early):
        for step in (steps.transform, steps.validate, steps.load, steps.advance_watermark):
            step(synced.runtime, staged)
    assert synced.mark == NOW + timedelta(seconds=1200) - SAFETY
    told = synced.rows(f"SELECT memo FROM procurement.purchase_order WHERE source_order_id = '{changed}'")
    assert told == [{"memo": "as the late run saw it"}]
    assert (synced.ledger_row(early)["orders_older"] > 0) == (last == "early")


def test_a_step_that_was_killed_after_it_moved_the_watermark_ends_well_when_it_is_tried_again(
    odoo: Sandbox, synced: System
) -> None:
    """H30: killed before the ledger knew of it, and killed before the task was known to have succeeded."""
    odoo.clock.advance(600)
    staged = synced.sync_until("load", synced.request())
    upper = NOW + timedelta(seconds=600) - SAFETY
    synced.watermark.text = f'{{"watermark": "{upper.isoformat()}", "sync_id": "{staged}"}}'
    for _ in range(2):
        told = steps.advance_watermark(synced.runtime, staged)
        assert datetime.fromisoformat(told["watermark"]) == synced.mark == upper
        assert synced.ledger_row(staged)["watermark_after"] == upper
