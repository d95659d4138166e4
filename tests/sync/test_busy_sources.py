"""Sources on which people work while they are read: what leaves a window by a change is none that paging has lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from include.orderhouse.connector import Page
from include.orderhouse.errors import CountMismatch
from include.orderhouse.sync.extract.extraction import Extraction
from include.orderhouse.sync.extract.tally import Tally
from include.orderhouse.sync.plan import Slice
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, Connect, System, unaccounted

AfterFirstPages = Callable[[Callable[[Slice], None]], None]


@pytest.fixture
def after_first_pages(monkeypatch: pytest.MonkeyPatch) -> AfterFirstPages:
    """Has something done at the source whenever the first page of a slice was kept, at each pass through it."""

    def install(act: Callable[[Slice], None]) -> None:
        keep = Extraction._keep

        def kept(self: Extraction, page: Page, fetched_at: datetime, part: Slice, name: str, tally: Tally) -> None:
            keep(self, page, fetched_at, part, name, tally)
            if page.records and tally.pages == 1:
                act(part)

        monkeypatch.setattr(Extraction, "_keep", kept)

    return install


def is_in(order: Order, part: Slice) -> bool:
    """Whether an order was changed within a slice that has an end."""
    if part.open_only or part.start is None or part.end is None:
        return False
    return datetime.fromisoformat(part.start) <= order.modified_at < datetime.fromisoformat(part.end)


def held_by(system: System, connection: str) -> set[str]:
    """The keys of the orders that the warehouse holds of a connection."""
    rows = system.rows(f"SELECT source_order_id FROM procurement.purchase_order WHERE connection = '{connection}'")
    return {row["source_order_id"] for row in rows}


@pytest.mark.parametrize("connector", ["business_central", "erpnext", "sap_s4hana"])
def test_orders_that_are_saved_while_their_slice_is_read_do_not_stop_it(
    connector: str, connect: Connect, after_first_pages: AfterFirstPages
) -> None:
    """H5: at each pass another order leaves the slice before its page comes; a later window has it."""
    saved = []

    def save_the_last(part: Slice) -> None:
        if within := [order for order in source.company.orders.values() if is_in(order, part)]:
            saved.append(max(within, key=lambda order: order.id).id)
            source.act(history.touch_all, [saved[-1]])

    after_first_pages(save_the_last)
    with sandbox(generate(7, orders=90, now=NOW), [connector], Clock(NOW)) as source:
        system = connect(connector, source, slice_days=45, page_size=2, concurrency=1)
        source.clock.advance(60)
        row = system.sync()
        assert len(saved) > 2, "no slice was read twice"
        assert (row["state"], unaccounted(row)) == ("succeeded", {"orders": 0, "lines": 0})
        system.sync()
        afresh = connect(connector, source, "afresh")
        afresh.sync()
    assert held_by(system, connector) == held_by(afresh, "afresh")


def test_orders_that_are_closed_while_the_open_ones_are_read_do_not_stop_a_reconcile(
    odoo: Sandbox, synced: System, after_first_pages: AfterFirstPages
) -> None:
    cancelled = []

    def cancel_the_last(part: Slice) -> None:
        if not part.open_only:
            return
        cancelled.append(max(order.id for order in odoo.company.orders.values() if order.is_open))
        odoo.act(history.cancel, cancelled[-1])

    after_first_pages(cancel_the_last)
    assert synced.sync(Mode.RECONCILE)["state"] == "succeeded"
    assert len(cancelled) == 2, "the open orders were not read twice"


def test_a_slice_that_stays_short_stops_the_sync(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """H19: paging loses the same orders at each pass."""
    keep, whole = Extraction._keep, list[str]()

    def lose_the_last(self: Extraction, page: Page, at: datetime, part: Slice, name: str, tally: Tally) -> None:
        loses = not any(one in name for one in whole)
        keep(self, replace(page, records=page.records[:-1]) if loses else page, at, part, name, tally)

    monkeypatch.setattr(Extraction, "_keep", lose_the_last)
    with pytest.raises(CountMismatch, match=r"The source counts 40 orders .* but gave 32"):
        system.sync(run_id="once")
    assert system.order_ids() == set()
    whole.append("-again")
    assert system.sync(run_id="once")["orders_inserted"] == 40, "the same run reads the slice anew, and again"
