"""Orders that the source no longer has."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.load import GoneOrder, load
from include.orderhouse.warehouse.records.raw import rejected_only
from tests.warehouse.orders import (
    DAWN,
    Line,
    Order,
    frames,
    hour,
    known,
    load_orders,
    physical_rows,
    rows,
    started_task,
)

ORDER = Order(values={"status": "sent", "status_source": "S"}, lines=(Line("10", {}, ("1",), ("1",)), Line("20")))
GONE = (GoneOrder("4711", None, "absent_in_full_scan"),)
CLOSED = (GoneOrder("4711", "closed", "absent_in_full_scan"),)


def deletions(engine: sa.Engine) -> set[tuple[object, ...]]:
    """Over every table: whether a row is deleted, and what proves it."""
    told = "SELECT DISTINCT is_deleted, delete_evidence FROM procurement."
    return {row for table in TABLES for row in rows(engine, told + table.name)}


def hours_from_now(engine: sa.Engine) -> float:
    return (warehouse_now(engine) - DAWN).total_seconds() / 3600


def test_a_proof_dates_from_when_it_was_seen(engine: sa.Engine) -> None:
    """H17: neither later, which would delete what was read meanwhile, nor earlier."""
    load_orders(engine, ORDER, Order("4712", fetched=4))
    seen = hour(3).isoformat()
    gone = (GoneOrder("4711", None, "tombstone", seen), GoneOrder("4712", None, "tombstone", seen))
    assert load_orders(engine, gone=gone).deleted == 1
    told = "SELECT source_order_id, deleted_at FROM procurement.purchase_order WHERE is_deleted"
    assert rows(engine, told) == [("4711", hour(3))]
    load_orders(engine, Order("4713", fetched=4), gone=(GoneOrder("4713", None, "tombstone", seen),))
    load_orders(engine, rejects=[Order("4714", fetched=4)], gone=(GoneOrder("4714", None, "tombstone", seen),))
    assert rows(engine, told) == [("4711", hour(3))]
    assert [is_gone for *_, is_gone in known(engine)] == [True, False, False, True]
    assert rejected_only(engine, "acme_us") == {"4714"}


def test_an_order_proved_gone_is_deleted_with_its_rows_and_evidence(engine: sa.Engine) -> None:
    load_orders(engine, ORDER, Order("4712"))
    assert load_orders(engine, gone=GONE).deleted == 1
    deleted = "SELECT order_number, is_deleted, delete_evidence FROM procurement.purchase_order ORDER BY 1"
    assert rows(engine, deleted) == [("4711", True, "absent_in_full_scan"), ("4712", False, None)]
    assert rows(engine, "SELECT count(*) FROM procurement.purchase_order_line WHERE is_deleted") == [(2,)]
    assert known(engine) == [("4711", hour(1), True), ("4712", hour(1), False)]


def test_h17_an_order_read_after_the_scan_began_is_not_deleted(engine: sa.Engine) -> None:
    task = replace(started_task(engine), gone=GONE)
    load_orders(engine, ORDER.at(1, fetched=hours_from_now(engine)))
    assert load(engine, task, []).deleted == 0
    assert deletions(engine) == {(False, None)}


def test_a_version_fetched_before_the_proof_and_loaded_after_it_does_not_revive_the_order(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    load_orders(engine, gone=GONE)
    late = load_orders(engine, replace(ORDER, values={"memo": "late"}).at(2))
    assert (late.updated, late.deleted) == (1, 0), "it was deleted before"
    assert deletions(engine) == {(True, "absent_in_full_scan")}
    assert rows(engine, "SELECT memo FROM procurement.purchase_order") == [("late",)]


@pytest.mark.parametrize(("status", "ends"), [(None, (True, "sent")), ("closed", (False, "closed"))])
def test_a_late_version_of_the_very_instant_of_the_proof_does_not_outlive_it(
    engine: sa.Engine, status: str | None, ends: tuple[bool, str]
) -> None:
    first, later = (GoneOrder("4711", status, "absent_in_full_scan", hour(at).isoformat()) for at in (3, 4))
    load_orders(engine, ORDER)
    load_orders(engine, gone=(first,))
    load_orders(engine, ORDER.at(2, fetched=3))
    assert rows(engine, "SELECT is_deleted, status FROM procurement.purchase_order") == [ends]
    told = "SELECT gone_at, gone_status, gone_evidence, is_deleted FROM ops.order_version"
    assert rows(engine, told) == [(hour(3), status, "absent_in_full_scan", status is None)]
    assert load_orders(engine, ORDER.at(3, fetched=3), gone=(later,)).deleted == 0, "it was deleted before"


def test_a_late_version_and_a_newer_proof_in_one_load_do_not_count_the_order_as_deleted_again(
    engine: sa.Engine,
) -> None:
    load_orders(engine, ORDER)
    assert load_orders(engine, gone=GONE).deleted == 1
    again = load_orders(engine, replace(ORDER, values={"memo": "late"}).at(2), gone=GONE)
    assert (again.updated, again.deleted) == (1, 0)
    assert deletions(engine) == {(True, "absent_in_full_scan")}


def test_an_order_that_comes_back_is_alive_again_with_the_same_content(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    load_orders(engine, gone=GONE)
    load_orders(engine, ORDER.at(1, fetched=hours_from_now(engine)))
    assert deletions(engine) == {(False, None)}


def test_an_order_that_comes_back_without_a_line_keeps_that_line_deleted(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    load_orders(engine, gone=GONE)
    load_orders(engine, replace(ORDER, lines=(Line("20"),)).at(1, fetched=hours_from_now(engine)))
    lines = "SELECT source_line_id, delete_evidence FROM procurement.purchase_order_line ORDER BY 1"
    assert rows(engine, lines) == [("10", "absent_in_order"), ("20", None)]


def test_an_order_that_only_left_the_list_gets_a_status_and_is_not_deleted(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    ((told,),) = rows(engine, "SELECT row_hash FROM procurement.purchase_order")
    assert load_orders(engine, gone=CLOSED).deleted == 0
    columns = "status, status_source, is_deleted, row_hash <> :told"
    closed = rows(engine, f"SELECT {columns} FROM procurement.purchase_order", told=told)
    assert closed == [("closed", None, False, True)], "no hash of what the source said"
    load_orders(engine, ORDER.at(1, fetched=hours_from_now(engine)))
    assert rows(engine, "SELECT status, status_source FROM procurement.purchase_order") == [("sent", "S")]
    told = "SELECT gone_at, gone_status, gone_evidence FROM ops.order_version"
    assert rows(engine, told) == [(None, None, None)]


@pytest.mark.parametrize(("proof", "ends"), [(GONE, (True, "sent")), (CLOSED, (False, "closed"))])
def test_what_is_gone_changes_no_other_order(
    engine: sa.Engine, proof: tuple[GoneOrder, ...], ends: tuple[bool, str]
) -> None:
    load_orders(engine, ORDER, replace(ORDER, number="4712"))
    load_orders(engine, gone=proof)
    told = rows(engine, "SELECT is_deleted, status FROM procurement.purchase_order ORDER BY source_order_id")
    assert told == [ends, (False, "sent")]


@pytest.mark.parametrize("proof", [GONE, CLOSED], ids=["deleted", "closed"])
def test_the_same_proof_again_rewrites_nothing(engine: sa.Engine, proof: tuple[GoneOrder, ...]) -> None:
    load_orders(engine, ORDER)
    load_orders(engine, gone=proof)
    before = physical_rows(engine)
    assert load_orders(engine, gone=proof).deleted == 0
    assert physical_rows(engine) == before


def test_a_deleted_order_that_has_left_a_list_as_well_stays_deleted(engine: sa.Engine) -> None:
    load_orders(engine, ORDER, gone=GONE)
    load_orders(engine, gone=CLOSED)
    assert deletions(engine) == {(True, "absent_in_full_scan")}
    assert rows(engine, "SELECT status FROM procurement.purchase_order") == [("sent",)]
    assert known(engine) == [("4711", hour(1), True)]
    assert load_orders(engine, gone=GONE).deleted == 0, "it was deleted before"


def test_an_order_that_was_never_known_is_not_invented(engine: sa.Engine) -> None:
    assert load(engine, started_task(engine, gone=GONE), [frames()]).deleted == 0
    assert rows(engine, "SELECT count(*) FROM procurement.purchase_order") == [(0,)]


def test_rejects_of_a_deleted_order_wait_no_more(engine: sa.Engine) -> None:
    load_orders(engine, ORDER, rejects=[ORDER.at(3), Order("4712", version=3)])
    assert rejected_only(engine, "acme_us") == {"4712"}
    gone = (*GONE, GoneOrder("4712", None, "tombstone"))
    assert load_orders(engine, gone=gone).deleted == 1
    told = "SELECT source_order_id, resolution, resolved_at IS NULL FROM ops.reject ORDER BY 1"
    assert rows(engine, told) == [("4711", "deleted", False), ("4712", "deleted", False)]
    assert rows(engine, "SELECT is_stale FROM procurement.purchase_order") == [(False,)]
    assert rejected_only(engine, "acme_us") == set()


def test_a_reject_that_was_fetched_after_the_proof_or_of_an_order_that_is_only_finished_waits_on(
    engine: sa.Engine,
) -> None:
    task = replace(started_task(engine), gone=GONE)
    load_orders(engine, rejects=[ORDER.at(3, fetched=hours_from_now(engine)), Order("4712", version=3)])
    load(engine, task, [])
    load_orders(engine, gone=(GoneOrder("4712", "closed", "absent_in_full_scan"),))
    assert rejected_only(engine, "acme_us") == {"4711", "4712"}


def test_a_late_reject_of_an_order_that_was_deleted_since_it_was_read_does_not_wait(engine: sa.Engine) -> None:
    """One of an order that is only finished does: it tells what became of the order."""
    load_orders(engine, ORDER, Order("4713"))
    finished = GoneOrder("4713", "closed", "absent_in_full_scan")
    load_orders(engine, gone=(*GONE, GoneOrder("4712", None, "tombstone"), finished))
    load_orders(engine, rejects=[ORDER.at(3), Order("4712", version=3), Order("4713", version=3)])
    told = "SELECT source_order_id, resolution FROM ops.reject ORDER BY 1"
    assert rows(engine, told) == [("4711", "deleted"), ("4712", "deleted"), ("4713", None)]
    stale = "SELECT source_order_id FROM procurement.purchase_order WHERE is_stale"
    assert rows(engine, stale) == [("4713",)]


def test_a_reject_that_was_closed_before_its_order_was_deleted_stays_closed_as_it_was(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[ORDER])
    load_orders(engine, ORDER.at(3))
    told = "SELECT resolution, resolved_at FROM ops.reject WHERE source_order_id = '4711'"
    before = rows(engine, told)
    load_orders(engine, gone=GONE, rejects=[Order("4712")])
    assert rows(engine, told) == before != []


def test_a_reject_of_the_very_instant_of_the_proof_waits_no_more(engine: sa.Engine) -> None:
    seen = (GoneOrder("4711", None, "tombstone", hour(3).isoformat()),)
    load_orders(engine, rejects=[ORDER.at(1, fetched=3)], gone=seen)
    assert rows(engine, "SELECT resolution FROM ops.reject") == [("deleted",)]


def test_a_reject_of_a_deleted_order_that_had_come_back_is_looked_for_again(engine: sa.Engine) -> None:
    """Replayed, it would live on after its second deletion."""
    load_orders(engine, ORDER)
    load_orders(engine, gone=GONE)
    load_orders(engine, rejects=[ORDER.at(3, fetched=hours_from_now(engine))])
    assert rejected_only(engine, "acme_us") == {"4711"}
    load_orders(engine, gone=GONE)
    assert rejected_only(engine, "acme_us") == set()


def test_an_earlier_proof_that_is_loaded_after_a_later_one_changes_nothing(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    earlier = replace(started_task(engine), gone=GONE)
    load_orders(engine, gone=CLOSED)
    assert load(engine, earlier, []).deleted == 0
    assert deletions(engine) == {(False, None)}
    assert rows(engine, "SELECT status FROM procurement.purchase_order") == [("closed",)]
    load_orders(engine, replace(ORDER, values={"memo": "late"}).at(2))
    assert rows(engine, "SELECT status, memo FROM procurement.purchase_order") == [("closed", "late")]
    assert rows(engine, "SELECT is_deleted FROM ops.order_version") == [(False,)]


@pytest.mark.parametrize(
    ("evidence", "mode", "state", "minutes", "deleted"),
    [
        ("absent_in_full_scan", "reconcile", "succeeded", 1, 0),
        ("tombstone", "reconcile", "succeeded", 1, 1),
        ("absent_in_full_scan", "incremental", "succeeded", 1, 1),
        ("absent_in_full_scan", "reconcile", "failed", 1, 1),
        ("absent_in_full_scan", "reconcile", "succeeded", -1, 1),
    ],
)
def test_h17_absence_from_a_scan_is_no_proof_where_a_reconcile_that_began_later_has_loaded(
    engine: sa.Engine, evidence: str, mode: str, state: str, minutes: int, deleted: int
) -> None:
    """It has looked again. A run that is cleared days later still holds what it found at first."""
    load_orders(engine, ORDER)
    task, other = started_task(engine, gone=(GoneOrder("4711", None, evidence),)), started_task(engine)
    set_to = "mode = :mode, state = :state, started_at = started_at + :minutes * interval '1 minute'"
    with engine.begin() as warehouse:
        told = {"mode": mode, "state": state, "minutes": minutes, "key": other.sync_id}
        warehouse.execute(sa.text(f"UPDATE ops.sync SET {set_to} WHERE sync_id = :key"), told)
    assert load(engine, task, []).deleted == deleted


def test_what_stays_deleted_keeps_the_instant_it_was(engine: sa.Engine) -> None:
    gone = Line("10", {"is_deleted": True})
    load_orders(engine, Order(lines=(gone,), is_deleted=True))
    since = "SELECT order_line.deleted_at, purchase_order.deleted_at FROM procurement.purchase_order"
    since += " JOIN procurement.purchase_order_line AS order_line USING (connection, order_id)"
    before = rows(engine, since)
    load_orders(engine, Order(values={"memo": "more"}, lines=(gone,), is_deleted=True).at(2))
    load_orders(engine, Order(values={"memo": "most"}, lines=(), is_deleted=True).at(3))
    assert rows(engine, "SELECT memo FROM procurement.purchase_order") == [("most",)]
    assert rows(engine, since) == before


@pytest.mark.parametrize("evidence", ["tombstone", "absent_in_full_scan"])
def test_an_order_that_was_gone_before_a_late_load_brings_its_only_copy_is_not_loaded_as_living(
    engine: sa.Engine, evidence: str
) -> None:
    """H17: only a failed run had read it, and is cleared after another one has told that it is gone."""
    load_orders(engine, gone=(GoneOrder("4711", None, evidence),))
    assert load_orders(engine, ORDER).older == 1
    assert deletions(engine) == set()
    assert load_orders(engine, rejects=[ORDER.at(3)]).rejected == 1
    assert rejected_only(engine, "acme_us") == set()


def test_an_order_whose_version_is_lost_is_deleted_all_the_same(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    with engine.begin() as warehouse:
        warehouse.exec_driver_sql("TRUNCATE ops.order_version")
    load_orders(engine, gone=GONE)
    assert deletions(engine) == {(True, "absent_in_full_scan")}


def test_an_order_that_was_gone_before_it_was_ever_held_lives_when_it_is_read_later(engine: sa.Engine) -> None:
    load_orders(engine, gone=GONE)
    load_orders(engine, ORDER.at(1, fetched=hours_from_now(engine)))
    assert deletions(engine) == {(False, None)}
    assert known(engine) == [("4711", hour(1), False)]


def test_an_order_that_was_never_held_and_is_only_finished_is_loaded_late(engine: sa.Engine) -> None:
    """What was bought counts; that it is finished the next reconcile finds."""
    load_orders(engine, gone=CLOSED)
    assert load_orders(engine, ORDER).inserted == 1
