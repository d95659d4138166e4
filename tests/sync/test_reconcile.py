"""Reconcile: what is gone is proved gone, and what is not proved stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from include.orderhouse.connectors import load
from include.orderhouse.errors import CountMismatch, SourceUnavailable, TooManyDeletions
from include.orderhouse.mapping import columns_without_source
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, SETTINGS, Connect, System, lose_numbers

COUNT, READ = "purchase.order/search_count", "purchase.order/search_read"


@pytest.fixture
def odoo19() -> Iterator[Sandbox]:
    """Odoo 19, whose addresses name model and method, so that a fault can be put on one of them."""
    with sandbox(generate(7, orders=40, now=NOW), ["odoo"], Clock(NOW), options={"odoo": {"version": "19"}}) as running:
        yield running


@pytest.fixture
def synced19(odoo19: Sandbox, connect: Connect) -> System:
    system = connect("odoo", odoo19, slice_days=400, concurrency=1)
    system.sync()
    return system


def deleted(system: System) -> set[str]:
    rows = system.rows("SELECT source_order_id FROM procurement.purchase_order WHERE is_deleted")
    return {row["source_order_id"] for row in rows}


def finished(system: System) -> list[dict[str, object]]:
    """Orders that left the source's list without being deleted."""
    return system.rows("SELECT 1 FROM ops.order_version WHERE gone_status IS NOT NULL")


def complete_all(company: Company, clock: Clock) -> None:
    """Receive and invoice the rest of every open order."""
    for order in [order for order in company.orders.values() if order.is_open]:
        for line in order.goods_lines:
            if line.quantity_open > 0:
                history.receive(company, clock, order.id, line.id, line.quantity_open)
            if line.quantity_received > line.quantity_invoiced:
                history.invoice(company, clock, order.id, line.id, line.quantity_received - line.quantity_invoiced)


def receive_something(company: Company, clock: Clock) -> None:
    """Receive a part of every open order, as syncs see before its combined invoice."""
    for order in [order for order in company.orders.values() if order.is_open and not order.goods_lines[0].receipts]:
        history.receive(company, clock, order.id, order.goods_lines[0].id, order.goods_lines[0].quantity / 2)


def test_an_order_of_which_nothing_came_is_deleted_where_invoices_combine_receipts(connect: Connect) -> None:
    name = "business_central"
    with sandbox(
        generate(7, orders=60, now=NOW), [name], Clock(NOW), options={name: {"invoices": "combined"}}
    ) as running:
        system = connect(name, running)
        system.sync()
        fresh = [order for order in running.company.orders.values() if order.is_open]
        gone = next(order for order in fresh if not any(line.receipts for line in order.goods_lines))
        running.act(history.delete, gone.id)
        assert system.sync(Mode.RECONCILE)["orders_deleted"] == 1
        assert finished(system) == []


def hide(company: Company, clock: Clock, number: int) -> dict[int, Order]:
    """What a right that shrinks does: these orders are neither shown nor counted nor found by their keys."""
    company.version += 1
    return {key: company.orders.pop(key) for key in sorted(company.orders)[:number]}


def show(company: Company, clock: Clock, hidden: dict[int, Order]) -> None:
    company.version += 1
    company.orders |= hidden


def scan_calls(odoo: Sandbox, system: System) -> dict[str, int]:
    """How many calls a reconcile makes to each address before the one by which it scans the keys."""
    log = odoo.world("odoo").log
    log.clear()
    system.sync(Mode.RECONCILE)
    counts = [call for call in log.records if COUNT in call.path]
    reads = [call for call in log.records if READ in call.path]
    first = next(n for n, call in enumerate(reads) if '"fields": ["write_date", "create_date"]' in call.note)
    return {COUNT: len(counts) - 1, READ: first}


def keys_of_all_but(odoo: Sandbox, hidden: int) -> list[dict[str, object]]:
    told = {"write_date": "2026-01-01 00:00:00", "create_date": "2026-01-01 00:00:00"}
    return [{"id": number, **told} for number in sorted(odoo.company.orders) if number != hidden]


def test_reconcile_marks_what_is_gone_and_fetches_what_is_missing(odoo: Sandbox, synced: System) -> None:
    """H15."""
    gone = sorted(odoo.company.orders)[3]
    odoo.act(history.delete, gone)
    missed = odoo.act(history.create_in_future, -3 * 86_400.0)
    row = synced.sync(Mode.RECONCILE)
    assert deleted(synced) == {str(gone)}
    assert row["orders_deleted"] == 1
    assert str(missed) in synced.order_ids()
    evidence = "SELECT DISTINCT delete_evidence FROM procurement.purchase_order_line WHERE is_deleted"
    assert synced.rows(evidence) == [{"delete_evidence": "absent_in_full_scan"}]


