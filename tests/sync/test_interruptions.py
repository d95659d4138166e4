"""Syncs that are stopped or torn: nothing of them is lost, doubled or half loaded."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.errors import (
    LookAtData,
    SourceUnavailable,
    StagedFilesMissing,
    StorageUnavailable,
    TooManyRejects,
)
from include.orderhouse.sync import steps
from include.orderhouse.sync.extract.staged_page import staged_pages
from include.orderhouse.sync.failed.waits import refused_since
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, SETTINGS, Connect, System, lose_numbers


def change_all(company: Company, clock: Clock, memo: str) -> None:
    """Edit every order's memo."""
    for number in company.orders:
        history.change_header(company, clock, number, memo)


def test_where_one_slice_fails_the_others_ask_for_no_more(odoo: Sandbox, connect: Connect) -> None:
    system = connect("odoo", odoo, slice_days=50, concurrency=2)
    begun, is_under_way, given = itertools.count(), Event(), list[int]()

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        if next(begun) == 0:
            assert is_under_way.wait(60)
            raise SourceUnavailable("It broke down.", action="Wait.")
        for number in range(1000):
            given.append(number)
            yield Page([], resume="more")
            is_under_way.set()

    connector = replace(system.runtime.connection.connector, fetch=fetch)
    system.runtime.connection = system.runtime.connection.model_copy(update={"connector": connector})
    with pytest.raises(SourceUnavailable, match="broke down"):
        system.sync()
    assert len(given) < 1000


def pages_read(odoo: Sandbox) -> list[str]:
    """The queries for headers and lines that were answered."""
    wanted = ("purchase.order.search_read", "purchase.order.line.search_read")
    return [call.note for call in odoo.world("odoo").log.records if call.status == 200 and call.note.startswith(wanted)]


def test_a_retry_goes_on_after_the_last_page_that_was_kept(odoo: Sandbox, system: System) -> None:
    """H30: of both attempts together only the page that was in the making was read twice: its orders, their lines."""
    system.sync(Mode.INITIAL)
    whole, calls = pages_read(odoo), odoo.world("odoo").log.count()
    odoo.world("odoo").log.clear()
    odoo.world("odoo").faults.add("server_error", times=None, after=calls - 12)
    with pytest.raises(SourceUnavailable):
        system.sync(Mode.FULL_RESYNC, run_id="the one that fails")
    read_before = len(pages_read(odoo))
    odoo.world("odoo").faults.clear()
    request = system.request(Mode.FULL_RESYNC, run_id="the one that fails")
    resumed = system.ledger_row(system.sync_until("extract", request))
    assert (resumed["attempts"], resumed["state"], resumed["error_code"]) == (2, "running", None)
    assert resumed["calls"] == odoo.world("odoo").log.count(), "those of the attempt that failed count, too"
    twice = [page for page, times in Counter(pages_read(odoo)).items() if times > 1]
    assert read_before > len(whole) / 4
    assert sorted(set(pages_read(odoo))) == sorted(set(whole))
    assert len(twice) <= 2
    row = system.ledger_row(system.sync_until("load", request))
    assert (row["state"], row["orders_extracted"]) == ("succeeded", 40)


def test_the_time_that_a_source_refuses_begins_anew_with_each_kept_page(odoo: Sandbox, system: System) -> None:
    system.sync(Mode.INITIAL)
    calls = odoo.world("odoo").log.count()
    request, runtime, hour = system.request(Mode.FULL_RESYNC), system.runtime, timedelta(hours=1)
    assert refused_since(runtime, request, NOW, is_first=True) == NOW
    assert refused_since(runtime, request, NOW + hour, is_first=False) == NOW
    odoo.world("odoo").faults.add("server_error", times=None, after=calls - 12)
    with pytest.raises(SourceUnavailable):
        system.sync_until("extract", request)
    begun = system.last_sync()
    assert refused_since(runtime, request, NOW + 2 * hour, is_first=False) == NOW + 2 * hour
    assert system.last_sync() == begun, "what it reads stays told while it waits"
    assert begun["window_start"] is not None
    with pytest.raises(SourceUnavailable):
        system.sync_until("extract", request)
    assert refused_since(runtime, request, NOW + 3 * hour, is_first=False) == NOW + 2 * hour
    assert refused_since(runtime, request, NOW + 4 * hour, is_first=True) == NOW + 4 * hour
    odoo.world("odoo").faults.clear()
    assert system.ledger_row(system.sync_until("load", request))["state"] == "succeeded"


def test_of_two_processes_at_work_on_one_sync_none_puts_its_page_in_place_of_the_others(system: System) -> None:
    """As where a machine wakes up that its scheduler took for dead: the two may have been given different pages."""
    request, connection = system.request(), system.runtime.connection
    fetch = connection.connector.fetch

    def fetch_while_another_does(source: Source, window: Window) -> Iterator[Page]:
        for page in fetch(source, window):
            steps.extract(system.runtime, request)
            yield page

    connector = replace(connection.connector, fetch=fetch_while_another_does)
    late = replace(system.runtime, connection=connection.model_copy(update={"connector": connector}))
    with pytest.raises(StorageUnavailable, match="Another process is at work on this sync"):
        steps.extract(late, request)
    assert system.ledger_row(system.sync_until("load", request))["orders_extracted"] == 40


