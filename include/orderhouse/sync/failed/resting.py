"""Credentials that a source has refused rest: sources lock a user after a few failed logins.

Scheduled runs try the same ones again after pauses that grow. Others are tried at once, as is what a person starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from include.orderhouse import wire
from include.orderhouse.cipher import Cipher
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError, TryAgain
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.syncs.rests import Rest, rest, rests

PAUSES = (timedelta(), timedelta(hours=4), timedelta(days=1), timedelta(days=7))
"""How long after the first refusal, the second and so on; after any further one the last. A refusal in error is over at
the next tick. SAP and NetSuite lock a user at the fifth failed login: that is tried after more than a week."""
ACTION = (
    "Enter credentials that the source accepts: the next scheduled run tries them at once. If it accepts these again, "
    "trigger a run or test the connection."
)


def note_refusal(runtime: Runtime) -> None:
    """Let the credentials rest that the runtime has just given the source, and that it refused."""
    if runtime.given is not None:
        refused = _fingerprint(runtime.connection, runtime.given, runtime.cipher)
        rest(runtime.warehouse, runtime.connection.name, refused, PAUSES)


def resting(
    connections: Iterable[Connection], engine: sa.Engine, credentials: Callable[[str], Credentials]
) -> dict[str, Rest]:
    """Those of the connections that a scheduled run leaves alone, since their credentials are those that were refused.

    ``credentials`` tells the present ones of a connection. Where they cannot be used, the connection's own task says
    so; where they cannot be read for the moment, it rests.
    """
    asked = {found.name: found for found in connections}
    known = rests(engine, asked)
    return {name: found for name, found in known.items() if _is_same(asked[name], engine, credentials, found)}


def refuse_resting(runtime: Runtime) -> None:
    """Raise ConfigurationInvalid where the connection's credentials rest."""
    name = runtime.connection.name
    for found in resting([runtime.connection], runtime.warehouse, lambda _: runtime.credentials()).values():
        raise ConfigurationInvalid(explained(name, found), action=ACTION)


def explained(name: str, found: Rest) -> str:
    """Why a connection's credentials rest, and until when."""
    return (
        f"{name} needs re-authorisation since {found.since:%Y-%m-%d %H:%M} UTC: its source has refused the same "
        f"credentials {found.refusals} times. So that it locks nobody out, they rest until "
        f"{found.until:%Y-%m-%d %H:%M} UTC. The last refusal: {found.message}"
    )


def _is_same(connection: Connection, engine: sa.Engine, credentials: Callable[[str], Credentials], known: Rest) -> bool:
    try:
        cipher = Keyring.of(engine).cipher(connection.customer)
        return _fingerprint(connection, credentials(connection.name), cipher) == known.credentials
    except OrderhouseError as error:
        return isinstance(error, TryAgain)


def _fingerprint(connection: Connection, credentials: Credentials, cipher: Cipher) -> str:
    """Changes with the credentials, and with all else of the connection by which they may be refused or accepted."""
    parts = [
        credentials.base_url,
        credentials.login,
        credentials.password,
        sorted(credentials.extra.items()),
        connection.options.model_dump(mode="json", exclude_defaults=True),
        _content(connection.options.tls.client_certificate),
    ]
    return cipher.fingerprint(wire.encode(parts))


def _content(file: str | None) -> bytes:
    with suppress(OSError):
        return Path(file).read_bytes() if file else b""
    return b""
