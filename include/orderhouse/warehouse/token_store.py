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

from include.orderhouse.cipher import Cipher, cipher_from_environment
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.tokens import TokenChain, Tokens

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.token:' || :connection, 0))")
_READ = sa.text("SELECT sealed, key_id FROM ops.token WHERE connection = :connection")
_KEEP = sa.text("""
    INSERT INTO ops.token AS token (connection, customer, sealed, key_id, refreshed_at, refreshes)
    VALUES (:connection, :customer, :sealed, :key_id, now(), 1)
    ON CONFLICT (connection) DO UPDATE SET
        customer = excluded.customer, sealed = excluded.sealed, key_id = excluded.key_id,
        refreshed_at = excluded.refreshed_at, refreshes = token.refreshes + 1
""")


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

    def __init__(
        self,
        engine: sa.Engine,
        connection: str,
        customer: str,
        cipher: Callable[[], Cipher] = cipher_from_environment,
    ) -> None:
        self._engine, self._connection, self._customer, self._cipher = engine, connection, customer, cipher

    @contextmanager
    def hold(self, first_token: str) -> Iterator[TokenChain]:
        """The chain, held exclusively. Raises ConfigurationInvalid where it was sealed with another key."""
        cipher = self._cipher()
        with self._engine.connect() as session:
            session.execute(_LOCK, {"connection": self._connection})
            link = self._read(session, cipher)
            first = hashlib.sha256(first_token.encode()).hexdigest()
            begun_with = link.begun_with if link else ()
            if link is not None and first in begun_with:
                tokens = Tokens(link.refresh_token, link.access_token, link.expires_at)
            else:
                tokens, begun_with = Tokens(first_token), (*begun_with, first)
            yield _Held(tokens, lambda kept: self._keep(session, cipher, kept, begun_with))

    def _read(self, session: sa.Connection, cipher: Cipher) -> _Link | None:
        row = session.execute(_READ, {"connection": self._connection}).one_or_none()
        if row is None:
            return None
        try:
            return msgspec.json.decode(cipher.open(bytes(row.sealed), self._label()), type=_Link)
        except ValueError as error:
            raise ConfigurationInvalid(
                f"The tokens of {self._connection!r} were sealed with key {row.key_id}; this process has another.",
                action="Give every machine that runs tasks the same ORDERHOUSE_TOKEN_KEY. If the key is lost, delete "
                f"the row of {self._connection!r} in ops.token and enter a new refresh token.",
            ) from error

    def _keep(self, session: sa.Connection, cipher: Cipher, tokens: Tokens, begun_with: tuple[str, ...]) -> None:
        link = _Link(tokens.refresh_token, tokens.access_token, tokens.expires_at, begun_with)
        told: dict[str, Any] = {
            "connection": self._connection,
            "customer": self._customer,
            "sealed": cipher.seal(msgspec.json.encode(link), self._label()),
            "key_id": cipher.key_id,
        }
        session.execute(_KEEP, told)
        session.commit()

    def _label(self) -> str:
        return f"ops.token:{self._connection}"


@dataclass
class _Held:
    """A chain of which the lock is held."""

    tokens: Tokens
    _write: Callable[[Tokens], None]

    def keep(self, tokens: Tokens) -> None:
        """Commit; with that the lock is given back, too."""
        self._write(tokens)
        self.tokens = tokens
