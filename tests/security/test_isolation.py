"""One customer's sync reaches nothing of another's, and harms nobody but itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from include.orchestration.secrets import as_credentials, check_customer
from include.orchestration.vault import CUSTOMER
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import BoundExceeded, ConfigurationInvalid, KeyMissing, SealBroken
from include.orderhouse.http.transport import Way
from include.orderhouse.master_key import KEY, new_key
from include.orderhouse.staging import Staging
from include.orderhouse.sync.extract import extraction
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.keys.vault import Vault
from include.orderhouse.warehouse.syncs.limiter import SharedLimiter
from tests import airflow_library as airflow_library
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.security.test_hostile_paging import Poisoned
from tests.sync.conftest import NOW, Connect, connect, engine, url

__all__ = ["connect", "engine", "url"]


@pytest.fixture(scope="module")
def business_central() -> Iterator[Sandbox]:
    """Business Central with some orders."""
    with sandbox(generate(7, orders=12, now=NOW), ["business_central"], Clock(NOW)) as running:
        yield running


def test_a_connection_that_reaches_for_anothers_credentials_is_refused_and_written_down(
    engine: sa.Engine, connect: Connect, business_central: Sandbox
) -> None:
    Vault.of(engine).put("acme_erp", "acme", '{"host": "https://erp.example.com", "password": "planted"}')
    system = connect("business_central", business_central, "globex_erp", credentials="acme_erp", customer="globex")

    def given() -> Credentials:
        kept = Vault.of(engine).get("acme_erp")
        assert kept is not None
        record = SimpleNamespace(extra_dejson={CUSTOMER: kept.customer})
        check_customer("globex_erp", "globex", record)  # type: ignore[arg-type]
        return as_credentials("globex_erp", record)  # type: ignore[arg-type]

    system.runtime = replace(system.runtime, credentials=given)
    with pytest.raises(ConfigurationInvalid, match="holds for 'acme'"):
        system.sync()
    (noted,) = system.rows("SELECT customer, connection, subject FROM ops.audit WHERE action = 'credentials.refused'")
    assert noted == {"customer": "globex", "connection": "globex_erp", "subject": "acme_erp"}


def test_a_sync_opens_no_staged_file_of_another_customer(engine: sa.Engine, tmp_path: Path) -> None:
    keyring, place = Keyring.of(engine), str(tmp_path)
    Staging.open("acme_erp", "s1", keyring.cipher("acme"), place).write("plan.json", b"{}")
    other = Staging.open("acme_erp", "s1", keyring.cipher("globex"), place)
    with pytest.raises((SealBroken, KeyMissing)):
        other.read("plan.json")


def test_a_worker_with_one_customers_master_key_opens_nothing_of_others(
    connect: Connect, business_central: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{KEY}__ACME", new_key())
    acme, globex = (
        connect("business_central", business_central, f"{name}_erp", customer=name) for name in ("acme", "globex")
    )
    vault = Vault.of(acme.runtime.warehouse)
    vault.put("globex_login", "globex", "planted")
    before = globex.sync()

    monkeypatch.delenv(KEY)
    assert acme.sync()["orders_inserted"] == before["orders_inserted"] > 0
    for reach in (globex.sync, lambda: vault.get("globex_login"), lambda: vault.put("login", "globex", "forged")):
        with pytest.raises(KeyMissing, match="works for these customers only"):
            reach()
    assert {row["state"] for row in globex.rows("SELECT state FROM ops.sync WHERE customer = 'acme'")} == {"succeeded"}


def test_a_poisoned_connection_leaves_its_neighbour_on_time(
    connect: Connect, business_central: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "EMPTY_PAGES", 5)
    poisoned = connect("business_central", business_central, "globex_erp", slice_days=400, customer="globex")
    transport = Poisoned(Way(business_central.url("business_central")), "{url}")
    poisoned.runtime = replace(poisoned.runtime, transport=transport)
    with pytest.raises(BoundExceeded):
        poisoned.sync()
    engine = poisoned.runtime.warehouse
    with SharedLimiter(engine, "globex_erp", 60, 1) as limiter:
        limiter.pause(24 * 3600.0)
        neighbour = connect("business_central", business_central, "acme_erp", slice_days=400, customer="acme")
        with limiter.slot():
            neighbour.sync()
    loaded = neighbour.rows("SELECT DISTINCT customer FROM procurement.purchase_order")
    assert loaded == [{"customer": "acme"}]
