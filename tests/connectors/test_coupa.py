"""Coupa over real HTTP: complete reads in pages of 50 at most, lines newer than their order, deletions."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.coupa import CONNECTOR
from include.orderhouse.errors import FilterIgnored
from include.orderhouse.protocols.coupa_core import LARGEST_PAGE
from tests.connectors.conftest import SourceFor
from tests.connectors.coupa_instance import (
    EVER,
    NAME,
    NOW,
    PLAYS,
    an_open_order,
    company,
    fetched,
    ids,
    instance,
    read_one,
    source,
)
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.coupa.orders import updated_at
from tests.sandbox.order import Stage
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "instance", "source"]


@pytest.mark.parametrize("options", PLAYS, ids=str)
def test_every_order_comes_exactly_once_from_any_instance(
    company: Company, source_for: SourceFor, options: dict[str, str]
) -> None:
    """H18, H19: no page holds more than 50, and none is asked for by an offset."""
    next(order for order in company.orders.values() if not order.is_open).lacks_modified_at = True
    with sandbox(company, [NAME], Clock(NOW), options={NAME: options}) as running:
        source = source_for(NAME, running, page_size=200)
        pages = list(CONNECTOR.fetch(source, EVER))
        assert sorted(ids(pages)) == sorted(company.orders)
        assert max(len(page.records) for page in pages) == LARGEST_PAGE
        asked = [record.query for record in running.world(NAME).log.records]
        assert not [query for query in asked if "offset" in query or "limit=200" in query]
        middle = NOW - timedelta(days=30)
        early, late = fetched(source, Window(None, middle)), fetched(source, Window(middle, None))
        assert set(early) | set(late) == set(company.orders)
        assert len(early) == len(set(early))
        assert {key.source_order_id for page in CONNECTOR.scan(source) for key in page.keys} == set(
            map(str, company.orders)
        )


@pytest.mark.parametrize("options", PLAYS[:3], ids=str)
def test_pages_of_one_order_lead_to_the_next_whichever_way_they_are_sorted(
    company: Company, source_for: SourceFor, options: dict[str, str]
) -> None:
    """H19: one row alone does not tell the order of rows."""
    with sandbox(company, [NAME], Clock(NOW), options={NAME: options}) as running:
        assert sorted(fetched(source_for(NAME, running, page_size=1), EVER)) == sorted(company.orders)


def test_a_window_is_closed_at_its_start_and_open_at_its_end(source: Source, company: Company) -> None:
    """H1, H2, H4, H10: adjoining windows hold every order once, also those of one second."""
    dated = {order.id: updated_at(order) for order in company.orders.values() if not order.lacks_modified_at}
    middle = sorted(dated.values())[len(dated) // 2]
    cut = middle.replace(microsecond=0)
    assert set(fetched(source, Window(None, middle))) & dated.keys() == {n for n, at in dated.items() if at < cut}
    assert set(fetched(source, Window(middle, None))) >= {n for n, at in dated.items() if at >= cut}


def test_instants_are_told_with_the_instances_offset(company: Company, source_for: SourceFor) -> None:
    """H1."""
    keys = []
    for zone in ("America/Los_Angeles", "Asia/Tokyo"):
        with sandbox(company, [NAME], Clock(NOW), options={NAME: {"time_zone": zone}}) as running:
            source = source_for(NAME, running)
            keys.append({k.source_order_id: k.source_modified_at for page in CONNECTOR.scan(source) for k in page.keys})
    order = an_open_order(company)
    assert keys[0] == keys[1]
    assert keys[0][str(order.id)] == updated_at(order).replace(microsecond=0)


@pytest.mark.parametrize("options", [{}, {"blank": "instants"}], ids=str)
def test_orders_without_a_modification_time_come_by_their_creation(
    company: Company, source_for: SourceFor, options: dict[str, str]
) -> None:
    """H13, H14: also where an instance cannot be asked which times are blank."""
    order, other = [order for order in company.orders.values() if not order.is_open][:2]
    an_open = an_open_order(company)
    closed = next(order for order in company.orders.values() if order.stage is Stage.CLOSED)
    order.lacks_modified_at = an_open.lacks_modified_at = closed.lacks_modified_at = True
    window = Window(order.created_at, order.created_at + timedelta(seconds=1))
    with sandbox(company, [NAME], Clock(NOW), options={NAME: options}) as running:
        source = source_for(NAME, running, page_size=3)
        assert order.id in fetched(source, window)
        versions = {key.source_order_id: key.source_modified_at for page in CONNECTOR.scan(source) for key in page.keys}
        assert versions[str(order.id)] == order.created_at.replace(microsecond=0)
        assert order.id not in fetched(source, Window(other.created_at + timedelta(days=400), None))
        assert order.id not in fetched(source_for(NAME, running, undated=False), window)
        found = fetched(source, Window(None, NOW, open_only=True))
        assert (found.count(an_open.id), found.count(closed.id)) == (1, 0)
        assert len(found) == len(set(found))
        asked = [record.query for record in running.world(NAME).log.records if "blank" in record.query]
    assert (len(asked) == 1) is ("blank" not in options), "where it is refused it is not asked for again"


@pytest.mark.parametrize("options", PLAYS[:3], ids=str)
def test_a_fetch_goes_on_after_any_page(company: Company, source_for: SourceFor, options: dict[str, str]) -> None:
    """H30."""
    with sandbox(company, [NAME], Clock(NOW), options={NAME: options}) as running:
        source = source_for(NAME, running, page_size=20)
        window = Window(NOW - timedelta(days=40), NOW)
        pages = list(CONNECTOR.fetch(source, window))
        assert len(pages) > 5
        for number, page in enumerate(pages[:-1], 1):
            resume = json.loads(json.dumps(page.resume))
            assert fetched(source, Window(window.start, window.end, resume=resume)) == ids(pages[number:])


@pytest.mark.parametrize("event", ["receive", "invoice", "correct_receipt", "change_description", "postpone_line"])
def test_lines_that_are_newer_than_their_order_bring_it(
    instance: Sandbox, source: Source, company: Company, event: str
) -> None:
    """H11, H12."""
    order = an_open_order(company)
    line = order.goods_lines[0]
    instance.act(history.receive, order.id, line.id, Decimal(1))
    instance.clock.advance(3600)
    arguments: dict[str, Any] = {"change_description": "Another text", "postpone_line": 3}
    instance.act(getattr(history, event), order.id, line.id, arguments.get(event, Decimal("0.5")))
    (page,) = (page for page in CONNECTOR.fetch(source, Window(NOW + timedelta(minutes=30), None)) if page.records)
    assert (ids([page]), page.is_reread) == ([order.id], True)
    assert page.records[0]["updated-at"] < "2026-10-01"


def test_an_order_whose_header_and_lines_changed_comes_once(
    instance: Sandbox, source: Source, company: Company
) -> None:
    order = an_open_order(company)
    instance.act(history.change_quantity, order.id, order.goods_lines[0].id, Decimal(7))
    assert fetched(source, Window(NOW, None)) == [order.id]


@pytest.mark.parametrize("undated", [True, False])
def test_a_changed_line_brings_a_new_order_without_a_modification_time_once(
    company: Company, source_for: SourceFor, undated: bool
) -> None:
    """H11, H13: also where such orders are not looked for by themselves."""
    order = an_open_order(company)
    order.lacks_modified_at = True
    with sandbox(company, [NAME], Clock(NOW)) as running:
        running.clock.advance(60)
        running.act(history.receive, order.id, order.goods_lines[0].id, Decimal(1))
        found = fetched(source_for(NAME, running, undated=undated), Window(order.created_at, None))
    assert found.count(order.id) == 1


def test_more_changed_lines_than_a_page_holds_bring_their_orders(
    instance: Sandbox, source: Source, company: Company
) -> None:
    """H19: lines come 50 at a time, too."""
    changed = [order for order in company.orders.values() if order.is_open and not order.lacks_modified_at]
    for order in changed:
        for line in order.goods_lines:
            instance.act(history.receive, order.id, line.id, Decimal(1))
    assert sum(len(order.goods_lines) for order in changed) > 2 * LARGEST_PAGE
    assert set(fetched(source, Window(NOW, None))) == {order.id for order in changed}


def test_a_deleted_line_leaves_its_order(instance: Sandbox, source: Source, company: Company) -> None:
    """H16."""
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    gone = order.goods_lines[0].id
    instance.act(history.delete_line, order.id, gone)
    found = {o["id"]: o for page in CONNECTOR.fetch(source, Window(NOW, None)) for o in page.records}
    assert gone not in {line["id"] for line in found[order.id]["order-lines"]}


def test_rows_that_move_while_paging_are_not_lost(instance: Sandbox, source: Source, company: Company) -> None:
    """H5, H18."""
    before = set(company.orders)
    instance.clock.advance(60)
    instance.world(NAME).faults.add("moving_rows", times=None, count=20)
    assert set(fetched(source, EVER)) >= before
    end = NOW + timedelta(seconds=30)
    early = set(fetched(source, Window(None, end)))
    instance.world(NAME).faults.clear()
    assert early | set(fetched(source, Window(end, None))) >= before


def test_a_server_that_ignores_conditions_does_not_loop(instance: Sandbox, source: Source) -> None:
    """H19, H27."""
    instance.world(NAME).faults.add("ignore_filter", times=None)
    for call in (
        lambda: fetched(source, EVER),
        lambda: list(CONNECTOR.scan(source)),
        lambda: list(CONNECTOR.read(source, ["1"])),
    ):
        with pytest.raises(FilterIgnored):
            call()


def test_rows_in_no_order_are_refused(instance: Sandbox, source: Source) -> None:
    """H18: without an order there is no telling which rows come next."""
    rows = [{"id": number, "updated-at": None} for number in (3, 9, 4)]
    instance.world(NAME).faults.add("wrong_shape", times=None, value=rows)
    with pytest.raises(FilterIgnored, match="unsorted"):
        fetched(source, EVER)


def test_open_orders_come_however_old(source: Source, company: Company) -> None:
    found = fetched(source, Window(None, NOW, open_only=True))
    assert {order.id for order in company.orders.values() if order.is_open} <= set(found)
    assert len(found) == len(set(found))
    gone = {o.id for o in company.orders.values() if o.stage in ("cancelled", "closed", "rejected")}
    assert not gone & set(found)
    cut = NOW - timedelta(days=20)
    later = {o.id for o in company.orders.values() if not o.lacks_modified_at and updated_at(o) >= cut}
    assert later & set(found)
    assert not later & set(fetched(source, Window(None, cut, open_only=True)))


def test_orders_are_read_by_id_and_gone_ones_are_absent(source: Source, company: Company) -> None:
    """H15, H17."""
    gone = [str(number) for number in company.deleted_orders]
    assert gone
    assert sorted(ids(CONNECTOR.read(source, [*map(str, company.orders), *gone]))) == sorted(company.orders)
    assert ids(CONNECTOR.read(source, gone)) == []


def test_custom_fields_of_both_kinds_come_without_being_named(source: Source, company: Company) -> None:
    """H21: newer ones have a namespace, older ones stand beside the standard elements."""
    order = an_open_order(company)
    record = read_one(source, order)
    assert record["priority"] == order.custom["priority"]
    assert record["custom-fields"]["is-capex"] == order.custom["is_capex"]


def test_a_new_field_comes_as_soon_as_it_exists(instance: Sandbox, source: Source) -> None:
    """H22."""
    instance.world(NAME).faults.add("new_field", times=None, field="ship-day", value="Monday")
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {order["ship-day"] for order in page.records} == {"Monday"}


@pytest.mark.parametrize("field", ["payment-method", "order-lines", "supplier", "total"])
def test_a_retyped_field_stays_in_the_raw_order(instance: Sandbox, source: Source, field: str) -> None:
    """H22, H23."""
    instance.world(NAME).faults.add("retyped_field", times=None, field=field, value={"was": "text"})
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {json.dumps(order[field]) for order in page.records} == {'{"was": "text"}'}


def test_nothing_changed_costs_three_calls(source: Source) -> None:
    before = source.api.calls
    assert fetched(source, Window(NOW + timedelta(minutes=1), None)) == []
    assert source.api.calls - before == 3
