"""The numbers of mappings, and loads of what was mapped before the mapping changed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import MappingChanged
from include.orderhouse.frames import Frames
from include.orderhouse.warehouse.load import load
from include.orderhouse.warehouse.syncs.mapping_versions import mapping_of_plan, mapping_version
from tests.warehouse.orders import Order, frames, rows, started_task
from tests.warehouse.test_concurrency import wait_for_lock


def test_a_mapping_gets_a_new_number_whenever_its_fingerprint_changes(engine: sa.Engine) -> None:
    numbers = [mapping_version(engine, "acme_us", mark) for mark in ("a", "a", "b", "a")]
    assert numbers == [1, 1, 2, 3]
    assert mapping_version(engine, "acme_eu", "b") == 1


def test_a_mapping_that_is_asked_for_anew_gets_a_new_number_but_has_not_changed(engine: sa.Engine) -> None:
    asked = [("a", True), ("a", True), ("a", False), ("b", True)]
    assert [mapping_version(engine, "acme_us", mark, anew=anew) for mark, anew in asked] == [1, 2, 2, 3]
    changed = "SELECT details->>'mapping_version' FROM ops.audit WHERE action = 'mapping.changed' ORDER BY audit_id"
    assert rows(engine, changed) == [("1",), ("3",)]


def test_many_who_ask_for_a_new_mapping_at_once_get_one_number(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(lambda _: mapping_version(engine, "acme_us", "a"), range(5))) == {1}


def test_what_an_earlier_mapping_made_is_not_loaded_once_another_one_has_begun(engine: sa.Engine) -> None:
    """Kept raw orders may have been mapped anew already: what is loaded later would stay as the earlier one made it."""
    task = started_task(engine, mapping=mapping_version(engine, "acme_us", "a"))
    mapping_version(engine, "acme_us", "b")
    with pytest.raises(MappingChanged, match="Clear the run from its transform task on"):
        load(engine, task, [frames(Order())])
    assert rows(engine, "SELECT count(*) FROM procurement.purchase_order") == [(0,)]


def test_the_same_mapping_under_a_later_number_and_those_of_others_stop_no_load(engine: sa.Engine) -> None:
    task = started_task(engine, mapping=mapping_version(engine, "acme_us", "a"))
    mapping_version(engine, "acme_us", "a", anew=True)
    for mark in ("a", "b"):
        mapping_version(engine, "acme_eu", mark)
    assert load(engine, task, [frames(Order())]).inserted == 1


def test_a_sync_that_has_loaded_is_not_told_that_its_mapping_has_changed(engine: sa.Engine) -> None:
    task = started_task(engine, mapping=mapping_version(engine, "acme_us", "a"))
    counts = load(engine, task, [frames(Order())])
    mapping_version(engine, "acme_us", "b")
    assert load(engine, task, [frames(Order())]) == counts


@pytest.mark.parametrize("anew", [False, True], ids=["another", "the same anew"])
def test_a_mapping_begins_only_when_the_load_of_an_earlier_one_has_ended(engine: sa.Engine, anew: bool) -> None:
    """So who maps the kept raw orders anew finds those of that load."""
    task = started_task(engine, mapping=mapping_version(engine, "acme_us", "a"))
    with ThreadPoolExecutor(1) as pool:
        begun: list[Future[int]] = []

        def batches() -> Iterator[Frames]:
            begun.append(pool.submit(mapping_version, engine, "acme_us", "a" if anew else "b", anew=anew))
            wait_for_lock(engine, begun)
            assert not begun[0].done()
            yield frames(Order())

        load(engine, task, batches())
        assert begun[0].result() == 2


def test_a_number_that_the_warehouse_has_not_given_out_is_not_taken_from_a_plan(engine: sa.Engine) -> None:
    """H8: it was restored from a copy. What is mapped by its next mapping would count as earlier."""
    assert mapping_of_plan(engine, "acme_us", "a", planned=5) == 1


def test_a_mapping_that_is_known_waits_for_no_load(engine: sa.Engine) -> None:
    task = started_task(engine, mapping=mapping_version(engine, "acme_us", "a"))

    def batches() -> Iterator[Frames]:
        assert mapping_version(engine, "acme_us", "a") == 1
        yield frames(Order())

    assert load(engine, task, batches()).inserted == 1
