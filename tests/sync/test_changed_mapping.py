"""A connection whose mapping is changed while a sync of it is under way."""

from __future__ import annotations

import pytest

from include.orderhouse.errors import MappingChanged
from include.orderhouse.sync import steps
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import Connect, System

RICHER = {"custom_fields": [{"table": "order", "source": "name", "name": "told_name"}]}
WITHOUT = "SELECT 1 FROM procurement.purchase_order WHERE custom_fields IS NULL"
AFTER_EXTRACT = (steps.transform, steps.validate, steps.load, steps.advance_watermark)


def _changed(odoo: Sandbox, connect: Connect, synced: System) -> System:
    """The same connection with one more custom field."""
    richer = connect("odoo", odoo, **RICHER)
    richer.runtime.watermark = synced.watermark
    return richer


def test_orders_mapped_before_a_remap_do_not_come_after_it(odoo: Sandbox, connect: Connect, synced: System) -> None:
    """They are mapped anew where the run is cleared."""
    odoo.clock.advance(3600)
    odoo.act(history.touch_some, 5)
    staged = synced.sync_until("validate", synced.request())
    richer = _changed(odoo, connect, synced)
    richer.sync(Mode.REMAP, run_id="remap")
    with pytest.raises(MappingChanged, match="The mapping of odoo was changed"):
        steps.load(richer.runtime, staged)
    assert richer.rows(WITHOUT) == []
    for step in AFTER_EXTRACT:
        step(richer.runtime, staged)
    row = richer.ledger_row(staged)
    assert (row["state"], row["orders_extracted"], row["mapping_version"]) == ("succeeded", 5, 2)
    assert richer.rows(WITHOUT) == []


def test_the_sync_after_one_that_was_mapped_before_reads_the_same_again(
    odoo: Sandbox, connect: Connect, synced: System
) -> None:
    """H7: the watermark has not moved."""
    odoo.clock.advance(3600)
    number = odoo.act(history.create)
    staged = synced.sync_until("validate", synced.request())
    richer = _changed(odoo, connect, synced)
    richer.sync(Mode.REMAP, run_id="remap")
    with pytest.raises(MappingChanged):
        steps.load(richer.runtime, staged)
    richer.sync(run_id="the next one")
    assert str(number) in richer.order_ids()
    assert richer.rows(WITHOUT) == []


def test_a_mapping_that_changes_before_the_transform_is_the_one_that_counts(
    odoo: Sandbox, connect: Connect, synced: System
) -> None:
    odoo.clock.advance(3600)
    odoo.act(history.touch_some, 5)
    staged = synced.sync_until("extract", synced.request())
    richer = _changed(odoo, connect, synced)
    for step in AFTER_EXTRACT:
        step(richer.runtime, staged)
    assert richer.ledger_row(staged)["mapping_version"] == 2
    versions = "SELECT mapping_version, count(*) AS orders FROM ops.order_version GROUP BY 1 ORDER BY 1"
    assert richer.rows(versions) == [{"mapping_version": 1, "orders": 35}, {"mapping_version": 2, "orders": 5}]
