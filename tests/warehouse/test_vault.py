"""Credentials in the vault: nobody reads them without the key, or as another's; rotating, revoking, erasing."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from include.orderhouse.cipher import Cipher
from include.orderhouse.errors import ConfigurationInvalid, KeyMissing, SealBroken
from include.orderhouse.master_key import MasterKeys
from include.orderhouse.tokens import Tokens
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.keys.resealing import reseal
from include.orderhouse.warehouse.keys.token_store import WarehouseTokens
from include.orderhouse.warehouse.keys.vault import Vault
from include.orderhouse.warehouse.records.raw import open_rejects, stored_raw
from tests.warehouse.orders import Order, frames, hour, load_orders, payloads, rows

PLANTED = "planted-vault-secret"
VALUE = json.dumps({"conn_type": "http", "host": "https://erp.example.com", "password": PLANTED})


@pytest.fixture
def vault(engine: sa.Engine) -> Vault:
    made = Vault(engine, Keyring(engine, lambda *_: MasterKeys([b"1" * 32])))
    made.put("acme_odoo", "acme", VALUE)
    return made


def test_credentials_come_back_as_they_were_put_and_show_nowhere(vault: Vault, engine: sa.Engine) -> None:
    kept = vault.get("acme_odoo")
    assert kept is not None
    assert kept.value == VALUE
    ((text, sealed),) = rows(engine, "SELECT secret::text, sealed FROM vault.secret AS secret")
    shown = f"{kept!r} {vault.entries()!r} {text}"
    assert PLANTED not in shown
    assert PLANTED.encode() not in bytes(sealed)
    assert vault.get("unknown") is None


def test_credentials_that_were_moved_under_another_name_do_not_open(vault: Vault, engine: sa.Engine) -> None:
    vault.put("acme_sap", "acme", VALUE.replace(PLANTED, "other"))
    swap = "UPDATE vault.secret SET sealed = (SELECT sealed FROM vault.secret WHERE connection = 'acme_odoo')"
    with engine.begin() as warehouse:
        warehouse.execute(sa.text(f"{swap} WHERE connection = 'acme_sap'"))
    with pytest.raises(SealBroken):
        vault.get("acme_sap")


def test_credentials_given_to_another_customer_do_not_open(vault: Vault, engine: sa.Engine) -> None:
    with engine.begin() as warehouse:
        warehouse.execute(sa.text("UPDATE vault.secret SET customer = 'mallory'"))
    with pytest.raises(SealBroken):
        vault.get("acme_odoo")


def test_a_customer_cannot_overwrite_anothers_credentials(vault: Vault) -> None:
    with pytest.raises(ConfigurationInvalid, match="another customer"):
        vault.put("acme_odoo", "mallory", "{}")
    kept = vault.get("acme_odoo")
    assert kept is not None
    assert (kept.customer, kept.value) == ("acme", VALUE)


def test_a_stolen_database_opens_no_credentials(vault: Vault, engine: sa.Engine) -> None:
    with pytest.raises(KeyMissing):
        Vault(engine, Keyring(engine, lambda *_: MasterKeys([b"x" * 32]))).get("acme_odoo")


def test_what_is_revoked_is_gone_but_known_and_may_be_put_again(vault: Vault, engine: sa.Engine) -> None:
    assert vault.revoke("acme_odoo")
    kept = vault.get("acme_odoo")
    assert kept is not None
    assert kept.value is None
    assert rows(engine, "SELECT sealed FROM vault.secret") == [(None,)]
    (before,) = vault.entries()
    vault.revoke("acme_odoo")
    assert vault.entries() == [before], "it is told since when"
    vault.put("acme_odoo", "acme", VALUE)
    (after,) = vault.entries()
    assert (after.revoked_at, after.put_at > before.put_at) == (None, True)
    assert not vault.revoke("unknown")


def test_what_is_erased_was_never_there(vault: Vault) -> None:
    assert vault.erase("acme_odoo")
    assert vault.get("acme_odoo") is None
    assert not vault.erase("acme_odoo")


def test_after_a_rotation_the_old_key_is_not_needed_by_anything_that_is_kept(engine: sa.Engine) -> None:
    keyring, vault = Keyring.of(engine), Vault.of(engine)
    good, bad = Order("1"), Order("2")
    vault.put("acme_us", "acme", VALUE)
    load_orders(engine, good, rejects=[bad])
    with WarehouseTokens(engine, "acme_us", keyring.cipher("acme")).hold("first") as chain:
        chain.keep(Tokens("second"))
    version = keyring.rotate("acme")
    assert (vault.reseal("acme"), reseal(engine, keyring.cipher("acme"))) == (1, 3)
    keyring.destroy("acme", before=version)
    assert list(stored_raw(engine, payloads(engine))) == [(good.payload, hour(2))]
    assert list(open_rejects(engine, payloads(engine))) == [(bad.payload, hour(2))]
    with WarehouseTokens(engine, "acme_us", keyring.cipher("acme")).hold("first") as chain:
        assert chain.tokens.refresh_token == "second"
    kept = vault.get("acme_us")
    assert kept is not None
    assert kept.value == VALUE
    assert reseal(engine, keyring.cipher("acme")) == 0


def test_credentials_that_are_put_while_they_are_sealed_anew_are_the_ones_that_stay(
    vault: Vault, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before must not be written over them."""
    begun: list[Future[None]] = []
    cipher_of = Keyring.cipher

    def puts_meanwhile(keyring: Keyring, customer: str) -> Cipher:
        monkeypatch.setattr(Keyring, "cipher", cipher_of)
        begun.append(pool.submit(vault.put, "acme_odoo", "acme", "{}"))
        while not begun[0].done() and rows(engine, "SELECT 1 FROM pg_locks WHERE NOT granted") == []:
            time.sleep(0.01)
        return keyring.cipher(customer)

    monkeypatch.setattr(Keyring, "cipher", puts_meanwhile)
    with ThreadPoolExecutor(1) as pool:
        assert vault.reseal("acme") == 1
    kept = vault.get("acme_odoo")
    assert kept is not None
    assert kept.value == "{}"


