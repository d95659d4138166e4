"""Fields that a connection's entry names: one that no order has is told, since its column would stay empty silently."""

from __future__ import annotations

import pytest

from include.orderhouse.errors import TooManyRejects
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import Connect

TOLD = "No order of odoo has ever had"


def custom(table: str, source: str) -> dict[str, str]:
    return {"table": table, "source": source}


def test_custom_fields_and_overrides_that_no_order_has_are_told_by_the_sync_and_by_the_remap(
    odoo: Sandbox, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    fields = [custom("order", "x_bugdet"), custom("line", "product_id.nmae"), {"table": "line", "pattern": "zz_*"}]
    overrides = {"order": {"requester": {"source": "x_requster"}, "memo": {"constant": "none"}}}
    system = connect("odoo", odoo, custom_fields=fields, overrides=overrides)
    for mode in (Mode.AUTO, Mode.REMAP):
        caplog.clear()
        system.sync(mode)
        assert f"{TOLD} product_id.nmae, x_bugdet, x_requster, which" in caplog.text


def test_a_field_that_orders_have_had_is_not_told(
    odoo: Sandbox, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    fields = [custom("order", "x_budget"), custom("line", "^partner_ref"), custom("line", "product_id")]
    system = connect("odoo", odoo, custom_fields=fields, overrides={"order": {"memo": {"source": "origin"}}})
    system.sync()
    odoo.world("odoo").faults.add("vanished_field", times=None, field="partner_ref")
    odoo.clock.advance(3600)
    odoo.act(history.touch_all, sorted(odoo.company.orders))
    system.sync()
    assert TOLD not in caplog.text


def test_a_sync_of_a_few_orders_says_nothing_of_what_others_may_have(
    odoo: Sandbox, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    system = connect("odoo", odoo, custom_fields=[custom("order", "x_bugdet")])
    system.sync()
    caplog.clear()
    odoo.clock.advance(3600)
    odoo.act(history.touch_some, 5)
    assert system.sync()["orders_extracted"] > 0
    assert TOLD not in caplog.text


def test_a_run_that_is_stopped_says_what_most_of_its_orders_were_rejected_for(odoo: Sandbox, connect: Connect) -> None:
    system = connect("odoo", odoo, overrides={"order": {"total_amount": {"source": "name"}}})
    why = r"40 of 40 orders were rejected, 40 of them for VALUE_DOES_NOT_FIT at purchase_order\.total_amount; at most"
    with pytest.raises(TooManyRejects, match=why):
        system.sync()
    assert "VALUE_DOES_NOT_FIT" in system.last_sync()["error_message"]
