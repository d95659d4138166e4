"""What a connection says of how its source may be reached holds in a whole sync."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from weakref import ref

import pytest

from include.orderhouse.connector import Connector, Page, Source, Window
from include.orderhouse.connectors.oracle_fusion import picks
from include.orderhouse.errors import BoundExceeded, FilterIgnored, StorageUnavailable, UnexpectedShape
from include.orderhouse.sync.extract import extraction
from include.orderhouse.sync.failed.failure import record_failure
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.faults import FaultKind
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, SETTINGS, Connect, System

LARGE = {"text": "x" * 1_500_000}


def test_an_answer_larger_than_the_connection_allows_is_not_read(odoo: Sandbox, connect: Connect) -> None:
    odoo.world("odoo").faults.add(FaultKind.WRONG_SHAPE, value=LARGE, times=None)
    with pytest.raises(BoundExceeded, match="max_response_mb"):
        connect("odoo", odoo, max_response_mb=1).sync()
    with pytest.raises(UnexpectedShape):
        connect("odoo", odoo, max_response_mb=2).sync()


def test_a_source_that_gives_orders_without_end_is_stopped_and_leaves_nothing_staged(
    odoo: Sandbox, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = connect("odoo", odoo, max_staged_mb=2, page_size=5)
    monkeypatch.setattr(extraction, "MEGABYTE", 3000)
    with pytest.raises(BoundExceeded, match="max_staged_mb"):
        system.sync(run_id="once")
    left = [file for file in (tmp_path / "staging").rglob("raw/**/*") if file.is_file()]
    assert (left, system.order_ids()) == ([], set())
    monkeypatch.undo()
    assert system.sync(run_id="once")["orders_inserted"] > 0, "a larger bound lets the same run go on"


def test_a_slice_without_end_is_stopped_before_it_fills_the_disk(
    odoo: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, given = connect("odoo", odoo, max_staged_mb=2, concurrency=1), list[int]()

    def fetch(_source: Source, _window: Window) -> Iterator[Page]:
        for key in range(500):
            given.append(key)
            yield Page([{"id": key}], resume=key)

    connector = replace(system.runtime.connection.connector, fetch=fetch)
    system.runtime.connection = system.runtime.connection.model_copy(update={"connector": connector})
    monkeypatch.setattr(extraction, "MEGABYTE", 1000)
    with pytest.raises(BoundExceeded, match="max_staged_mb"):
        system.sync()
    assert len(given) < 100


def test_a_source_that_goes_on_and_on_is_stopped_in_time(
    odoo: Sandbox, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = connect("odoo", odoo, max_extract_hours=2, page_size=5)
    hours = itertools.count()
    real = extraction.warehouse_now
    monkeypatch.setattr(extraction, "warehouse_now", lambda engine: real(engine) + timedelta(hours=next(hours)))
    with pytest.raises(BoundExceeded, match="max_extract_hours"):
        system.sync()
    left = [file for file in (tmp_path / "staging").rglob("raw/**/*") if file.is_file()]
    assert (left, system.order_ids()) == ([], set())


def test_what_was_staged_before_a_retry_counts_as_well(
    odoo: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = connect("odoo", odoo, max_staged_mb=2, page_size=5)
    system.sync_until("extract", system.request(run_id="once"))
    monkeypatch.setattr(extraction, "MEGABYTE", 3000)
    with pytest.raises(BoundExceeded, match="max_staged_mb"):
        system.sync(run_id="once")


def test_a_disk_that_is_almost_full_is_not_filled(
    odoo: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = connect("odoo", odoo)
    monkeypatch.setenv("ORDERHOUSE_KEEP_FREE_MB", str(10**9))
    with pytest.raises(StorageUnavailable, match="ORDERHOUSE_KEEP_FREE_MB"):
        system.sync(run_id="once")
    monkeypatch.delenv("ORDERHOUSE_KEEP_FREE_MB")
    assert system.sync(run_id="once")["orders_inserted"] > 0


def test_a_staging_folder_that_is_away_is_noted_of_the_sync_that_it_stopped(
    odoo: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    system = connect("odoo", odoo)
    there, away = system.runtime, replace(system.runtime, staging_url=str(tmp_path / "away"))
    (tmp_path / "away").write_bytes(b"")
    system.runtime = away
    with pytest.raises(StorageUnavailable, match="away/odoo"):
        system.sync(run_id="at once")
    first = system.last_sync()
    assert (first["run_id"], first["state"], first["error_code"]) == ("at once", "failed", "STORAGE_UNAVAILABLE")
    system.runtime = there
    request = system.request()
    staged = system.sync_until("extract", request)
    begun = system.ledger_row(staged)
    for _ in range(2):
        record_failure(away, request, StorageUnavailable("It is away.", action="Wait."), is_final=False)
        noted = system.ledger_row(staged)
        assert (noted["state"], noted["error_code"]) == ("failed", "STORAGE_UNAVAILABLE")
        same = ("mode", "window_start", "window_end", "scope", "attempts")
        assert [noted[name] for name in same] == [begun[name] for name in same]


def test_a_source_that_makes_up_orders_does_not_fill_the_warehouse(odoo: Sandbox, connect: Connect) -> None:
    system = connect("odoo", odoo)
    held = system.sync()["orders_inserted"]
    bounded = connect("odoo", odoo, "another", max_orders=held - 1)
    with pytest.raises(BoundExceeded, match=f"{held} orders; {held - 1} are allowed"):
        bounded.sync()
    assert bounded.rows("SELECT FROM procurement.purchase_order WHERE connection = 'another'") == []
    allowed = connect("odoo", odoo, "another", max_orders=held)
    assert allowed.sync()["orders_inserted"] == held


def test_a_host_that_the_credentials_name_may_be_private(odoo: Sandbox, connect: Connect) -> None:
    """The sandbox's token endpoint is on this machine, as a company's own would be in its network."""
    system = connect("odoo", odoo)
    credentials = system.runtime.credentials()
    credentials.extra["token_url"] = "https://login.intern.example/token"
    assert system.runtime.patience
    way = system.runtime.way(credentials, system.runtime.patience)
    assert "login.intern.example" in way.configured


def test_orders_that_are_read_again_on_purpose_do_not_count_as_outside_of_the_window(connect: Connect) -> None:
    with sandbox(generate(7, orders=40, now=NOW), ["business_central"], Clock(NOW)) as central:
        settings = SETTINGS["business_central"] | {"reread_open_orders": True}
        system = connect("business_central", central, settings=settings, max_outside_window=0)
        system.sync()
        again = system.sync()
        assert (again["mode"], again["orders_outside_window"]) == ("incremental", 0)
        assert again["orders_extracted"] > 0


@pytest.mark.parametrize("name", SETTINGS)
def test_orders_that_something_below_their_header_brings_do_not_count_as_outside_of_the_window(
    connect: Connect, name: str
) -> None:
    """Goods are received and lines change, and their order's own time stays. Business One is asked for whole days."""
    most = 5 if name == "sap_business_one" else 0
    with sandbox(generate(7, orders=40, now=NOW), [name], Clock(NOW)) as source:
        system = connect(name, source, max_outside_window=most)
        assert system.sync()["orders_outside_window"] <= most
        source.clock.advance(3600)
        for order in [order for order in source.company.orders.values() if order.is_open][:5]:
            line = order.goods_lines[0]
            source.act(history.postpone_line, order_id=order.id, line_id=line.id, days=3)
            source.act(history.change_description, order.id, line.id, "Another text")
            source.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
            source.act(history.invoice, order_id=order.id, line_id=line.id, quantity=line.quantity)
        again = system.sync()
        assert again["mode"] == "incremental"
        assert again["orders_outside_window"] <= most
        assert again["orders_updated"] > 0


