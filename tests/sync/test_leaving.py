"""A connection that is erased while it is being synced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.sync import steps
from include.orderhouse.sync.failure import record_failure
from include.orderhouse.sync.leaving import Leaver, disconnect, erase
from include.orderhouse.warehouse.erasure import holds
from tests.sync.conftest import System

ODOO = Leaver("odoo", "tests", "odoo", "odoo")


@pytest.fixture(autouse=True)
def folders(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where staged files and reports lie."""
    monkeypatch.setenv("ORDERHOUSE_STAGING_URL", str(system.runtime.staging_url))
    monkeypatch.setenv("ORDERHOUSE_REPORTS_URL", str(tmp_path / "reports"))


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


def test_a_sync_of_a_connection_that_was_only_disconnected_is_noted_as_failed(system: System) -> None:
    request = system.request()
    staged = system.sync_until("extract", request)
    disconnect(system.runtime.warehouse, ODOO, "ada")
    with pytest.raises(ConfigurationInvalid) as refused:
        steps.transform(system.runtime, staged)
    record_failure(system.runtime, request, refused.value)
    row = system.ledger_row(staged)
    assert (row["state"], row["error_code"]) == ("failed", "CONFIGURATION_INVALID")
