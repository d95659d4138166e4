"""H15: what a source tells of deletions in its feed, and what is done where the feed falls short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Connector, Keys, Page, Source, Window
from include.orderhouse.errors import TooManyDeletions
from include.orderhouse.sync import steps
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import Connect, System, lose_numbers
from tests.sync.test_reconcile import complete_all

NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def odoo() -> Iterator[Sandbox]:
    with sandbox(generate(7, orders=20, now=NOW), ["odoo"], Clock(NOW)) as running:
        yield running


@pytest.fixture
def system(odoo: Sandbox, connect: Connect) -> System:
    synced = connect("odoo", odoo)
    synced.sync()
    odoo.clock.advance(3600)
    return synced


def tell(system: System, **feed: Any) -> None:
    """Let the connector's fetch end with a page of its feed of deletions, and count its scans."""
    connector: Connector = system.runtime.connection.connector

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in connector.fetch(source, window):
            yield replace(page, resume=page.resume or "feed")
        yield Page([], **feed)

    told = replace(connector, fetch=fetch)
    system.runtime.connection = system.runtime.connection.model_copy(update={"connector": told})


def deleted(system: System) -> list[tuple[str, str]]:
    query = "SELECT source_order_id, delete_evidence FROM procurement.purchase_order WHERE is_deleted"
    return sorted((row["source_order_id"], row["delete_evidence"]) for row in system.rows(query))


def test_an_order_that_the_feed_tells_is_marked_with_a_tombstone(odoo: Sandbox, system: System) -> None:
    gone = sorted(odoo.company.orders)[4]
    odoo.act(history.delete, gone)
    tell(system, deleted=[str(gone), "never seen"])
    assert system.sync()["orders_deleted"] == 1
    assert deleted(system) == [(str(gone), "tombstone")]
    assert system.rows("SELECT 1 FROM procurement.purchase_order_line WHERE delete_evidence = 'tombstone'")
    assert system.sync()["orders_deleted"] == 0


def test_h19_where_the_feed_falls_short_a_scan_of_all_keys_finds_the_rest(odoo: Sandbox, system: System) -> None:
    told, untold = sorted(odoo.company.orders)[4:6]
    odoo.act(history.delete, told)
    odoo.act(history.delete, untold)
    tell(system, deleted=[str(told)], misses_deletions=True)
    assert system.sync()["orders_deleted"] == 2
    assert deleted(system) == sorted([(str(told), "tombstone"), (str(untold), "absent_in_full_scan")])


def test_where_the_warehouse_has_no_orders_yet_no_scan_finds_what_was_deleted(odoo: Sandbox, connect: Connect) -> None:
    """Every initial window reaches back farther than some feeds do."""
    system, scans = connect("odoo", odoo, "another"), list[Source]()
    tell(system, misses_deletions=True)
    connector: Connector = system.runtime.connection.connector

    def scan(source: Source) -> Iterator[Keys]:
        scans.append(source)
        yield from connector.scan(source)

    watched = replace(connector, scan=scan)
    system.runtime.connection = system.runtime.connection.model_copy(update={"connector": watched})
    for scanned in (0, 1):
        system.sync()
        assert len(scans) == scanned


def test_h17_a_feed_that_tells_too_many_deletions_stops_the_sync_until_a_person_lets_it_go_on(
    odoo: Sandbox, system: System
) -> None:
    """What was deleted before does not count again."""
    before = system.watermark.text
    tell(system, deleted=[str(key) for key in sorted(odoo.company.orders)[:12]])
    odoo.act(history.create)
    with pytest.raises(TooManyDeletions, match="12 of 20"):
        system.sync()
    assert (deleted(system), len(system.order_ids()), system.watermark.text) == ([], 20, before)
    assert system.sync(max_deleted_share=Decimal("0.6"))["orders_deleted"] == 12
    assert system.watermark.text != before
    assert system.sync()["orders_deleted"] == 0


