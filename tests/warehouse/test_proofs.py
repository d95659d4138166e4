"""What proves that an order is gone, at the edges of time and length."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.load import GoneOrder, load
from include.orderhouse.warehouse.records.raw import rejected_only
from include.orderhouse.warehouse.task import ABSENT
from tests.warehouse.orders import Order, hour, known, load_orders, rows, started_task

PROVEN_AT_ITS_FETCH = (GoneOrder("4711", None, "tombstone", hour(2).isoformat()),)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_was_fetched_at_the_very_instant_of_the_proof_is_deleted_whichever_is_loaded_first(
    engine: sa.Engine, is_late: bool
) -> None:
    steps = [lambda: load_orders(engine, Order()), lambda: load_orders(engine, gone=PROVEN_AT_ITS_FETCH)]
    for step in reversed(steps) if is_late else steps:
        step()
    assert known(engine) == [("4711", hour(1), True)]
    assert rows(engine, "SELECT delete_evidence FROM procurement.purchase_order") == [("tombstone",)]


def test_what_was_fetched_at_the_very_instant_at_which_its_order_was_finished_leaves_it_so(engine: sa.Engine) -> None:
    load_orders(engine, Order(), gone=(replace(PROVEN_AT_ITS_FETCH[0], status="closed"),))
    load_orders(engine, Order(values={"memo": "late"}).at(2))
    assert rows(engine, "SELECT memo, status, is_deleted FROM procurement.purchase_order") == [
        ("late", "closed", False)
    ]


def test_what_was_rejected_at_the_very_instant_of_the_proof_does_not_wait(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[Order()], gone=PROVEN_AT_ITS_FETCH)
    assert rejected_only(engine, "acme_us") == set()


def test_an_order_that_comes_beside_proofs_of_others_lives_and_is_known(engine: sa.Engine) -> None:
    load_orders(engine, Order())
    load_orders(engine, Order("4712"), gone=PROVEN_AT_ITS_FETCH)
    assert known(engine) == [("4711", hour(1), True), ("4712", hour(1), False)]
    assert load_orders(engine, Order("4712").at(2)).unchanged == 1


def test_a_reconcile_of_another_connection_has_not_looked_again(engine: sa.Engine) -> None:
    """H17."""
    load_orders(engine, Order())
    task, other = started_task(engine, gone=(GoneOrder("4711", None, ABSENT),)), started_task(engine, "acme_eu")
    with engine.begin() as warehouse:
        set_to = sa.text("UPDATE ops.sync SET mode = 'reconcile', state = 'succeeded' WHERE sync_id = :key")
        warehouse.execute(set_to, {"key": other.sync_id})
    assert load(engine, task, []).deleted == 1


@pytest.mark.parametrize("status", [None, "closed"], ids=["deleted", "closed"])
def test_who_follows_what_was_loaded_hears_of_an_order_that_is_gone(engine: sa.Engine, status: str | None) -> None:
    load_orders(engine, Order(), Order("4712"))
    task = started_task(engine, gone=(GoneOrder("4711", status, "tombstone"),))
    ((before,),) = rows(engine, "SELECT clock_timestamp()")
    load(engine, task, [])
    told = "SELECT source_order_id, loaded_at > :before, sync_id::text = :sync_id FROM procurement.purchase_order"
    followed = rows(engine, f"{told} ORDER BY 1", before=before, sync_id=task.sync_id)
    assert followed == [("4711", True, True), ("4712", False, False)]


def test_a_feed_may_tell_of_unknown_orders_with_keys_of_any_length(engine: sa.Engine) -> None:
    endless = Random(1).randbytes(10_000).hex()
    load_orders(engine, gone=(GoneOrder(endless, None, "tombstone"),))
    assert known(engine) == [(endless, None, True)]


def test_a_late_version_that_its_source_flags_as_deleted_is_so_after_the_order_has_left_a_list(
    engine: sa.Engine,
) -> None:
    load_orders(engine, Order())
    load_orders(engine, gone=(GoneOrder("4711", "closed", ABSENT),))
    load_orders(engine, replace(Order().at(2), is_deleted=True))
    assert rows(engine, "SELECT is_deleted FROM ops.order_version") == [(True,)]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_deleted_order_that_has_left_a_list_as_well_is_not_brought_back_by_a_late_version(
    engine: sa.Engine, is_known: bool
) -> None:
    load_orders(engine, *([Order()] if is_known else []), gone=PROVEN_AT_ITS_FETCH)
    load_orders(engine, gone=(GoneOrder("4711", "closed", ABSENT),))
    load_orders(engine, Order(values={"memo": "late"}).at(2))
    assert known(engine) == [("4711", hour(2), True)]
    assert rows(engine, "SELECT memo, is_deleted, delete_evidence FROM procurement.purchase_order") == [
        ("late", True, "tombstone")
    ]
