"""The audit log ``ops.audit``: who did what. Rows are only added, and each holds the hash of the one before.

A row that is changed, removed or put in between breaks the chain from there on. Who owns the database can write the
whole chain anew; the seals that the maintenance adds, authenticated by the master key, tell that, too. `audit_chain`
verifies it, and removes old rows.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from include.orderhouse import wire
from include.orderhouse.master_key import MasterKeys
from include.orderhouse.warehouse.keys.keyring import Keyring

SEALED = "audit.sealed"
_RECORD = sa.text("""
    SELECT ops.record_audit(:actor, :action, :connection, :customer, :subject, cast(:details AS jsonb), :if_new)
""")
_LATEST = sa.text("""
    SELECT audit_id, occurred_at, actor, action, connection, customer, subject, details::text FROM ops.audit
    WHERE cast(:connection AS text) IS NULL OR connection = :connection ORDER BY audit_id DESC LIMIT :most
""")
_HEAD = sa.text("SELECT audit_id, row_hash FROM ops.audit_head()")


@dataclass(frozen=True)
class Event:
    """Something that was done. ``details`` must hold no secret."""

    action: str
    actor: str
    connection: str | None = None
    customer: str | None = None
    subject: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def command_line() -> str:
    """The actor of a command: the user of the machine, by number where that has no name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"user {os.getuid()}"
    return f"command line, {user}"


def record(warehouse: sa.Connection, event: Event, *, if_new: bool = False) -> None:
    """Add a row, within a transaction that should end at once: till then nobody else can add one.

    With ``if_new`` only where the latest row of this action and connection tells other details.
    """
    told = {name: getattr(event, name) for name in ("actor", "action", "connection", "customer", "subject")}
    warehouse.execute(_RECORD, {**told, "details": wire.storable_json(dict(event.details)), "if_new": if_new})


def record_now(engine: sa.Engine, event: Event, *, if_new: bool = False) -> None:
    """Add a row in a transaction of its own."""
    with engine.begin() as warehouse:
        record(warehouse, event, if_new=if_new)


def latest(engine: sa.Engine, connection: str | None, most: int) -> Sequence[sa.Row[Any]]:
    """The latest rows, or those of one connection, without their hashes; the details are JSON in text."""
    with engine.connect() as warehouse:
        return warehouse.execute(_LATEST, {"connection": connection, "most": most}).all()


def seal(engine: sa.Engine, masters: Callable[[], MasterKeys] | None = None) -> str | None:
    """Authenticate the chain as it is by the master key; its last hash, None where it has no row."""
    with engine.connect() as warehouse:
        head = warehouse.execute(_HEAD).one_or_none()
    if head is None:
        return None
    through, row_hash = head
    keys = (masters or Keyring.of(engine).masters)()
    details = {"through": through, "master_key_id": keys.key_id, "mac": keys.mac(sealed(through, row_hash))}
    record_now(engine, Event(SEALED, "maintenance", details=details))
    return str(row_hash)


def sealed(through: int, row_hash: str) -> bytes:
    """What a seal authenticates: the rows up to one."""
    return f"{through} {row_hash}".encode()