def fetching(system: System, fetch: Callable[[Connector, Source], Iterator[Page]]) -> None:
    """Let the connector fetch in another way, whatever window it is asked for."""
    connector = system.runtime.connection.connector
    changed = replace(connector, fetch=lambda source, _: fetch(connector, source))
    system.runtime.connection = system.runtime.connection.model_copy(update={"connector": changed})


def test_h27_orders_outside_of_their_slices_are_counted_over_all_slices(odoo: Sandbox, connect: Connect) -> None:
    """Three in each of three slices; an order lies in one of them at most."""
    system = connect("odoo", odoo, slice_days=50, max_outside_window=5, include_open_orders=False)
    some = [str(number) for number in sorted(odoo.company.orders)[:3]]
    fetching(system, lambda connector, source: connector.read(source, some))
    with pytest.raises(FilterIgnored, match="outside the window; 5 are allowed"):
        system.sync()


def test_h27_a_source_that_ignores_its_filter_is_stopped_before_it_has_given_all(
    odoo: Sandbox, connect: Connect
) -> None:
    system, pages = connect("odoo", odoo, page_size=5, max_outside_window=5), list[Page]()

    def everything(connector: Connector, source: Source) -> Iterator[Page]:
        for page in connector.fetch(source, Window(None, None)):
            pages.append(page)
            yield page

    fetching(system, everything)
    long_ago = NOW - timedelta(days=1000)
    with pytest.raises(FilterIgnored, match="10 orders outside the window"):
        system.sync(Mode.WINDOW, window_start=long_ago, window_end=long_ago + timedelta(days=1))
    assert len(pages) == 2


