"""H22: the shape of a source's orders changes, and the next sync says so."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import SchemaDrift
from include.orderhouse.sync import steps
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.transform.drift import check_drift, stage_fields
from include.orderhouse.transform.source_fields import FieldTally, SourceFields
from include.orderhouse.warehouse.reading.fields import read_source_fields
from include.orderhouse.warehouse.syncs.source_fields import SeenField, observation
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, SETTINGS, Connect, System

DRIFT = "SELECT path, kind, is_mapped, before, after FROM ops.drift ORDER BY noted_at, path, kind"


def drift(system: System) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in system.rows(DRIFT)]


def hide(odoo: Sandbox, name: str) -> None:
    """Let a field of orders vanish: the source's catalogue no longer lists it, so it cannot be asked for."""
    odoo.world("odoo").faults.add("vanished_field", times=None, field=name)


def touch_all(odoo: Sandbox, seconds: float = 3600.0) -> None:
    odoo.clock.advance(seconds)
    odoo.act(history.touch_all, sorted(odoo.company.orders))


@pytest.mark.parametrize("connector", SETTINGS)
def test_syncs_of_a_source_that_stays_as_it_is_know_its_fields_and_note_no_drift(
    connector: str, connect: Connect
) -> None:
    """H22."""
    with sandbox(generate(7, orders=80, now=NOW), [connector], Clock(NOW)) as running:
        system = connect(connector, running)
        system.sync()
        running.clock.advance(3600)
        running.act(history.touch_some, 40)
        system.sync()
    assert drift(system) == []
    known = system.rows(
        "SELECT count(*) AS fields, count(sample) AS samples, min(records) AS least FROM ops.source_field"
    )
    assert known[0]["fields"] > 10
    assert known[0]["samples"] > 5
    assert known[0]["least"] > 0


def test_a_field_that_is_new_is_noted_once_and_can_be_mapped(odoo: Sandbox, synced: System, connect: Connect) -> None:
    """H22."""
    odoo.world("odoo").faults.add("new_field", times=None, field="x_studio_ship_day", value="Monday")
    touch_all(odoo)
    synced.sync()
    touch_all(odoo)
    synced.sync()
    new = ("appeared", False, None, "string")
    assert drift(synced) == [("order_line.x_studio_ship_day", *new), ("x_studio_ship_day", *new)]
    (field,) = synced.rows("SELECT * FROM ops.source_field WHERE path = 'x_studio_ship_day'")
    assert (field["json_types"], field["sample"], field["present"]) == (["string"], "Monday", 80)
    richer = connect("odoo", odoo, custom_fields=[{"table": "order", "pattern": "x_studio_*"}])
    richer.sync(Mode.REMAP, run_id="remap")
    told = richer.rows("SELECT DISTINCT custom_fields->>'x_studio_ship_day' AS day FROM procurement.purchase_order")
    assert told == [{"day": "Monday"}]


def test_a_nul_character_in_a_field_that_is_not_mapped_stops_no_sync(odoo: Sandbox, synced: System) -> None:
    """H22."""
    odoo.world("odoo").faults.add("new_field", times=None, field="x_\x00", value="Mon\x00day")
    touch_all(odoo)
    assert synced.sync()["state"] == "succeeded"
    new = ("appeared", False, None, "string")
    assert drift(synced) == [("order_line.x_\ufffd", *new), ("x_\ufffd", *new)]
    assert synced.rows("SELECT DISTINCT sample FROM ops.source_field WHERE path LIKE '%x\\__'") == [
        {"sample": "Mon\ufffdday"}
    ]


def test_a_field_that_changes_its_type_is_noted_and_loses_no_order(odoo: Sandbox, synced: System) -> None:
    """H22: a reference that becomes a number is still a text to the mapping."""
    odoo.world("odoo").faults.add("retyped_field", times=None, field="partner_ref", value=4711)
    touch_all(odoo)
    assert synced.sync()["orders_rejected"] == 0
    assert drift(synced) == [("partner_ref", "retyped", True, "string", "number")]


def test_a_field_that_vanishes_is_noted_once_and_again_when_it_is_back(odoo: Sandbox, synced: System) -> None:
    """H22."""
    hide(odoo, "partner_ref")
    for _ in range(2):
        touch_all(odoo)
        synced.sync()
    assert drift(synced) == [("partner_ref", "vanished", True, "string", None)]
    (field,) = synced.rows("SELECT * FROM ops.source_field WHERE path = 'partner_ref'")
    assert (field["present"], field["recent_present"]) == (field["records"], [field["present"], 0, 0])
    assert min(field["recent_records"]) > 0
    odoo.world("odoo").faults.clear()
    touch_all(odoo)
    synced.sync()
    assert drift(synced)[1:] == [("partner_ref", "appeared", True, "string", "string")]


