"""Orders that SAP S/4HANA has archived: those that were finished stay bought, though the source has them no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from include.orderhouse.errors import TooManyDeletions
from include.orderhouse.sync.request import Mode
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana.names import order_number
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, Connect, System

STANDS = "SELECT source_order_id, status, is_deleted FROM procurement.purchase_order ORDER BY 1"
SPEND = "SELECT sum(net_amount) AS net FROM procurement.spend_by_vendor_month"


@pytest.fixture
def s4hana() -> Iterator[Sandbox]:
    with sandbox(generate(7, orders=60, now=NOW), ["sap_s4hana"], Clock(NOW)) as running:
        yield running


@pytest.fixture
def synced(s4hana: Sandbox, connect: Connect) -> System:
    system = connect("sap_s4hana", s4hana)
    system.sync()
    return system


def take_away(company: Company, clock: Clock, order_ids: set[str]) -> None:
    """Neither list nor key shows these orders any more."""
    company.version += 1
    company.orders = {key: order for key, order in company.orders.items() if order_number(order) not in order_ids}


def stands(system: System) -> dict[str, tuple[str, bool]]:
    return {row["source_order_id"]: (row["status"], row["is_deleted"]) for row in system.rows(STANDS)}


def finished(system: System) -> set[str]:
    return {key for key, (status, _) in stands(system).items() if status in ("received", "invoiced", "closed")}


def test_finished_orders_that_were_archived_are_closed_and_stay_in_the_spend(s4hana: Sandbox, synced: System) -> None:
    archived, spend = finished(synced), synced.rows(SPEND)
    assert len(archived) > 10
    s4hana.act(take_away, archived)
    row = synced.sync(Mode.RECONCILE)
    assert row["orders_deleted"] == 0
    assert {stands(synced)[key] for key in archived} == {("closed", False)}
    assert synced.rows(SPEND) == spend


def test_an_order_that_was_never_finished_and_is_absent_is_deleted(s4hana: Sandbox, synced: System) -> None:
    unfinished = min(stands(synced).keys() - finished(synced))
    status, _ = stands(synced)[unfinished]
    s4hana.act(take_away, {unfinished})
    synced.sync(Mode.RECONCILE)
    assert stands(synced)[unfinished] == (status, True)


def test_h17_rights_that_hide_all_orders_are_noticed_by_those_that_are_not_finished(
    s4hana: Sandbox, synced: System
) -> None:
    before = stands(synced)
    s4hana.act(take_away, before.keys())
    with pytest.raises(TooManyDeletions):
        synced.sync(Mode.RECONCILE)
    assert stands(synced) == before
