"""Rejects that a person gives up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from include.orderhouse.configuration.options import Retention
from include.orderhouse.warehouse.load import GoneOrder
from include.orderhouse.warehouse.records.dismissal import dismiss_rejects
from include.orderhouse.warehouse.records.raw import open_rejects
from include.orderhouse.warehouse.records.retention import enforce
from tests.warehouse.orders import Line, Order, hour, load_orders, payloads, rows
from tests.warehouse.test_rejects import staleness

GOOD = Order(version=1, values={"memo": "good"}, lines=(Line("10", {}, ("1",), ("1",)),))
BAD = GOOD.at(3)


def dismissed(engine: sa.Engine) -> int:
    ids = [str(found) for (found,) in rows(engine, "SELECT reject_id FROM ops.reject")]
    return dismiss_rejects(engine, "acme_us", ids, "ada", "a test order")


def test_a_dismissed_reject_is_closed_with_its_reason_and_its_order_no_longer_stale(engine: sa.Engine) -> None:
    load_orders(engine, GOOD)
    load_orders(engine, rejects=[BAD])
    assert staleness(engine) == {True}
    assert dismissed(engine) == 1
    told = rows(engine, "SELECT resolution, resolved_by, resolution_note, resolved_at IS NULL FROM ops.reject")
    assert told == [("dismissed", "ada", "a test order", False)]
    assert staleness(engine) == {False}
    assert list(open_rejects(engine, payloads(engine))) == []
    assert dismissed(engine) == 0


def test_reading_the_same_version_again_does_not_open_it_again(engine: sa.Engine) -> None:
    again = BAD.at(3, 9)
    load_orders(engine, rejects=[BAD])
    dismissed(engine)
    load_orders(engine, rejects=[again])
    assert rows(engine, "SELECT resolution, fetched_at FROM ops.reject") == [("dismissed", hour(9))]
    assert list(open_rejects(engine, payloads(engine))) == []


def test_a_later_version_that_is_rejected_waits_again(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD])
    dismissed(engine)
    later = replace(BAD, values={"memo": "other"}).at(4, 9)
    load_orders(engine, rejects=[later])
    assert len(list(open_rejects(engine, payloads(engine)))) == 1
    told = "SELECT resolved_at, resolution, resolved_by, resolution_note FROM ops.reject"
    assert rows(engine, told) == [(None, None, None, None)], "nothing of what was said about the one before"


def test_what_was_dismissed_stays_so_when_a_later_version_is_loaded_and_when_its_order_is_gone(
    engine: sa.Engine,
) -> None:
    load_orders(engine, rejects=[BAD])
    dismissed(engine)
    told = "SELECT resolved_at, resolution, resolved_by FROM ops.reject"
    before = rows(engine, told)
    load_orders(engine, GOOD.at(5), rejects=[Order("4712")], gone=(GoneOrder("4711", None, "tombstone"),))
    assert rows(engine, f"{told} WHERE source_order_id = '4711'") == before


def test_an_order_whose_reading_alone_is_new_stays_dismissed_where_its_source_tells_no_times(engine: sa.Engine) -> None:
    timeless = GOOD.at(None, 3)
    load_orders(engine, rejects=[timeless])
    dismissed(engine)
    for fetched, memo in ((9, "good"), (10, "other")):
        again = replace(timeless, values={"memo": memo}).at(None, fetched)
        load_orders(engine, rejects=[again])
        is_open = memo == "other"
        assert rows(engine, "SELECT resolved_at IS NULL, fetched_at FROM ops.reject") == [(is_open, hour(fetched))]


def test_what_was_dismissed_stays_so_when_it_is_read_again_after_its_payload_was_removed(engine: sa.Engine) -> None:
    timeless = GOOD.at(None, 3)
    load_orders(engine, rejects=[timeless])
    dismissed(engine)
    assert enforce(engine, "acme_us", Retention(raw=timedelta(days=1)))["payloads of rejects"] == 1
    again = timeless.at(None, 9)
    load_orders(engine, rejects=[again])
    assert rows(engine, "SELECT resolution, fetched_at FROM ops.reject") == [("dismissed", hour(9))]


def test_what_was_dismissed_is_forgotten_when_nobody_has_read_it_for_as_long_as_rejects_are_kept(
    engine: sa.Engine,
) -> None:
    """A reconcile reads it every night, since the warehouse lacks it: forgotten before, it would wait once more."""
    keep = Retention(rejects=timedelta(days=10))
    load_orders(engine, rejects=[BAD])
    dismissed(engine)
    _pass_days(engine, 11)
    load_orders(engine, rejects=[BAD.at(3, 9)])
    assert enforce(engine, "acme_us", keep)["closed rejects"] == 0
    load_orders(engine, rejects=[BAD.at(3, 10)])
    assert rows(engine, "SELECT resolution, fetched_at FROM ops.reject") == [("dismissed", hour(10))]
    _pass_days(engine, 11)
    assert enforce(engine, "acme_us", keep)["closed rejects"] == 1


def _pass_days(engine: sa.Engine, days: int) -> None:
    past = f"- interval '{days} days'"
    with engine.begin() as session:
        session.execute(
            sa.text(f"UPDATE ops.reject SET resolved_at = resolved_at {past}, rejected_at = rejected_at {past}")
        )


def test_the_same_version_read_as_something_else_stays_dismissed(engine: sa.Engine) -> None:
    """A source's lookups changed, not the order."""
    load_orders(engine, rejects=[BAD])
    dismissed(engine)
    again = replace(BAD, values={"memo": "other"}).at(3, 9)
    load_orders(engine, rejects=[again])
    assert rows(engine, "SELECT resolution, fetched_at FROM ops.reject") == [("dismissed", hour(9))]


def test_a_reject_of_another_connection_is_not_touched(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD])
    ids = [str(found) for (found,) in rows(engine, "SELECT reject_id FROM ops.reject")]
    assert dismiss_rejects(engine, "other", ids, "ada", "") == 0