def test_of_how_often_a_field_came_the_latest_ten_syncs_are_told(engine: sa.Engine) -> None:
    for number in range(12):
        for _ in range(2):
            with observation(engine, "acme_odoo", str(UUID(int=number))) as look:
                look.keep({"memo": SeenField(("string",), 100, number, None)}, (), ())
    (known,) = read_source_fields(engine, "acme_odoo").values()
    assert (known.recent_records, known.recent_present) == ([100] * 10, list(range(2, 12)))
    assert known.share == 0.065


def test_runs_too_small_to_tell_that_a_field_vanished_tell_it_together(odoo: Sandbox, synced: System) -> None:
    """Most syncs bring a few orders. None of them would ever tell that a column is empty from now on."""
    hide(odoo, "partner_ref")
    told = []
    for _ in range(5):
        odoo.clock.advance(3600)
        odoo.act(history.touch_some, 5)
        synced.sync()
        told.append(len(drift(synced)))
    assert told == [0, 0, 0, 1, 1]
    assert drift(synced) == [("partner_ref", "vanished", True, "string", None)]


def test_objects_without_a_field_add_up_from_sync_to_sync_and_count_once(engine: sa.Engine) -> None:
    absent, lately = [], []
    syncs = [(100, 100), (5, 0), (7, 0), (3, 1), *[(2, 0)] * 12]
    for number, (records, present) in enumerate(syncs):
        for is_told_again in (False, True):
            with observation(engine, "acme_odoo", str(UUID(int=number))) as look:
                for field in look.known().values():
                    if not (is_told_again and present):
                        absent.append(field.absent)
                        lately.append(field.lately_absent)
                look.keep({"memo": SeenField(("string",), records, present, None)}, (), ())
    assert absent == [0, 0, 5, 5, 12, *(2 * number for number in range(12) for _ in range(2))]
    assert lately == [0, 0, 5, 5, 12, *(min(2 * number, most) for number in range(12) for most in (20, 18))]


def test_a_source_that_changes_one_order_at_a_time_tells_in_the_end_that_a_field_vanished(system: System) -> None:
    """More syncs bring it than are looked at one by one. A field that only some orders have is never told so."""
    told = []

    def seen(records: int, **present: int) -> None:
        fields = {name: FieldTally(number, {"string"} if number else set()) for name, number in present.items()}
        staging, identity = system.runtime.staging(str(uuid4())), str(uuid4())
        stage_fields(staging, SourceFields(fields=fields, objects=Counter({"": records})))
        told.append([each.path for each in check_drift(system.runtime, identity, staging)])

    seen(40, name=40, memo=40, rare=39)
    for _ in range(120):
        seen(1, name=1)
    assert [number for number, paths in enumerate(told) if paths] == [100]
    assert told[100] == ["memo"]


def test_a_connection_that_wants_to_stop_loads_nothing_until_the_field_is_back_or_mapped_anew(
    odoo: Sandbox, connect: Connect
) -> None:
    """H22, H7."""
    system = connect("odoo", odoo, on_drift="stop")
    system.sync()
    before = system.watermark.text
    hide(odoo, "partner_ref")
    odoo.clock.advance(3600)
    for number in sorted(odoo.company.orders):
        odoo.act(history.change_header, number, "changed")
    for run_id in ("first", "first", "second"):
        with pytest.raises(SchemaDrift, match="no longer have partner_ref"):
            system.sync(run_id=run_id)
    assert (system.last_sync()["state"], system.last_sync()["error_code"]) == ("stopped", "SCHEMA_DRIFT")
    assert system.rows("SELECT 1 FROM procurement.purchase_order WHERE memo = 'changed'") == []
    assert system.watermark.text == before
    assert drift(system) == [("partner_ref", "vanished", True, "string", None)]
    mended = connect(
        "odoo", odoo, on_drift="stop", overrides={"order": {"vendor_order_reference": {"source": "origin"}}}
    )
    mended.watermark.text = before
    assert mended.sync(run_id="mended")["orders_updated"] == 40


def test_a_validation_that_is_done_again_counts_its_fields_once(odoo: Sandbox, system: System) -> None:
    staged = system.sync_until("validate", system.request())
    steps.validate(system.runtime, staged)
    (field,) = system.rows("SELECT records, present FROM ops.source_field WHERE path = 'name'")
    assert (field["records"], field["present"]) == (40, 40)


def test_a_remap_tells_nothing_about_the_source(odoo: Sandbox, synced: System) -> None:
    hide(odoo, "partner_ref")
    known = synced.rows("SELECT * FROM ops.source_field ORDER BY path")
    synced.sync(Mode.REMAP)
    assert synced.rows("SELECT * FROM ops.source_field ORDER BY path") == known
