"""What is told of a sync that failed: in the ledger, in the log, and nothing that should not be."""

from __future__ import annotations

import re
import traceback
from typing import Any
from unittest.mock import Mock

import pyarrow as pa
import pytest

from include.orderhouse import wire
from include.orderhouse.errors import (
    ConfigurationInvalid,
    LookAtData,
    SourceTimeout,
    WarehouseUnavailable,
    WatermarkUnavailable,
)
from include.orderhouse.sync import steps
from include.orderhouse.sync.failed import failure
from include.orderhouse.upkeep.connection_test import ConnectionTest
from include.orderhouse.warehouse.engine import URL_SETTING
from tests.sandbox.running import Sandbox
from tests.sync.conftest import Connect, System


def test_a_sync_of_the_command_line_that_somebody_ends_does_not_run_for_ever(system: System) -> None:
    def end(step: str, told: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.run(system.runtime, system.request(), end)
    last = system.last_sync()
    assert (last["state"], last["error_code"]) == ("failed", "KeyboardInterrupt")
    assert "somebody ended the command" in last["error_message"]


def test_a_run_whose_entry_became_a_mistake_has_failed_by_that_alone(
    system: System, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_SETTING, url)
    request = system.request()
    system.sync(run_id="another")
    staged = system.sync_until("transform", request)
    mistake = ConfigurationInvalid("There is no option sync_evry.", action="Correct the entry.")
    failure.record_mistake(request, mistake)
    failure.record_mistake(request, ConfigurationInvalid("Another.", action="None."))
    row = system.ledger_row(staged)
    assert (row["state"], row["error_code"], row["error_message"]) == ("failed", mistake.code, str(mistake))
    assert system.rows("SELECT data ->> 'sync_id' AS told FROM ops.webhook_event WHERE kind = 'sync.failed'") == [
        {"told": staged}
    ]


def test_a_sync_whose_watermark_is_not_given_is_in_the_ledger_and_told(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    not_given = WatermarkUnavailable("Its value is not given.", action="Set it anew.")
    monkeypatch.setattr(system.runtime, "watermark", Mock(read=Mock(side_effect=not_given)))
    with pytest.raises(WatermarkUnavailable):
        system.sync()
    row = system.last_sync()
    assert (row["state"], row["mode"], row["error_code"]) == ("failed", "incremental", not_given.code)
    assert system.rows("SELECT kind FROM ops.webhook_event") == [{"kind": "sync.failed"}]


@pytest.mark.parametrize("is_final", [True, False])
def test_only_a_failure_that_nothing_tries_again_is_told_to_other_programs(system: System, is_final: bool) -> None:
    request = system.request()
    staged = system.sync_until("extract", request)
    failure.record_failure(system.runtime, request, SourceTimeout("No answer.", action="Wait."), is_final=is_final)
    assert system.ledger_row(staged)["error_code"] == "SOURCE_TIMEOUT"
    told = system.rows("SELECT 1 FROM ops.webhook_event WHERE kind = 'sync.failed'")
    assert len(told) == int(is_final)


def test_an_override_that_cannot_be_stops_the_sync_before_the_source_is_asked(odoo: Sandbox, connect: Connect) -> None:
    connect("odoo", odoo).sync()
    odoo.world("odoo").log.clear()
    wrong = connect("odoo", odoo, overrides={"order": {"buyer": {"constant": "x"}}})
    with pytest.raises(ConfigurationInvalid, match=r"order\.buyer, which is no canonical column"):
        wrong.sync()
    tested = ConnectionTest(wrong.runtime).run()[0]
    assert (tested.name, tested.state) == ("configuration", "failed")
    assert odoo.world("odoo").log.count() == 0
    assert wrong.last_sync()["error_code"] == "CONFIGURATION_INVALID"


def test_a_failure_that_a_warehouse_which_is_away_cannot_note_is_told_in_one_line(
    system: System, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = WarehouseUnavailable("The warehouse cannot be used: it is away.", action="Check that PostgreSQL runs.")
    monkeypatch.setattr(failure, "fail_sync", Mock(side_effect=away))
    failure.record_failure(system.runtime, system.request(), away)
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.getMessage().endswith(f"could not be noted in the warehouse: {away}")
    assert record.exc_info is None


def test_of_an_error_that_was_not_foreseen_the_ledger_has_its_kind_and_place_and_no_message(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise pa.ArrowInvalid("Failed to parse string: 'a secret memo'" * 1000)

    monkeypatch.setattr(steps, "make_batches", fail)
    with pytest.raises(pa.ArrowInvalid):
        system.sync()
    row = system.last_sync()
    assert (row["state"], row["error_code"]) == ("failed", "ArrowInvalid")
    assert re.sub(r"\d+", "1", row["error_message"]) == (
        "ArrowInvalid in steps.py, line 1, which was not foreseen. The log of the run has its message; report it."
    )


def test_a_sync_that_fails_behind_its_plan_keeps_its_window_and_its_scope(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "make_batches", Mock(side_effect=MemoryError))
    with pytest.raises(MemoryError):
        system.sync()
    row = system.last_sync()
    assert (row["state"], row["attempts"]) == ("failed", 1)
    assert None not in (row["window_start"], row["window_end"])
    assert row["scope"]


def test_a_value_that_the_warehouse_does_not_take_ends_the_sync_and_is_shown_nowhere(
    odoo: Sandbox, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "storable", lambda text: text)
    odoo.world("odoo").faults.add("new_field", times=None, field="x_note", value="a secret\x00")
    with pytest.raises(LookAtData) as refused:
        system.sync()
    row = system.last_sync()
    assert (row["state"], row["error_code"], row["error_message"]) == ("failed", "VALUE_REFUSED", str(refused.value))
    assert len(row["error_message"]) < 500
    assert "secret" not in "".join(traceback.format_exception(refused.value))