def test_an_order_that_comes_after_a_tombstone_lives_again(odoo: Sandbox, system: System) -> None:
    """A feed that errs does no lasting harm: what is fetched later outlives the proof."""
    alive = sorted(odoo.company.orders)[4]
    tell(system, deleted=[str(alive)])
    system.sync()
    assert deleted(system) == [(str(alive), "tombstone")]
    tell(system)
    odoo.clock.advance(3600)
    odoo.act(history.touch, alive)
    system.sync()
    assert deleted(system) == []


def test_h15_h19_quickbooks_deletions_come_from_its_feed_or_where_it_falls_short_from_a_scan(connect: Connect) -> None:
    with sandbox(generate(7, orders=40, now=NOW), ["quickbooks"], Clock(NOW)) as quickbooks:
        system = connect("quickbooks", quickbooks)
        system.sync()
        told, untold = [order.id for order in quickbooks.company.orders.values() if order.entity == "US01"][:2]
        quickbooks.clock.advance(3600)
        quickbooks.act(history.delete, told)
        assert system.sync()["orders_deleted"] == 1
        quickbooks.act(history.delete, untold)
        quickbooks.clock.advance(40 * 86_400.0)
        assert system.sync()["orders_deleted"] == 1
        assert deleted(system) == sorted([(str(told), "tombstone"), (str(untold), "absent_in_full_scan")])


def test_an_order_that_was_rejected_and_then_deleted_is_not_brought_back_by_a_replay(
    odoo: Sandbox, connect: Connect
) -> None:
    gone, kept = sorted(odoo.company.orders)[4:6]
    odoo.act(lose_numbers, [gone, kept])
    system = connect("odoo", odoo)
    assert system.sync()["orders_rejected"] == 2
    odoo.clock.advance(3600)
    odoo.act(history.delete, gone)
    system.sync(Mode.RECONCILE)
    mended = connect("odoo", odoo, overrides={"order": {"order_number": {"constant": "found"}}})
    mended.sync(Mode.REPLAY)
    assert system.order_ids() >= {str(kept)}
    assert str(gone) not in system.order_ids()
    told = "SELECT source_order_id, resolution FROM ops.reject ORDER BY 1"
    assert {tuple(row.values()) for row in system.rows(told)} == {(str(gone), "deleted"), (str(kept), "superseded")}


def hide_the_unfinished(company: Company, clock: Clock) -> None:
    """Let a right shrink: what is still on the list is neither shown nor counted nor found by its key."""
    company.version += 1
    company.orders = {key: order for key, order in company.orders.items() if not order.is_open}


def test_h17_orders_that_are_finished_do_not_hide_that_all_others_have_vanished(connect: Connect) -> None:
    """They left the list of the source long ago, and are more than those that rights can still hide."""
    with sandbox(generate(7, orders=90, now=NOW), ["business_central"], Clock(NOW)) as central:
        system = connect("business_central", central, max_deleted_share=0.3)
        system.sync()
        central.clock.advance(7200)
        central.act(complete_all)
        system.sync(Mode.RECONCILE)
        central.clock.advance(7200)
        for _ in range(12):
            central.act(history.create)
        system.sync()
        central.act(hide_the_unfinished)
        with pytest.raises(TooManyDeletions, match="of 30 living orders"):
            system.sync(Mode.RECONCILE)


def test_an_order_that_only_a_failed_run_has_read_stays_gone_when_that_run_is_cleared_after_its_deletion(
    odoo: Sandbox, system: System
) -> None:
    """H15: nothing tells of it any more once the watermark has moved past the tombstone."""
    gone = odoo.act(history.create)
    staged = system.sync_until("validate", system.request())
    odoo.clock.advance(3600)
    odoo.act(history.delete, gone)
    tell(system, deleted=[str(gone)])
    assert system.sync()["orders_deleted"] == 0, "the warehouse never had it"
    tell(system)
    steps.load(system.runtime, staged)
    assert str(gone) not in system.order_ids()
    assert str(gone) not in {key for key, _ in deleted(system)}
    (told,) = system.rows("SELECT orders FROM procurement.data_freshness")
    assert told["orders"] == len(system.order_ids())