def test_h2_the_first_instant_of_a_window_lies_in_it_and_its_end_does_not(odoo: Sandbox, synced: System) -> None:
    """Whatever the source gives is held against the window that it was asked for."""
    ids = sorted(odoo.company.orders)[:2]
    for number in ids:
        odoo.clock.advance(3600)
        odoo.act(history.touch, number)
    fetching(synced, lambda connector, source: connector.read(source, list(map(str, ids))))
    row = synced.sync(Mode.WINDOW, window_start=NOW + timedelta(hours=1), window_end=NOW + timedelta(hours=2))
    assert (row["orders_extracted"], row["orders_outside_window"]) == (2, 1)


def test_a_pod_of_many_orders_of_which_hardly_any_changed_does_not_go_round_in_circles(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its keys go on and on and none of them ever brings an order, it still is stopped."""
    with sandbox(generate(7, orders=40, now=NOW), ["oracle_fusion"], Clock(NOW)) as fusion:
        system = connect("oracle_fusion", fusion, page_size=2, slice_days=400, concurrency=1)
        system.sync()
        fusion.clock.advance(3600)
        order = max((o for o in fusion.company.orders.values() if o.is_open), key=lambda order: order.id)
        fusion.act(history.postpone_line, order_id=order.id, line_id=order.goods_lines[0].id, days=3)
        monkeypatch.setattr(extraction, "EMPTY_PAGES", 4)
        assert system.sync()["orders_updated"] == 1
        monkeypatch.setattr(picks, "ROWS_AT_ONCE", 2)
        with pytest.raises(BoundExceeded, match="brings no order"):
            system.sync()


@pytest.mark.parametrize(("stale", "is_over"), [(extraction.STALE_PAGES, False), (extraction.STALE_PAGES + 1, True)])
def test_a_source_may_give_the_same_page_so_often_and_no_more(
    odoo: Sandbox, connect: Connect, stale: int, is_over: bool
) -> None:
    """Where a page of orders comes for ever, nothing else would stop it before the disk is full."""
    system, given = connect("odoo", odoo, slice_days=400, include_open_orders=False), list[Page]()
    good = system.runtime.connection.connector

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        orders = [order for page in good.fetch(source, window) for order in page.records]
        while len(given) <= stale:
            given.append(Page(orders, resume="more"))
            yield given[-1]

    changed = {"connector": replace(good, fetch=fetch)}
    system.runtime.connection = system.runtime.connection.model_copy(update=changed)
    if is_over:
        with pytest.raises(BoundExceeded, match="brings no order that had not come before"):
            system.sync()
    else:
        assert system.sync()["orders_inserted"] == len(odoo.company.orders)
    assert len(given) == stale + 1


def test_a_page_that_is_staged_is_let_go_of_before_the_next_is_asked_for(odoo: Sandbox, connect: Connect) -> None:
    """Several slices are read at once, and orders take many times the memory of their JSON."""
    system, held = connect("odoo", odoo, page_size=5), list[bool]()
    good = system.runtime.connection.connector

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        pages, latest = good.fetch(source, window), None
        while True:
            held.append(latest is not None and latest() is not None)
            if (page := next(pages, None)) is None:
                return
            latest = ref(page)
            yield page
            del page

    changed = {"connector": replace(good, fetch=fetch)}
    system.runtime.connection = system.runtime.connection.model_copy(update=changed)
    system.sync()
    assert len(held) > 5
    assert not any(held)