@pytest.mark.parametrize("connector", SETTINGS)
def test_reconcile_brings_the_receipts_and_invoices_that_completed_an_order_unseen(
    connector: str, connect: Connect
) -> None:
    """H12: they moved no time, and the order is no longer among the open ones of the source.

    A source that tells neither receipts nor invoices tells nothing of that.
    """
    absent = columns_without_source(load(connector).mapping)["purchase_order_line"]
    tells_progress = not {"quantity_received", "quantity_invoiced"} <= set(absent)
    with sandbox(generate(7, orders=20, now=NOW), [connector], Clock(NOW)) as running:
        system = connect(connector, running)
        system.sync()
        running.clock.advance(7200)
        running.act(complete_all)
        row = system.sync(Mode.RECONCILE)
        assert row["orders_updated"] + len(finished(system)) > 3 or not tells_progress
        assert system.sync(Mode.FULL_RESYNC)["orders_updated"] == 0


def test_a_scan_that_saw_fewer_orders_than_the_source_counts_marks_nothing(odoo19: Sandbox, synced19: System) -> None:
    """H17: at each pass."""
    before = scan_calls(odoo19, synced19)
    fault = odoo19.world("odoo").faults.add("wrong_shape", path=READ, after=before[READ], value=[], times=2)
    with pytest.raises(CountMismatch, match="saw 0 orders, but the source counts 40"):
        synced19.sync(Mode.RECONCILE)
    assert fault.hits == 2
    assert synced19.last_sync()["state"] == "failed"
    assert deleted(synced19) == set()


def test_an_order_that_the_scan_missed_but_that_is_there_is_not_marked(odoo19: Sandbox, synced19: System) -> None:
    """H17: scan and count agree and are wrong; the read of the very key shows the order."""
    before, hidden = scan_calls(odoo19, synced19), min(odoo19.company.orders)
    faults = odoo19.world("odoo").faults
    faults.add("wrong_shape", path=COUNT, after=before[COUNT], value=39)
    faults.add("wrong_shape", path=READ, after=before[READ], value=keys_of_all_but(odoo19, hidden))
    assert synced19.sync(Mode.RECONCILE)["source_count"] == 39
    assert {fault.hits for fault in faults.faults} == {1}
    assert deleted(synced19) == set()


def test_a_reconcile_of_fewer_companies_marks_nothing_of_the_others(odoo: Sandbox, connect: Connect) -> None:
    """H17: whoever may no longer see a company has not seen its orders vanish."""
    connect("odoo", odoo).sync()
    narrow = connect("odoo", odoo, settings={"companies": [1]})
    for mode in (Mode.RECONCILE, Mode.AUTO, Mode.RECONCILE):
        narrow.sync(mode, run_id=f"narrow {narrow.runs}")
        assert deleted(narrow) == set()
    assert len(narrow.order_ids()) == 40


def test_orders_of_a_type_that_is_not_chosen_any_more_are_not_gone(connect: Connect) -> None:
    """H17."""
    with sandbox(generate(7, orders=40, now=NOW), ["acumatica"], Clock(NOW)) as running:
        connect("acumatica", running).sync()
        narrow = connect("acumatica", running, settings={"order_types": ["Normal"]})
        assert narrow.sync(Mode.RECONCILE)["orders_deleted"] == 0


def test_a_full_resync_accepts_that_there_are_fewer_companies(odoo: Sandbox, connect: Connect) -> None:
    connect("odoo", odoo).sync()
    narrow = connect("odoo", odoo, settings={"companies": [1]}, max_deleted_share=1)
    for mode in (Mode.AUTO, Mode.FULL_RESYNC, Mode.RECONCILE):
        narrow.sync(mode, run_id=f"narrow {narrow.runs}")
    others = narrow.rows("SELECT DISTINCT company_code FROM procurement.purchase_order WHERE is_deleted")
    assert len(others) == 1
    assert deleted(narrow)


@pytest.mark.parametrize("connector", ["erpnext", "odoo"])
def test_h17_orders_that_rights_hide_are_not_taken_for_deleted(connector: str, connect: Connect) -> None:
    """The scan, the source's own count and the read by key agree that there are none."""
    with sandbox(generate(7, orders=40, now=NOW), [connector], Clock(NOW)) as running:
        system = connect(connector, running)
        system.sync()
        hidden = running.act(hide, 40)
        with pytest.raises(TooManyDeletions, match=r"40 of 40 living orders of .* rights .* have shrunk"):
            system.sync(Mode.RECONCILE, run_id="cleared")
        last = system.last_sync()
        assert (last["state"], last["error_code"]) == ("stopped", "TOO_MANY_DELETIONS")
        assert deleted(system) == set()
        running.act(show, hidden)
        assert system.sync(Mode.RECONCILE, run_id="cleared")["orders_deleted"] == 0
        assert len(system.order_ids()) == 40


def test_a_reconcile_that_is_stopped_loads_nothing_and_the_next_one_misses_nothing(
    odoo: Sandbox, synced: System
) -> None:
    missed = odoo.act(history.create_in_future, -3 * 86_400.0)
    before = synced.watermark.text
    odoo.act(hide, 20)
    with pytest.raises(TooManyDeletions):
        synced.sync(Mode.RECONCILE)
    assert str(missed) not in synced.order_ids()
    assert synced.watermark.text == before
    row = synced.sync(Mode.RECONCILE, max_deleted_share=Decimal(1))
    assert (row["orders_deleted"], len(deleted(synced))) == (20, 20)
    assert str(missed) in synced.order_ids()


