"""What a sync says of whether its connection works."""

from __future__ import annotations

from include.orderhouse.sync import steps
from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.syncs.status import set_status
from tests.sync.conftest import System


def test_a_remap_says_nothing_of_whether_the_source_can_be_reached(system: System) -> None:
    system.sync()
    set_status(system.runtime.warehouse, "odoo", "tests", "odoo", "needs_reauthorisation")
    system.sync(Mode.REMAP)
    assert system.rows("SELECT state FROM ops.connection_status") == [{"state": "needs_reauthorisation"}]


def test_nor_does_a_run_that_is_cleared_late_and_does_not_call_it(synced: System) -> None:
    """Refused credentials would be tried again at once, and their user locked in the end."""
    staged = synced.sync_until("validate", request := synced.request())
    set_status(synced.runtime.warehouse, "odoo", "tests", "odoo", "needs_reauthorisation")
    steps.extract(synced.runtime, request)
    for step in (steps.transform, steps.validate, steps.load, steps.advance_watermark):
        step(synced.runtime, staged)
    assert synced.rows("SELECT state FROM ops.connection_status") == [{"state": "needs_reauthorisation"}]


def test_one_that_answers_works_be_it_that_nothing_of_it_is_loaded(synced: System) -> None:
    for state in ("offline", "needs_reauthorisation"):
        set_status(synced.runtime.warehouse, "odoo", "tests", "odoo", state)
        synced.sync_until("extract", synced.request())
        assert synced.rows("SELECT state FROM ops.connection_status") == [{"state": "online"}]
