"""The made-up source: its timeline, its orders, and how it answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.orders import PreparedOrders, WrittenOrders, totals
from benchmarks.shapes import SHAPES, load
from benchmarks.shapes.shape import Shape, Totals
from benchmarks.source import serving
from benchmarks.timeline import FIRST_CHANGE, QUIET, SYNCED_AT, Timeline


def test_a_window_holds_the_changes_of_its_instants_the_first_included() -> None:
    timeline = Timeline(1000)
    start, end = timeline.changed_at(10), timeline.changed_at(20)
    assert timeline.between(start, end) == range(10, 20)
    assert timeline.between(start + timedelta(milliseconds=1), None) == range(11, 1000)
    assert timeline.between(None, FIRST_CHANGE) == range(0, 0)


def test_nothing_changes_in_the_hour_before_the_first_sync() -> None:
    assert len(Timeline(1_000_000).between(SYNCED_AT - QUIET, None)) == 0


def test_later_changes_are_of_orders_all_over_the_source_and_lie_behind_the_first_sync() -> None:
    timeline = Timeline(1000, 10, SYNCED_AT + 2 * QUIET)
    found = timeline.between(SYNCED_AT, None)
    assert [timeline.number(position) for position in found] == list(range(0, 1000, 100))
    assert list(timeline.behind(found, 300)) == list(found)[4:]


@pytest.mark.parametrize("name", SHAPES)
def test_a_prepared_page_is_what_would_be_written_for_it(name: str, tmp_path: Path) -> None:
    shape, written = load(name), WrittenOrders(load(name), Timeline(30))
    prepared = PreparedOrders(tmp_path, shape, 30)
    assert prepared.joined(range(7, 23)) == written.joined(range(7, 23))
    assert prepared.joined(range(5, 5)) == b""
    assert prepared.totals == totals(shape, Timeline(30))


@pytest.mark.parametrize("name", SHAPES)
def test_totals_count_the_later_version_of_an_order_in_place_of_the_first(name: str) -> None:
    shape, timeline = load(name), Timeline(40, 4)
    before, after = totals(shape, Timeline(40)), totals(shape, timeline)
    lines = sum(_written(shape, number).lines for number in (0, 10, 20, 30))
    assert after == replace(before, quantity=before.quantity + lines, amount=after.amount)


def _written(shape: Shape, number: int) -> Totals:
    return shape.totals(shape.write(number, datetime(2025, 1, 1, tzinfo=UTC), False))


@pytest.mark.parametrize("name", SHAPES)
def test_the_links_lead_through_all_orders_once(name: str) -> None:
    shape = load(name)
    with serving(name, Timeline(25), page_size=10) as source:
        link, sizes, found = shape.first_page, [], set()
        while link:
            body = httpx.get(source.url + link, trust_env=False).json()
            rows = _at(body, shape.tables[0].path)
            sizes.append(len(rows))
            found |= {tuple(row[field] for field in shape.tables[0].key) for row in rows}
            link = _at(body, shape.next_link, missing=None)
        assert (sizes, len(found)) == ([10, 10, 5], 25)
        assert len(source.seen().arrivals) == 3


def _at(body: Any, path: tuple[str, ...], missing: Any = ()) -> Any:
    for step in path:
        if step not in body:
            return missing
        body = body[step]
    return body


def test_more_requests_than_the_source_allows_in_a_minute_are_refused_and_told() -> None:
    with serving("business_central", Timeline(5), requests_per_minute=2) as source:
        answers = [httpx.get(source.url + source.shape.first_page, trust_env=False) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["retry-after"] == "1"
        assert (len(source.seen().arrivals), source.seen().refused) == (3, 1)


def test_the_source_tells_the_timelines_clock() -> None:
    with serving("business_central", Timeline(5)) as source:
        told = httpx.get(source.url + source.shape.first_page, trust_env=False).headers["date"]
    assert told.startswith(f"{SYNCED_AT:%a, %d %b %Y %H:}")


def test_amounts_of_a_business_central_order_add_up() -> None:
    order = json.loads(WrittenOrders(load("business_central"), Timeline(9)).joined(range(8, 9)), parse_float=Decimal)
    assert order["totalAmountExcludingTax"] == sum(line["netAmount"] for line in order["purchaseOrderLines"])
