"""What a sync says of whether its connection works."""

from __future__ import annotations

from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.status import set_status
from tests.sync.conftest import System


def test_a_remap_says_nothing_of_whether_the_source_can_be_reached(system: System) -> None:
    system.sync()
    set_status(system.runtime.warehouse, "odoo", "tests", "odoo", "needs_reauthorisation")
    system.sync(Mode.REMAP)
    assert system.rows("SELECT state FROM ops.connection_status") == [{"state": "needs_reauthorisation"}]
