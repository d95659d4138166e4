"""The customers' data keys in ``vault.data_key``, each wrapped by the master key.

A customer's first key is made when it is first needed. The latest version seals, earlier ones open what they sealed;
whoever destroys them all has erased the customer.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from functools import partial
from typing import Self

import sqlalchemy as sa

from include.orderhouse.cipher import KEY_BYTES, Cipher
from include.orderhouse.errors import KeyMissing
from include.orderhouse.master_key import FILE, KEY, MasterKeys, master_keys, new_key
from include.orderhouse.warehouse.engine import connect

URL_SETTING = "ORDERHOUSE_VAULT_URL"
_READ = sa.text("SELECT version, wrapped, master_key_id FROM vault.data_key WHERE customer = :customer")
_ADD = sa.text("""
    INSERT INTO vault.data_key (customer, version, wrapped, master_key_id, created_at)
    VALUES (:customer, :version, :wrapped, :master_key_id, now())
    ON CONFLICT (customer, version) DO NOTHING
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.vault', 0))")
_WRAPPED_BY_ANOTHER = sa.text("""
    SELECT version, wrapped, master_key_id FROM vault.data_key
    WHERE customer = :customer AND master_key_id <> :master_key_id ORDER BY version FOR UPDATE
""")
_REWRAP = sa.text("""
    UPDATE vault.data_key SET wrapped = :wrapped, master_key_id = :master_key_id
    WHERE customer = :customer AND version = :version
""")
_DESTROY = sa.text("DELETE FROM vault.data_key WHERE customer = :customer AND version < :before")
_WRAPPED = sa.text("SELECT customer, master_key_id FROM vault.data_key ORDER BY customer, version LIMIT 1")
_CUSTOMERS = sa.text("SELECT DISTINCT customer FROM vault.data_key ORDER BY customer")
_NO_VERSION = 2**31 - 1


def vault_engine(warehouse: sa.Engine) -> sa.Engine:
    """An engine on the vault's database: that which ``ORDERHOUSE_VAULT_URL`` names, else the warehouse's own."""
    url = os.environ.get(URL_SETTING)
    return connect(url, keep_open=False) if url else warehouse


class Keyring:
    """The data keys of all customers."""

    def __init__(
        self, engine: sa.Engine, masters: Callable[[str | None, Callable[[], str]], MasterKeys] = master_keys
    ) -> None:
        """``engine`` is on the vault's database; ``masters`` is asked whenever it wraps or unwraps a customer's key."""
        self._engine, self._masters = engine, masters

    @classmethod
    def of(cls, warehouse: sa.Engine) -> Self:
        """The keys of a warehouse: in the database that ``ORDERHOUSE_VAULT_URL`` names, else in the warehouse."""
        return cls(vault_engine(warehouse))

    def masters(self, customer: str | None = None) -> MasterKeys:
        """The customer's own master keys, else the installation's. KeyMissing where what was generated is gone."""
        return self._masters(customer, self._first_master_key)

    def cipher(self, customer: str) -> Cipher:
        """The customer's cipher, with a new data key where there is none. KeyMissing without the right master key."""
        with self._engine.begin() as vault:
            keys = self._read(vault, customer)
            if not keys:
                self._add(vault, customer, 1)
                keys = self._read(vault, customer)
        return Cipher(customer, keys)

    def rotate(self, customer: str) -> int:
        """A new data key for a customer, which seals from now on; its version."""
        with self._engine.begin() as vault:
            vault.execute(_LOCK)
            version = max(self._read(vault, customer), default=0) + 1
            self._add(vault, customer, version)
        return version

    def rewrap(self, customer: str) -> int:
        """Wrap a customer's data keys by its present master key; how many were wrapped by an earlier one."""
        masters = self.masters(customer)
        with self._engine.begin() as vault:
            rows = vault.execute(_WRAPPED_BY_ANOTHER, {"customer": customer, "master_key_id": masters.key_id}).all()
            for version, wrapped, key_id in rows:
                key = masters.unwrap(bytes(wrapped), key_id, customer, version)
                vault.execute(_REWRAP, self._row(masters, customer, version, key))
        return len(rows)

    def destroy(self, customer: str, before: int = _NO_VERSION) -> int:
        """Delete a customer's data keys, or those of versions before one; how many there were."""
        with self._engine.begin() as vault:
            return vault.execute(_DESTROY, {"customer": customer, "before": before}).rowcount

    def customers(self) -> list[str]:
        """The customers that have a key."""
        with self._engine.connect() as vault:
            return list(vault.execute(_CUSTOMERS).scalars())

    def _first_master_key(self) -> str:
        """A new one, where nothing is wrapped yet; another process may have kept and used one just now."""
        with self._engine.connect() as vault:
            wrapped = vault.execute(_WRAPPED).one_or_none()
        if wrapped:
            self._masters(None, partial(_refuse_another, *wrapped))
        return new_key()

    def _read(self, vault: sa.Connection, customer: str) -> dict[int, bytes]:
        rows = vault.execute(_READ, {"customer": customer}).all()
        if not rows:
            return {}
        masters = self.masters(customer)
        return {version: masters.unwrap(bytes(wrapped), key_id, customer, version) for version, wrapped, key_id in rows}

    def _add(self, vault: sa.Connection, customer: str, version: int) -> None:
        key = secrets.token_bytes(KEY_BYTES)
        vault.execute(_ADD, self._row(self.masters(customer), customer, version, key))

    def _row(self, masters: MasterKeys, customer: str, version: int, key: bytes) -> dict[str, object]:
        return {
            "customer": customer,
            "version": version,
            "wrapped": masters.wrap(key, customer, version),
            "master_key_id": masters.key_id,
        }


def _refuse_another(customer: str, key_id: str) -> str:
    raise KeyMissing(
        f"The generated master key is gone: the data key of {customer!r} is wrapped by {key_id}, and the state folder "
        "has none.",
        action=f"Put secrets/master_key back from its backup, or give the key by {KEY} or {FILE}; until then nothing "
        "is sealed or opened. Where it is lost for good, see docs/credentials.md.",
    )
