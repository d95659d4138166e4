"""A key scan takes as many pages as there are, and ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
import sqlalchemy as sa

from include.orderhouse.connector import Keys, Source
from include.orderhouse.errors import BoundExceeded, CountMismatch
from include.orderhouse.http.transport import Bounds
from include.orderhouse.sync import runtime
from include.orderhouse.sync.extract import reconciliation
from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.records.raw import open_orders
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import Connect, System, lose_numbers

Scan = Callable[[Source], Iterator[Keys]]
PAGE_REQUESTS, ENOUGH_PAGES = 100, 1_000


def scanning(system: System, scan: Callable[[Scan], Scan]) -> None:
    """Let the system's connector scan in another way."""
    connection = system.runtime.connection
    changed = replace(connection.connector, scan=scan(connection.connector.scan))
    system.runtime.connection = connection.model_copy(update={"connector": changed})


def one_by_one(good: Scan) -> Scan:
    """A page for each key, with as many requests as make the scan too much for one page."""

    def scan(source: Source) -> Iterator[Keys]:
        for key in [key for page in good(source) for key in page.keys]:
            for _ in range(PAGE_REQUESTS // 10):
                source.api.meter.count_request()
            yield Keys([key])

    return scan


def in_circles(good: Scan) -> Scan:
    """The first page again and again, as from a source that ignores where to go on."""

    def scan(source: Source) -> Iterator[Keys]:
        first = next(good(source))
        for _ in range(ENOUGH_PAGES):
            yield replace(first, expected=None)

    return scan


def with_a_deletion_after_the_first_page(odoo: Sandbox, deleted: list[str]) -> Callable[[Scan], Scan]:
    """The last order goes while each pass is under way, counted already and before its page comes."""

    def busy(good: Scan) -> Scan:
        def scan(source: Source) -> Iterator[Keys]:
            for number, page in enumerate(good(source)):
                yield page
                if number == 0:
                    deleted.append(str(max(odoo.company.orders)))
                    odoo.act(history.delete, int(deleted[-1]))

        return scan

    return busy


def test_orders_that_are_deleted_while_the_keys_are_scanned_do_not_stop_a_reconcile(
    odoo: Sandbox, connect: Connect
) -> None:
    """H17: the next one finds those that the first pass still saw."""
    system, gone = connect("odoo", odoo, page_size=2), list[str]()
    for finished in sorted(odoo.company.orders)[-2:]:
        odoo.act(history.cancel, finished)
    system.sync()
    before, good = system.order_ids(), system.runtime.connection.connector.scan
    scanning(system, with_a_deletion_after_the_first_page(odoo, gone))
    assert system.sync(Mode.RECONCILE)["orders_deleted"] == 1
    assert len(gone) == 2, "the keys were not scanned twice"
    assert before - system.order_ids() == {gone[0]}
    scanning(system, lambda _: good)
    assert system.sync(Mode.RECONCILE)["orders_deleted"] == 1
    assert before - system.order_ids() == set(gone)


def losing_its_first_pass(good: Scan) -> Scan:
    """The keys of the first pass are lost on their way, and the count is not."""
    passes = count()

    def scan(source: Source) -> Iterator[Keys]:
        lost = next(passes) == 0
        yield from (replace(page, keys=()) if lost else page for page in good(source))

    return scan


def test_keys_that_were_lost_at_one_pass_are_found_by_the_other(synced: System) -> None:
    """H17."""
    before = synced.order_ids()
    scanning(synced, losing_its_first_pass)
    row = synced.sync(Mode.RECONCILE)
    assert (row["source_count"], row["orders_deleted"]) == (len(before), 0)
    assert synced.order_ids() == before


def of_two_companies(good: Scan) -> Scan:
    """Two sections, each with a count of its own; of the first one a key is lost at each pass."""

    def scan(source: Source) -> Iterator[Keys]:
        keys = [key for page in good(source) for key in page.keys]
        yield Keys(keys[1:20], expected=20)
        yield Keys(keys[20:], expected=20)

    return scan


def test_h17_a_key_that_is_lost_in_one_company_is_missed_in_the_count_of_all(synced: System) -> None:
    scanning(synced, of_two_companies)
    with pytest.raises(CountMismatch, match="saw 39 orders, but the source counts 40"):
        synced.sync(Mode.RECONCILE)


def test_a_scan_may_take_more_requests_than_one_page(
    odoo: Sandbox, synced: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large company has more keys than anything that is in memory at once may take."""
    monkeypatch.setattr(runtime, "Bounds", partial(Bounds, page_requests=PAGE_REQUESTS))
    gone = min(odoo.company.orders)
    odoo.act(history.delete, gone)
    scanning(synced, one_by_one)
    assert synced.sync(Mode.RECONCILE)["orders_deleted"] == 1
    assert str(gone) not in synced.order_ids()


def test_a_scan_that_goes_round_in_circles_is_stopped(synced: System) -> None:
    """H19."""
    before = synced.order_ids()
    scanning(synced, in_circles)
    with pytest.raises(BoundExceeded, match="Page after page of the key scan brings no key"):
        synced.sync(Mode.RECONCILE)
    assert synced.order_ids() == before


def test_a_scan_that_goes_on_and_on_is_stopped_in_time(
    odoo: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H19: as the reading of orders is."""
    system = connect("odoo", odoo, max_extract_hours=30)
    system.sync()
    before, hours, real = system.order_ids(), count(), reconciliation.warehouse_now
    monkeypatch.setattr(reconciliation, "warehouse_now", lambda engine: real(engine) + timedelta(hours=next(hours)))
    scanning(system, one_by_one)
    with pytest.raises(BoundExceeded, match="max_extract_hours"):
        system.sync(Mode.RECONCILE)
    assert system.order_ids() == before


def test_orders_that_are_open_here_and_there_are_read_once(synced: System) -> None:
    row = synced.sync(Mode.RECONCILE)
    assert row["orders_extracted"] > 0 == row["orders_duplicate"]


def test_an_order_whose_time_the_warehouse_does_not_know_is_read_where_the_source_tells_one(synced: System) -> None:
    usual = synced.sync(Mode.RECONCILE)["orders_extracted"]
    warehouse = synced.runtime.warehouse
    (finished, *_) = sorted(set(synced.order_ids()) - open_orders(warehouse, "odoo"))
    with warehouse.begin() as connection:
        forget = "UPDATE ops.order_version SET source_modified_at = NULL WHERE source_order_id = :key"
        connection.execute(sa.text(forget), {"key": finished})
    assert synced.sync(Mode.RECONCILE)["orders_extracted"] == usual + 1


def test_a_rejected_order_that_the_scan_finds_is_not_asked_for(odoo: Sandbox, connect: Connect) -> None:
    odoo.act(lose_numbers, [max(odoo.company.orders)])
    system = connect("odoo", odoo)
    assert system.sync()["orders_rejected"] == 1
    staged = system.sync_until("extract", system.request(Mode.RECONCILE))
    assert system.runtime.staging(staged).read_json(reconciliation.FILE)["not_found"] == []
