"""A connection that is erased while it is being synced, or moved to another customer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid, StorageUnavailable
from include.orderhouse.sync import steps
from include.orderhouse.sync.failed.failure import record_failure
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.upkeep.connection_test import ConnectionTest
from include.orderhouse.upkeep.leaving import Leaver, disconnect, erase, forgotten_leaver
from include.orderhouse.warehouse.records.erasure import holds
from include.orderhouse.warehouse.syncs.status import reconnect
from tests.sandbox.running import Sandbox
from tests.sync.conftest import System

ODOO = Leaver("odoo", "tests", "odoo", "odoo")


@pytest.fixture(autouse=True)
def folders(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where staged files and reports lie."""
    monkeypatch.setenv("ORDERHOUSE_STAGING_URL", str(system.runtime.staging_url))
    monkeypatch.setenv("ORDERHOUSE_REPORTS_URL", str(tmp_path / "reports"))


@pytest.fixture
def synced(system: System) -> System:
    """Synced into these folders."""
    system.sync()
    return system


def test_the_failure_of_its_sync_brings_nothing_back(system: System) -> None:
    request = system.request()
    staged = system.sync_until("extract", request)
    certificate = erase(system.runtime.warehouse, [ODOO], "tests", "ada")
    assert certificate["data_keys_destroyed"] == 1
    later = replace(system.runtime)
    for step in (lambda: steps.transform(later, staged), lambda: steps.extract(later, request)):
        with pytest.raises(ConfigurationInvalid, match="is disconnected") as refused:
            step()
        record_failure(later, request, refused.value)
    assert not holds(system.runtime.warehouse, "tests")
    for table in ("ops.mapping_version", "ops.webhook_event", "vault.data_key"):
        assert system.rows(f"SELECT FROM {table}") == []


def test_a_connection_without_an_entry_that_several_customers_had_is_not_erased_by_its_name(synced: System) -> None:
    engine = synced.runtime.warehouse
    assert forgotten_leaver(engine, "odoo", {}) == replace(ODOO, connector="unknown")
    assert forgotten_leaver(engine, "odoo", {"another": {"odoo"}}).credentials is None
    with engine.begin() as warehouse:
        warehouse.execute(sa.text("UPDATE procurement.purchase_order SET customer = 'earlier'"))
    with pytest.raises(ConfigurationInvalid, match="several customers have had it: earlier, tests"):
        forgotten_leaver(engine, "odoo", {})


def test_a_sync_of_a_connection_that_was_only_disconnected_is_noted_as_failed(system: System) -> None:
    request = system.request()
    staged = system.sync_until("extract", request)
    disconnect(system.runtime.warehouse, ODOO, "ada")
    with pytest.raises(ConfigurationInvalid) as refused:
        steps.transform(system.runtime, staged)
    record_failure(system.runtime, request, refused.value)
    row = system.ledger_row(staged)
    assert (row["state"], row["error_code"]) == ("failed", "CONFIGURATION_INVALID")


def moved(system: System) -> Runtime:
    """The connection as another customer's."""
    connection = system.runtime.connection
    options = connection.options.model_copy(update={"customer": "others"})
    return replace(system.runtime, connection=connection.model_copy(update={"options": options}))


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.FULL_RESYNC, Mode.RECONCILE, Mode.REMAP, Mode.REPLAY])
def test_a_connection_that_was_moved_to_another_customer_is_neither_called_nor_loaded(
    odoo: Sandbox, synced: System, mode: Mode
) -> None:
    runtime, request, calls = moved(synced), synced.request(mode), odoo.world("odoo").log.count()
    with pytest.raises(ConfigurationInvalid, match="another customer's") as refused:
        steps.run(runtime, request, lambda step, told: None)
    assert "scripts/orderhouse erase odoo" in str(refused.value)
    assert odoo.world("odoo").log.count() == calls
    assert synced.rows("SELECT DISTINCT customer FROM ops.sync") == [{"customer": "tests"}], "its failure is no sync"
    assert synced.sync()["state"] == "succeeded", "given back, it goes on"


def test_a_connection_that_has_left_is_not_tested_either(odoo: Sandbox, synced: System) -> None:
    calls = odoo.world("odoo").log.count()
    of_another = ConnectionTest(moved(synced)).run()[0]
    disconnect(synced.runtime.warehouse, ODOO, "ada")
    left = ConnectionTest(synced.runtime).run()[0]
    assert {step.state for step in (of_another, left)} == {"failed"}
    assert "another customer's" in of_another.message
    assert "scripts/orderhouse reconnect odoo" in left.message
    assert odoo.world("odoo").log.count() == calls


def test_a_sync_whose_connection_is_moved_meanwhile_goes_no_further(system: System) -> None:
    request = system.request()
    staged, runtime = system.sync_until("extract", request), moved(system)
    with pytest.raises(ConfigurationInvalid, match="another customer's") as refused:
        steps.transform(runtime, staged)
    record_failure(runtime, request, refused.value)
    row = system.ledger_row(staged)
    assert (row["customer"], row["state"], row["error_code"]) == ("tests", "failed", "CONFIGURATION_INVALID")


def test_a_connection_that_was_moved_is_synced_once_what_was_kept_is_erased(synced: System) -> None:
    synced.runtime = moved(synced)
    erase(synced.runtime.warehouse, [replace(ODOO, customer="others")], "others", "ada")
    assert reconnect(synced.runtime.warehouse, "odoo")
    synced.watermark.text = None
    row = synced.sync()
    assert (row["customer"], row["mode"], row["state"]) == ("others", "initial", "succeeded")


def test_nothing_is_certified_as_gone_that_could_not_be_looked_for(system: System, tmp_path: Path) -> None:
    (tmp_path / "reports").write_bytes(b"")
    with pytest.raises(StorageUnavailable, match="reports/odoo"):
        erase(system.runtime.warehouse, [ODOO], "tests", "ada")
    (tmp_path / "reports").unlink()
    assert erase(system.runtime.warehouse, [ODOO], "tests", "ada")["removed"]["odoo"]["report files"] == 0