def test_pages_that_something_removes_before_they_are_mapped_are_missed_and_fetched_again(system: System) -> None:
    request = system.request()
    staging = system.runtime.staging(system.sync_until("extract", request))
    gone = next(page.name for page in staged_pages(staging) if page.orders)
    for name in (gone, f"{gone.removesuffix('.zst')}.json"):
        staging.remove(name)
    with pytest.raises(StagedFilesMissing, match="40 orders of odoo were staged"):
        steps.transform(system.runtime, staging.folder.rpartition("/")[2])
    assert system.ledger_row(system.sync_until("load", request))["orders_extracted"] == 40


@pytest.mark.parametrize(
    ("mode", "window"),
    [
        (Mode.FULL_RESYNC, {}),
        (Mode.WINDOW, {"window_start": NOW - timedelta(days=9), "window_end": NOW + timedelta(days=1)}),
    ],
)
def test_a_retry_whose_ledger_row_is_lost_opens_it_again(
    odoo: Sandbox, synced: System, mode: Mode, window: dict[str, datetime]
) -> None:
    """H8: the warehouse was restored from a copy of yesterday while a run was under way."""
    request = synced.request(mode, **window)
    staged = synced.sync_until("extract", request)
    row = synced.ledger_row(staged)
    with synced.runtime.warehouse.begin() as warehouse:
        warehouse.exec_driver_sql("TRUNCATE ops.sync")
    synced.sync_until("load", request)
    again = synced.ledger_row(staged)
    same = ("mode", "run_id", "window_start", "window_end", "watermark_before", "scope", "mapping_version")
    assert [again[name] for name in same] == [row[name] for name in same]
    assert (again["state"], again["attempts"]) == ("succeeded", 1)


@pytest.mark.parametrize("connector", SETTINGS)
def test_a_source_that_ignores_its_filter_stops_the_sync(connector: str, connect: Connect) -> None:
    """H27."""
    with sandbox(generate(7, orders=40, now=NOW), [connector], Clock(NOW)) as running:
        system = connect(connector, running, max_outside_window=5, include_open_orders=False, initial_days=1)
        running.world(connector).faults.add("ignore_filter", times=None)
        with pytest.raises(LookAtData):
            system.sync()
    assert system.order_ids() == set()
    assert system.watermark.text is None


def test_ten_rejects_stop_no_sync_whatever_their_share(odoo: Sandbox, synced: System) -> None:
    odoo.clock.advance(3600)
    odoo.act(lose_numbers, sorted(odoo.company.orders)[:10])
    row = synced.sync()
    assert (row["orders_rejected"], row["orders_extracted"]) == (10, 10)


def test_too_many_rejects_stop_the_load_and_are_kept(odoo: Sandbox, synced: System) -> None:
    """H7, H32: a person may then let the run go on."""
    before = synced.watermark.text
    odoo.clock.advance(3600)
    odoo.act(lose_numbers, sorted(odoo.company.orders)[:12])
    with pytest.raises(TooManyRejects, match="12 of 12 orders"):
        synced.sync()
    assert (synced.last_sync()["state"], synced.last_sync()["error_code"]) == ("stopped", "TOO_MANY_REJECTS")
    assert len(synced.rows("SELECT 1 FROM ops.reject WHERE resolved_at IS NULL AND payload IS NOT NULL")) == 12
    assert synced.rows("SELECT 1 FROM procurement.purchase_order WHERE is_stale AND NOT is_deleted") != []
    assert synced.watermark.text == before
    assert synced.sync(max_reject_share=1)["orders_rejected"] == 12
    assert synced.watermark.text != before


def test_a_full_resync_never_blanks_what_readers_see_and_keeps_what_lies_before_its_window(
    odoo: Sandbox, synced: System, connect: Connect
) -> None:
    """H26: a reader looks again and again while everything is loaded anew; orders before the window stay."""
    odoo.clock.advance(60)
    odoo.act(change_all, "changed")
    seen: set[tuple[int, int]] = set()
    told = "SELECT count(*) AS orders, count(*) FILTER (WHERE memo = 'changed') AS changed"
    ended = Event()

    def look() -> None:
        while not ended.is_set():
            (row,) = synced.rows(f"{told} FROM procurement.purchase_order WHERE NOT is_deleted")
            seen.add((row["orders"], row["changed"]))

    reader = Thread(target=look)
    reader.start()
    try:
        synced.sync(Mode.FULL_RESYNC)
    finally:
        ended.set()
        reader.join()
    assert seen | {(40, 40)} == {(40, 0), (40, 40)}
    short = connect("odoo", odoo, initial_days=1, include_open_orders=False)
    odoo.clock.advance(10 * 86_400.0)
    assert short.sync(Mode.FULL_RESYNC, run_id="short")["orders_extracted"] == 0
    assert len(short.order_ids()) == 40
