"""A connection that leaves: nothing of it is left, nothing of others is touched, and the certificate says what went."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid, SealBroken
from include.orderhouse.tokens import Tokens
from include.orderhouse.upkeep.leaving import Leaver, disconnect, erase, leavers_of
from include.orderhouse.warehouse.access.audit_chain import verify
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.keys.token_store import WarehouseTokens
from include.orderhouse.warehouse.keys.vault import Vault
from include.orderhouse.warehouse.load import keep_rejects, load
from include.orderhouse.warehouse.records.erasure import KEPT, erase_rows, holds, tables
from include.orderhouse.warehouse.records.raw import stored_raw
from include.orderhouse.warehouse.syncs.status import reconnect, set_status
from include.orderhouse.warehouse.task import ALONE
from tests.warehouse.orders import Line, Order, frames, load_orders, payloads, rows, started_task

US, EU = Leaver("acme_us", "acme", "test", "acme_us"), Leaver("acme_eu", "acme", "test", "acme_eu")
FULL = Order("1", lines=(Line("10", {}, ("1",), ("1",)),), issues=("ODD",))


@pytest.fixture
def held(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """Two connections of acme and one of globex, each with a row in every table and files."""
    for setting, folder in (("ORDERHOUSE_STAGING_URL", "staging"), ("ORDERHOUSE_REPORTS_URL", "reports")):
        monkeypatch.setenv(setting, str(tmp_path / folder))
        for name in ("acme_us", "acme_eu", "globex"):
            (tmp_path / folder / name / "a sync").mkdir(parents=True)
            (tmp_path / folder / name / "a sync" / "file").write_text(name, encoding="utf-8")
            (tmp_path / folder / name / "a sync" / "another").write_text(name, encoding="utf-8")
    load_orders(engine, FULL, rejects=[Order("2")])
    for connection, customer in (("acme_us", "acme"), ("acme_eu", "acme"), ("globex", "globex")):
        Vault.of(engine).put(connection, customer, "{}")
        with WarehouseTokens(engine, connection, Keyring.of(engine).cipher(customer)).hold("first") as chain:
            chain.keep(Tokens("second"))
        set_status(engine, connection, customer, "test", "online")
    with engine.begin() as session:
        parents_first = [name for name in reversed(tables(session)) if name not in (*KEPT, "ops.token")]
        for name in (name for name in parents_first if not name.startswith("ops.connection_event")):
            for connection, customer in (("acme_eu", "acme"), ("globex", "globex")):
                change = f"""jsonb_build_object('connection', '{connection}', 'customer', '{customer}')"""
                columns = "(jsonb_populate_record(row, " + change + ")).*"
                copy = f"INSERT INTO {name} SELECT {columns} FROM {name} AS row WHERE connection = 'acme_us'"
                session.execute(sa.text(f"{copy} ON CONFLICT DO NOTHING"))
    return engine


def count(engine: sa.Engine, connection: str) -> dict[str, int]:
    with engine.connect() as session:
        names = tables(session)
    found = {
        name: rows(engine, f"SELECT count(*) FROM {name} WHERE connection = :name", name=connection)[0][0]
        for name in names
    }
    return {name: number for name, number in found.items() if number}


def fingerprint(engine: sa.Engine, connection: str) -> dict[str, Any]:
    with engine.connect() as session:
        names = [name for name in tables(session) if name != "ops.audit"]
    every = "SELECT md5(string_agg(row::text, ',' ORDER BY row::text)) FROM {} AS row WHERE connection = :name"
    return {name: rows(engine, every.format(name), name=connection) for name in names}


def test_an_erased_connection_leaves_nothing_and_others_stay_as_they_were(held: sa.Engine, tmp_path: Path) -> None:
    others = {name: fingerprint(held, name) for name in ("acme_eu", "globex")}
    before = count(held, "acme_us")
    before["ops.connection_event"] += 1
    certificate = erase(held, [US], "acme", "ada")
    assert set(count(held, "acme_us")) <= set(KEPT)
    assert {name: fingerprint(held, name) for name in others} == others
    removed = certificate["removed"]["acme_us"]
    assert {name: number for name, number in removed.items() if number and "." in name and name != "vault.secret"} == {
        name: number for name, number in before.items() if name not in (*KEPT, "ops.token")
    }
    assert (removed["staged files"], removed["report files"], removed["vault.secret"]) == (2, 2, 1)
    assert certificate["data_keys_destroyed"] == 0
    for folder in ("staging", "reports"):
        assert sorted(path.name for path in (tmp_path / folder).iterdir()) == ["acme_eu", "globex"]
    assert [entry.connection for entry in Vault.of(held).entries()] == ["acme_eu", "globex"]
    assert verify(held).rows > 0
    noted = "SELECT action, actor, connection, customer FROM ops.audit WHERE action ~ 'erased|disconnected' ORDER BY 1"
    assert rows(held, noted) == [
        ("connection.disconnected", "ada", "acme_us", "acme"),
        ("connections.erased", "ada", None, "acme"),
    ]


def test_an_erased_customer_takes_the_keys_along(held: sa.Engine) -> None:
    kept = rows(held, "SELECT order_id::text, payload FROM ops.order_raw WHERE connection = 'acme_us'")
    leavers = leavers_of(held, "acme", [US])
    assert [leaver.name for leaver in leavers] == ["acme_us", "acme_eu"]
    certificate = erase(held, leavers, "acme", "ada")
    assert certificate["data_keys_destroyed"] == 1
    assert [Keyring.of(held).customers(), rows(held, "SELECT DISTINCT customer FROM vault.secret")] == [
        ["globex"],
        [("globex",)],
    ]
    ((order_id, payload),) = kept
    with pytest.raises(SealBroken):
        payloads(held).open("version", order_id, bytes(payload))
    assert set(count(held, "globex")) > set(KEPT) - {"ops.audit"}
    told = rows(held, "SELECT actor, details ->> 'erased_by' FROM ops.audit WHERE action = 'customer.erased'")
    assert told == [("ada", "ada")]


@pytest.mark.parametrize("table", ["ops.sync", "ops.connection_status", "procurement.purchase_order"])
def test_a_customers_connection_is_found_by_whatever_is_left_of_it(held: sa.Engine, table: str) -> None:
    with held.begin() as session:
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for other in {"ops.sync", "ops.connection_status", "procurement.purchase_order"} - {table}:
            session.execute(sa.text(f"DELETE FROM {other} WHERE connection = 'acme_eu'"))
    assert [leaver.name for leaver in leavers_of(held, "acme", [US])] == ["acme_us", "acme_eu"]


def test_a_customer_is_held_as_long_as_the_ledger_or_an_order_tells_of_them(held: sa.Engine) -> None:
    for table in ("ops.sync", "procurement.purchase_order"):
        assert holds(held, "globex")
        with held.begin() as session:
            session.execute(sa.text("SET LOCAL session_replication_role = replica"))
            session.execute(sa.text(f"DELETE FROM {table} WHERE customer = 'globex'"))
    assert not holds(held, "globex")


def test_to_erase_waits_for_the_load_that_is_under_way(held: sa.Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        with held.begin() as session:
            session.exec_driver_sql(ALONE, {"connection": "acme_us"})
            erased = pool.submit(erase_rows, held, "acme_us", None)
            with pytest.raises(TimeoutError):
                erased.result(timeout=0.5)
        assert erased.result(timeout=60)["ops.order_version"] == 1


def test_a_disconnected_connection_forgets_the_secret_of_its_notifications(held: sa.Engine) -> None:
    vault = Vault.of(held)
    vault.put("acme_hook", "acme", "planted")
    disconnect(held, US, "ada")
    assert getattr(vault.get("acme_hook"), "value", None) == "planted", "another connection uses it"
    disconnect(held, replace(US, notifications="acme_hook"), "ada")
    assert getattr(vault.get("acme_hook"), "value", "gone") is None


def test_a_disconnected_connection_keeps_its_data_and_loads_nothing_more(held: sa.Engine) -> None:
    task = started_task(held)
    disconnect(held, US, "ada")
    set_status(held, "acme_us", "acme", "test", "online")
    assert rows(held, "SELECT state FROM ops.connection_status WHERE connection = 'acme_us'") == [("disconnected",)]
    with pytest.raises(ConfigurationInvalid, match="is disconnected"):
        load(held, task, [frames(Order("3"))])
    with pytest.raises(ConfigurationInvalid, match="is disconnected"):
        keep_rejects(held, task, [frames(rejects=[Order("1", version=9)])])
    assert rows(held, "SELECT DISTINCT is_stale FROM procurement.purchase_order") == [(False,)]
    assert len(list(stored_raw(held, payloads(held)))) == 1
    assert rows(held, "SELECT connection FROM ops.token ORDER BY 1") == [("acme_eu",), ("globex",)]
    gone = Vault.of(held).get("acme_us")
    assert gone is not None
    assert gone.value is None
    assert reconnect(held, "acme_us")
    assert not reconnect(held, "acme_us")
    changes = (
        "SELECT customer, state_before, state FROM ops.connection_event WHERE connection = 'acme_us' ORDER BY event_id"
    )
    assert rows(held, changes)[-1] == ("acme", "disconnected", "paused")
    load_orders(held, Order("3"))


def test_credentials_that_another_connection_needs_stay(held: sa.Engine) -> None:
    erase(held, [Leaver("acme_us", "acme", "test", None)], "acme", "ada")
    kept = Vault.of(held).get("acme_us")
    assert kept is not None
    assert kept.value == "{}"
    assert len(rows(held, "SELECT 1 FROM ops.token")) == 3


def test_keys_that_another_connection_of_the_customer_needs_stay(held: sa.Engine) -> None:
    """Though its credentials lie elsewhere, as in the environment."""
    Vault.of(held).erase("acme_eu")
    assert erase(held, [US], "acme", "ada")["data_keys_destroyed"] == 0


def test_keys_that_further_credentials_of_the_customer_need_stay(held: sa.Engine) -> None:
    Vault.of(held).put("acme_new", "acme", '{"password": "not synced yet"}')
    certificate = erase(held, leavers_of(held, "acme", [US]), "acme", "ada")
    assert certificate["data_keys_destroyed"] == 0
    assert "vault.data_key" in certificate["kept"]
    kept = Vault.of(held).get("acme_new")
    assert kept is not None
    assert kept.value == '{"password": "not synced yet"}'


def test_a_customer_that_leaves_takes_all_credentials_along(held: sa.Engine) -> None:
    for name in ("acme_hook", "acme_sink"):
        Vault.of(held).put(name, "acme", "{}")
    leaver = Leaver("acme_us", "acme", "test", "acme_us", "acme_hook")
    certificate = erase(held, leavers_of(held, "acme", [leaver]), "acme", "ada", is_whole=True)
    removed = certificate["removed"]["acme_us"]["secrets of notifications"]
    assert (removed, certificate["further_credentials"], certificate["data_keys_destroyed"]) == (1, 1, 1)
    assert [entry.connection for entry in Vault.of(held).entries()] == ["globex"]


def test_who_might_see_a_customer_that_left_sees_nothing_of_a_later_one_of_that_name(held: sa.Engine) -> None:
    with held.begin() as session:
        listed = "INSERT INTO ops.analyst_customer VALUES ('rita', 'acme'), ('rob', 'acme'), ('rita', 'globex')"
        session.execute(sa.text(listed))
    assert erase(held, [US], "acme", "ada")["analysts_unlisted"] == 0
    assert erase(held, [EU], "acme", "ada")["analysts_unlisted"] == 2
    assert rows(held, "SELECT login, customer FROM ops.analyst_customer") == [("rita", "globex")]


def test_a_connection_that_another_customer_has_now_is_not_erased_with_the_one_before(held: sa.Engine) -> None:
    before = fingerprint(held, "acme_eu")
    with pytest.raises(ConfigurationInvalid, match="acme_eu has rows of 'acme', but is another customer's"):
        leavers_of(held, "acme", [US], {"acme_eu": {"acme_eu"}, "globex": {"globex"}})
    (_, forgotten) = leavers_of(held, "acme", [US], {"globex": {"acme_eu", "globex_hook"}})
    assert (forgotten.name, forgotten.credentials) == ("acme_eu", None)
    assert fingerprint(held, "acme_eu") == before
