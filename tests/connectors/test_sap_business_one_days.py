"""Days on the server's clock: SAP Business One tells changes by the day and, beside it, the minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.sap_business_one import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_business_one_server import NAME, NOW, QUIET, an_order, connect, fetched, found, keys, still
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.dialects.sap_business_one.orders import modified_at
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["connect", "still"]


@pytest.mark.parametrize("bound", ["start", "end"])
@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Auckland"])
def test_h2_h4_h10_a_window_is_closed_below_and_open_above(
    connect: SourceFor, still: Sandbox, bound: str, zone: str
) -> None:
    with sandbox(still.company, [NAME], Clock(frozen_at=NOW), options={NAME: {"time_zone": zone}}) as local:
        order = an_order(still.company)
        edge = modified_at(order, {})
        assert edge is not None
        window = Window(edge, None) if bound == "start" else Window(None, edge)
        assert (str(order.id) in fetched(connect(local, time_zone=zone, **QUIET), window)) is (bound == "start")


@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_h1_a_change_between_the_run_and_the_servers_midnight_is_in_the_next_window(
    connect: SourceFor, hour: int
) -> None:
    zone, ran_at = "America/Los_Angeles", datetime(2026, 10, 1, hour, 30, tzinfo=UTC)
    company = generate(6, orders=20, now=ran_at)
    with sandbox(company, [NAME], Clock(frozen_at=ran_at), options={NAME: {"time_zone": zone}}) as local:
        local.clock.advance(5 * 60)
        created = local.act(history.create)
        for told in (zone, "UTC"):
            assert str(created) in fetched(connect(local, time_zone=told, **QUIET), Window(ran_at, None))


def test_h1_the_hour_that_comes_twice_hides_no_change(connect: SourceFor) -> None:
    zone, ran_at = "Europe/Berlin", datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    company = generate(6, orders=20, now=ran_at)
    with sandbox(company, [NAME], Clock(frozen_at=ran_at), options={NAME: {"time_zone": zone}}) as local:
        local.clock.advance(15 * 60)
        created = local.act(history.create)
        assert str(created) in fetched(connect(local, time_zone=zone, **QUIET), Window(ran_at, None))


def test_h10_the_later_of_two_changes_in_the_hour_that_comes_twice_reads_as_later(connect: SourceFor) -> None:
    zone, before = "Europe/Berlin", datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    company = generate(6, orders=20, now=before)
    with sandbox(company, [NAME], Clock(frozen_at=before), options={NAME: {"time_zone": zone}}) as local:
        order = next(order for order in company.orders.values() if not order.lacks_modified_at)
        told = []
        for minutes in (0, 20):
            local.clock.advance(minutes * 60)
            local.act(history.touch, order_id=order.id)
            (page,) = CONNECTOR.read(connect(local, time_zone=zone), [str(order.id)])
            told.append(datetime.fromisoformat(page.records[0]["ChangedAt"]))
        assert told == [before, before + timedelta(minutes=20)]


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles"])
def test_adjacent_windows_cover_everything(connect: SourceFor, still: Sandbox, zone: str) -> None:
    with sandbox(still.company, [NAME], Clock(frozen_at=NOW), options={NAME: {"time_zone": zone}}) as local:
        source, cuts = connect(local, time_zone=zone), [NOW - timedelta(days=days, hours=7) for days in (40, 20, 3)]
        windows = [Window(a, b) for a, b in zip([None, *cuts], [*cuts, None], strict=True)]
        assert set(found(p for w in windows for p in CONNECTOR.fetch(source, w))) == set(
            keys(still.company.orders.values())
        )


def test_what_the_last_day_holds_after_the_windows_end_is_not_expected(connect: SourceFor, still: Sandbox) -> None:
    end = sorted(filter(None, (modified_at(order, {}) for order in still.company.orders.values())))[75]
    pages = list(CONNECTOR.fetch(connect(still, undated_orders=False), Window(None, end)))
    dated = [order for order in still.company.orders.values() if (at := modified_at(order, {})) and at < end]
    assert found(pages) == keys(dated)
    assert sum(page.expected or 0 for page in pages) == len(dated)
