"""A source that was restored from a backup: what had changed since then never happened."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from include.orderhouse.sync import steps
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.order import Progress
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, Connect, System, lose_numbers

COUNTED_UP = ("extracted_at", "loaded_at", "sync_id", "source_version")


@dataclass
class Restorable:
    """A source, all of whose orders are loaded, and one of them as it was when the backup was made."""

    source: Sandbox
    system: System

    def __post_init__(self) -> None:
        self.backup = copy.deepcopy(self.source.company.orders)
        held = {row["order_number"] for row in self.system.rows("SELECT order_number FROM procurement.purchase_order")}
        dated = [each for each in self.backup.values() if each.number in held and not each.lacks_modified_at]
        self.order = min(dated, key=lambda order: (order.invoice_progress is not Progress.FULL, order.is_open))
        self.before = self.told()

    def told(self) -> tuple[dict[str, object], list[str]]:
        """What the warehouse says of the order, and what its lines are called."""
        number = f"order_number = '{self.order.number}'"
        (found,) = self.system.rows(f"SELECT * FROM procurement.purchase_order WHERE {number}")
        lines = self.system.rows(
            "SELECT description FROM procurement.purchase_order_line AS line "
            f"JOIN procurement.purchase_order USING (connection, order_id) WHERE {number} AND NOT line.is_deleted "
            "ORDER BY 1"
        )
        order = {name: value for name, value in found.items() if name not in COUNTED_UP}
        return order, [str(line["description"]) for line in lines]

    def change(self) -> None:
        """Save the order with another text in its first line, and load it."""
        self.source.clock.advance(600)
        self.source.act(history.change_description, self.order.id, self.order.goods_lines[0].id, "of brass")
        self.source.act(history.touch, self.order.id)
        assert self.system.sync()["orders_updated"] == 1
        assert self.is_changed

    @property
    def is_changed(self) -> bool:
        """Whether the warehouse has the change."""
        return any("of brass" in name for name in self.told()[1])

    def restore(self) -> None:
        """Put the backup in the place of what there is; some hours go by."""
        self.source.act(history.restore, self.backup)
        with self.system.runtime.warehouse.begin() as warehouse:
            for table in ("order_version", "reject"):
                warehouse.execute(sa.text(f"UPDATE ops.{table} SET fetched_at = fetched_at - interval '2 hours'"))


@pytest.fixture(params=["odoo", "business_central", "netsuite"])
def restorable(request: pytest.FixtureRequest, connect: Connect) -> Iterator[Restorable]:
    with sandbox(generate(7, orders=20, now=NOW), [request.param], Clock(NOW)) as running:
        system = connect(request.param, running)
        system.sync()
        yield Restorable(running, system)


def test_h35_a_reconcile_takes_back_what_the_source_has_lost(
    restorable: Restorable, caplog: pytest.LogCaptureFixture
) -> None:
    restorable.change()
    restorable.restore()
    assert restorable.system.sync(Mode.RECONCILE)["orders_updated"] == 1
    assert "dates 1 orders earlier than before" in caplog.text
    assert restorable.told() == restorable.before
    again = restorable.system.sync(Mode.RECONCILE)
    assert (again["orders_updated"], again["orders_older"]) == (0, 0)
    restorable.change()


def test_h35_an_order_that_the_restore_brought_back_lives_again(restorable: Restorable) -> None:
    restorable.change()
    restorable.source.act(history.delete, restorable.order.id)
    assert restorable.system.sync(Mode.RECONCILE)["orders_deleted"] == 1
    restorable.restore()
    restorable.system.sync(Mode.RECONCILE)
    assert restorable.told() == restorable.before


def test_what_was_read_just_now_outlives_a_copy_of_the_source_that_lags(restorable: Restorable) -> None:
    restorable.change()
    restorable.source.act(history.restore, restorable.backup)
    assert restorable.system.sync(Mode.RECONCILE)["orders_updated"] == 0
    assert restorable.is_changed


def test_h35_a_version_that_was_rejected_and_never_was_waits_no_more(restorable: Restorable) -> None:
    """Replayed by a later mapping, it would come in place of what the source has."""
    restorable.source.clock.advance(600)
    restorable.source.act(lose_numbers, [restorable.order.id])
    assert restorable.system.sync()["orders_rejected"] == 1
    restorable.restore()
    restorable.system.sync(Mode.RECONCILE)
    assert restorable.system.rows("SELECT DISTINCT resolution FROM ops.reject") == [{"resolution": "superseded"}]
    assert restorable.told() == restorable.before


def test_h35_what_was_read_before_the_restore_and_is_loaded_after_it_does_not_come_back(
    restorable: Restorable,
) -> None:
    """A run that failed, say, and is cleared."""
    restorable.change()
    restorable.source.clock.advance(600)
    restorable.source.act(history.change_header, restorable.order.id, "never was")
    staged = restorable.system.sync_until("extract", restorable.system.request())
    restorable.restore()
    restorable.system.sync(Mode.RECONCILE)
    assert restorable.told() == restorable.before
    for step in (steps.transform, steps.validate, steps.load, steps.advance_watermark):
        step(restorable.system.runtime, staged)
    assert restorable.told() == restorable.before