def test_payloads_from_before_encryption_are_sealed_by_a_rotation_and_not_read_before(engine: sa.Engine) -> None:
    order = Order("1")
    load_orders(engine, order)
    with engine.begin() as warehouse:
        warehouse.execute(sa.text("UPDATE ops.order_raw SET payload = :plain"), {"plain": order.payload})
    with pytest.raises(SealBroken, match="is not sealed"):
        list(stored_raw(engine, payloads(engine)))
    assert reseal(engine, Keyring.of(engine).cipher("acme")) == 1
    assert list(stored_raw(engine, payloads(engine))) == [(order.payload, hour(2))]


@pytest.mark.parametrize("table", ["order_raw", "reject"])
def test_payloads_that_were_swapped_between_orders_do_not_open(engine: sa.Engine, table: str) -> None:
    one, two = Order("1"), Order("2")
    load_orders(engine, *([one, two] if table == "order_raw" else []), rejects=[one, two] if table == "reject" else [])
    swap = f"UPDATE ops.{table} AS t SET payload = o.payload FROM ops.{table} AS o WHERE t.order_id <> o.order_id"
    with engine.begin() as warehouse:
        warehouse.execute(sa.text(swap))
    with pytest.raises(SealBroken):
        list((stored_raw if table == "order_raw" else open_rejects)(engine, payloads(engine)))


def test_no_payload_stands_in_clear_in_any_table(engine: sa.Engine) -> None:
    planted = Order("1", values={"memo": "planted-in-an-order"})
    load_orders(engine, planted, rejects=[Order("2", values={"memo": "planted-in-a-reject"})])
    for table in ("order_raw", "reject"):
        ((payload,),) = rows(engine, f"SELECT payload FROM ops.{table}")
        assert b"planted" not in bytes(payload)
        assert payload not in (planted.payload, Cipher("acme", {1: b"k" * 32}))
    assert frames(planted)["version"].column("payload").to_pylist() == [planted.payload]