@pytest.mark.parametrize(("number", "allowed", "stops"), [(11, 0.3, False), (11, 0.27, True), (10, 0, False)])
def test_ten_deletions_and_a_share_that_the_connection_allows_are_marked(
    odoo: Sandbox, connect: Connect, number: int, allowed: float, stops: bool
) -> None:
    system = connect("odoo", odoo, max_deleted_share=allowed)
    system.sync()
    odoo.act(hide, number)
    if stops:
        with pytest.raises(TooManyDeletions, match=f"{number} of 40 living orders"):
            system.sync(Mode.RECONCILE)
        return
    assert system.sync(Mode.RECONCILE)["orders_deleted"] == number
    assert system.sync(Mode.RECONCILE)["orders_deleted"] == 0


@pytest.mark.parametrize("play", [{}, {"invoices": "combined"}])
def test_orders_that_leave_the_list_because_they_are_finished_do_not_count_as_deleted(
    connect: Connect, play: dict[str, str]
) -> None:
    name = "business_central"
    with sandbox(generate(7, orders=60, now=NOW), [name], Clock(NOW), options={name: play}) as running:
        system = connect(name, running, max_deleted_share=0)
        if play:
            running.act(receive_something)
        system.sync()
        running.clock.advance(7200)
        running.act(complete_all)
        system.sync(Mode.RECONCILE)
        assert len(finished(system)) > 10
        assert deleted(system) == set()
        running.world("business_central").log.clear()
        system.sync(Mode.RECONCILE)
        calls = running.world("business_central").log.records
        assert not [call for call in calls if "/purchaseInvoices" in call.path], "they are not asked for every time"


def test_orders_that_had_left_the_list_and_are_on_it_again_are_read_again(odoo: Sandbox, synced: System) -> None:
    """A right that shrank hid them, and something that is known of them explained why; nothing of them has changed."""
    states = "SELECT source_order_id, status, status_source FROM procurement.purchase_order ORDER BY 1"
    connection, before = synced.runtime.connection, synced.rows(states)
    told = replace(connection.connector, explain_absence=lambda _, absent: dict.fromkeys(absent, "closed"))
    synced.runtime = replace(synced.runtime, connection=connection.model_copy(update={"connector": told}))
    hidden = odoo.act(hide, 12)
    synced.sync(Mode.RECONCILE)
    assert len(finished(synced)) == 12
    assert synced.rows(states) != before
    odoo.act(show, hidden)
    synced.sync(Mode.RECONCILE)
    assert finished(synced) == []
    assert synced.rows(states) == before


def test_a_retry_of_a_reconcile_that_failed_between_two_pages_of_keys_reads_the_rest_of_them(connect: Connect) -> None:
    """H17, H30: keys that no attempt has asked for are neither left out nor taken for deleted."""
    with sandbox(generate(7, orders=60, now=NOW), ["business_central"], Clock(NOW)) as running:
        system = connect("business_central", running, page_size=100)
        listed = system.sync()["orders_inserted"]
        with system.runtime.warehouse.begin() as warehouse:
            warehouse.exec_driver_sql("TRUNCATE ops.order_version, procurement.purchase_order CASCADE")
        log, faults = running.world("business_central").log, running.world("business_central").faults
        path = [call.path for call in log.records if call.path.endswith("/purchaseOrders")][-1]
        request = system.request(Mode.RECONCILE)
        faults.add("server_error", times=None, path=path, after=2)
        with pytest.raises(SourceUnavailable):
            system.sync_until("extract", request)
        faults.clear()
        staged = system.sync_until("advance_watermark", request)
    assert system.ledger_row(staged)["orders_inserted"] == listed


def test_a_retry_of_a_reconcile_compares_nothing_again(odoo: Sandbox, synced: System) -> None:
    """H17, H30: what the first attempt found missing is what every other attempt goes on with."""
    odoo.act(history.delete, min(odoo.company.orders))
    request = synced.request(Mode.RECONCILE)
    synced.sync_until("extract", request)
    odoo.world("odoo").log.clear()
    staged = synced.sync_until("advance_watermark", request)
    assert odoo.world("odoo").log.count() == 0
    assert synced.ledger_row(staged)["orders_deleted"] == 1


def test_orders_that_were_never_held_do_not_count_among_those_that_would_be_deleted(
    odoo: Sandbox, connect: Connect
) -> None:
    system, keys = connect("odoo", odoo, max_deleted_share=0), sorted(odoo.company.orders)
    odoo.act(lose_numbers, keys[:8])
    assert system.sync(max_reject_share=Decimal(1))["orders_rejected"] == 8
    for key in keys[:13]:
        odoo.act(history.delete, key)
    assert system.sync(Mode.RECONCILE)["orders_deleted"] == 5
