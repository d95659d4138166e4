"""Rotating tokens in ``ops.token``: encrypted, one chain for each Airflow Connection, shared by all tasks.

A chain is held by an advisory lock of a transaction that lasts for the one token request; the server frees it when a
process dies. What a refresh answered is committed before it is used. A process that dies between answer and commit
leaves the link before, which the vendor accepts for a while longer (Xero for 30 minutes, Intuit for about a day).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from include.orderhouse.cipher import Cipher
from include.orderhouse.errors import ConfigurationInvalid, KeyMissing, SealBroken
from include.orderhouse.tokens import TokenChain, Tokens

PURPOSE = "rotating tokens"
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.token:' || :connection, 0))")
_READ = sa.text("SELECT sealed, key_id FROM ops.token WHERE connection = :connection")
_KEEP = sa.text("""
    INSERT INTO ops.token AS token (connection, customer, sealed, key_id, refreshed_at, refreshes)
    VALUES (:connection, :customer, :sealed, :key_id, now(), 1)
    ON CONFLICT (connection) DO UPDATE SET
        customer = excluded.customer, sealed = excluded.sealed, key_id = excluded.key_id,
        refreshed_at = excluded.refreshed_at, refreshes = token.refreshes + 1
""")
_FORGET = sa.text("DELETE FROM ops.token WHERE connection = :connection")


class _Link(msgspec.Struct, frozen=True):
    """What is sealed: the latest tokens, and hashes of the chains' first ones, the present chain's last."""

    refresh_token: str
    access_token: str | None
    expires_at: datetime | None
    begun_with: tuple[str, ...]


class WarehouseTokens:
    """The tokens of one Airflow Connection, as `include.orderhouse.tokens.TokenStore`.

    A task that still has the first token of an earlier chain goes on with the present one.
    """

    def __init__(self, engine: sa.Engine, connection: str, cipher: Cipher) -> None:
        self._engine, self._connection, self._cipher = engine, connection, cipher

    @contextmanager
    def hold(self, first_token: str) -> Iterator[TokenChain]:
        """The chain, held exclusively. Raises ConfigurationInvalid where its customer's keys do not open it."""
        with self._engine.connect() as session:
            session.execute(_LOCK, {"connection": self._connection})
            link = self._read(session)
            first = hashlib.sha256(first_token.encode()).hexdigest()
            begun_with = link.begun_with if link else ()
            if link is not None and first in begun_with:
                tokens = Tokens(link.refresh_token, link.access_token, link.expires_at)
            else:
                tokens, begun_with = Tokens(first_token), (*begun_with, first)
            yield _Held(tokens, lambda kept: self._keep(session, kept, begun_with))

    def _read(self, session: sa.Connection) -> _Link | None:
        row = session.execute(_READ, {"connection": self._connection}).one_or_none()
        if row is None:
            return None
        try:
            return msgspec.json.decode(self._cipher.open(bytes(row.sealed), PURPOSE, self._connection), type=_Link)
        except (KeyMissing, SealBroken) as error:
            raise ConfigurationInvalid(
                f"The tokens of {self._connection!r} do not open with the keys of {self._cipher.customer!r}.",
                action="Only connections of one customer may share credentials. If their key is lost, run "
                f"`scripts/orderhouse vault revoke {self._connection}` and enter a new refresh token.",
            ) from error

    def _keep(self, session: sa.Connection, tokens: Tokens, begun_with: tuple[str, ...]) -> None:
        link = _Link(tokens.refresh_token, tokens.access_token, tokens.expires_at, begun_with)
        told: dict[str, Any] = {
            "connection": self._connection,
            "customer": self._cipher.customer,
            "sealed": self._cipher.seal(msgspec.json.encode(link), PURPOSE, self._connection),
            "key_id": str(self._cipher.version),
        }
        session.execute(_KEEP, told)
        session.commit()


@dataclass
class _Held:
    """A chain of which the lock is held."""

    tokens: Tokens
    _write: Callable[[Tokens], None]

    def keep(self, tokens: Tokens) -> None:
        """Commit; with that the lock is given back, too."""
        self._write(tokens)
        self.tokens = tokens


def forget_tokens(engine: sa.Engine, connection: str) -> bool:
    """Forget the tokens of an Airflow Connection; whether there were any."""
    with engine.begin() as warehouse:
        return warehouse.execute(_FORGET, {"connection": connection}).rowcount > 0
