"""Airflow Connections in ``vault.secret``, each sealed under its customer's key as that very connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from include.orderhouse.cipher import key_version
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.keys.keyring import Keyring, vault_engine

_PURPOSE = "credentials"
_GET = sa.text("SELECT customer, sealed, revoked_at FROM vault.secret WHERE connection = :connection")
_PUT = sa.text("""
    INSERT INTO vault.secret AS known (connection, customer, sealed, put_at)
    VALUES (:connection, :customer, :sealed, now())
    ON CONFLICT (connection) DO UPDATE SET sealed = excluded.sealed, put_at = excluded.put_at, revoked_at = NULL
    WHERE known.customer = excluded.customer
""")
_LIST = sa.text("SELECT connection, customer, sealed, put_at, revoked_at FROM vault.secret ORDER BY connection")
_REVOKE = sa.text("""
    UPDATE vault.secret SET sealed = NULL, revoked_at = coalesce(revoked_at, now()) WHERE connection = :connection
""")
_ERASE = sa.text("DELETE FROM vault.secret WHERE connection = :connection")
_ERASE_CUSTOMER = sa.text("DELETE FROM vault.secret WHERE customer = :customer")
_HOLDS = sa.text("SELECT EXISTS (SELECT FROM vault.secret WHERE customer = :customer)")
_OF_CUSTOMER = sa.text("""
    SELECT connection, sealed FROM vault.secret WHERE customer = :customer AND sealed IS NOT NULL FOR UPDATE
""")
_RESEAL = sa.text("UPDATE vault.secret SET sealed = :sealed WHERE connection = :connection")


@dataclass(frozen=True)
class Kept:
    """An Airflow Connection of the vault. ``value`` is its JSON, None where it was revoked. Never shown."""

    customer: str
    value: str | None = field(repr=False)


@dataclass(frozen=True)
class Entry:
    """What may be shown of an Airflow Connection of the vault."""

    connection: str
    customer: str
    key_version: int | None
    put_at: datetime
    revoked_at: datetime | None


class Vault:
    """The credentials of all customers."""

    def __init__(self, engine: sa.Engine, keyring: Keyring) -> None:
        self._engine, self._keyring = engine, keyring

    @classmethod
    def of(cls, warehouse: sa.Engine) -> Vault:
        """The vault of a warehouse."""
        engine = vault_engine(warehouse)
        return cls(engine, Keyring(engine))

    def get(self, connection: str) -> Kept | None:
        """An Airflow Connection; None where the vault has none of that id."""
        with self._engine.connect() as vault:
            row = vault.execute(_GET, {"connection": connection}).one_or_none()
        if row is None:
            return None
        if row.sealed is None:
            return Kept(row.customer, None)
        return Kept(row.customer, self._keyring.cipher(row.customer).open(row.sealed, _PURPOSE, connection).decode())

    def put(self, connection: str, customer: str, value: str) -> None:
        """Keep an Airflow Connection in place of what was there. ConfigurationInvalid where that is another's."""
        sealed = self._keyring.cipher(customer).seal(value.encode(), _PURPOSE, connection)
        with self._engine.begin() as vault:
            told = {"connection": connection, "customer": customer, "sealed": sealed}
            if vault.execute(_PUT, told).rowcount == 0:
                raise ConfigurationInvalid(
                    f"The credentials {connection!r} belong to another customer than {customer!r}.",
                    action=f"Choose another id, or erase them first: scripts/orderhouse vault erase {connection}.",
                )

    def entries(self) -> list[Entry]:
        """Every Airflow Connection of the vault, without its value."""
        with self._engine.connect() as vault:
            rows = vault.execute(_LIST).all()
        return [
            Entry(row.connection, row.customer, row.sealed and key_version(row.sealed), row.put_at, row.revoked_at)
            for row in rows
        ]

    def revoke(self, connection: str) -> bool:
        """Forget a value but not that it was there, so that no other place is asked for it; whether it was there."""
        with self._engine.begin() as vault:
            return vault.execute(_REVOKE, {"connection": connection}).rowcount > 0

    def erase(self, connection: str) -> bool:
        """Forget an Airflow Connection altogether; whether it was there."""
        with self._engine.begin() as vault:
            return vault.execute(_ERASE, {"connection": connection}).rowcount > 0

    def erase_customer(self, customer: str) -> int:
        """Forget all that is of a customer; how many Airflow Connections."""
        with self._engine.begin() as vault:
            return vault.execute(_ERASE_CUSTOMER, {"customer": customer}).rowcount

    def holds(self, customer: str) -> bool:
        """Whether the vault has any Airflow Connection of a customer, be it a revoked one."""
        with self._engine.connect() as vault:
            return bool(vault.execute(_HOLDS, {"customer": customer}).scalar())

    def reseal(self, customer: str) -> int:
        """Seal a customer's values under the latest key; how many."""
        with self._engine.begin() as vault:
            rows = vault.execute(_OF_CUSTOMER, {"customer": customer}).all()
            cipher = self._keyring.cipher(customer)
            for connection, sealed in rows:
                value = cipher.open(bytes(sealed), _PURPOSE, connection)
                told = {"connection": connection, "sealed": cipher.seal(value, _PURPOSE, connection)}
                vault.execute(_RESEAL, told)
        return len(rows)
