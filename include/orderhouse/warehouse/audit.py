"""The audit log ``ops.audit``: who did what. Rows are only added, and each holds the hash of the one before.

A row that is changed, removed or put in between breaks the chain from there on. Who owns the database can write the
whole chain anew; the seals that the maintenance adds, authenticated by the master key, tell that, too.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from include.orderhouse import wire
from include.orderhouse.errors import SealBroken
from include.orderhouse.master_key import MasterKeys, master_keys

SEALED = "audit.sealed"
FIRST = bytes(32)
_RECORD = sa.text("""
    SELECT ops.record_audit(:actor, :action, :connection, :customer, :subject, cast(:details AS jsonb), :if_new)
""")
_CHAIN = sa.text("""
    SELECT audit_id, action, details, previous_hash, row_hash, sha256(previous_hash || convert_to(jsonb_build_array(
        audit_id, to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), login, actor,
        action, connection, customer, subject, details
    )::text, 'UTF8')) AS computed
    FROM ops.audit ORDER BY audit_id
""")
_HEAD = sa.text("SELECT audit_id, row_hash FROM ops.audit_head()")
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Event:
    """Something that was done. ``details`` must hold no secret."""

    action: str
    actor: str
    connection: str | None = None
    customer: str | None = None
    subject: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chain:
    """A chain that holds: how many rows and seals it has, and its last hash."""

    rows: int
    seals: int
    unknown_seals: int
    """Seals under a master key that is not here any more."""
    sealed_through: int
    """The rows up to this one are as they were sealed; who owns the database may have written later ones anew."""
    head: str


def command_line() -> str:
    """The actor of a command: the user of the machine."""
    return f"command line, {getpass.getuser()}"


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


def seal(engine: sa.Engine, masters: Callable[[], MasterKeys] = master_keys) -> str | None:
    """Authenticate the chain as it is by the master key; its last hash, None where it has no row."""
    with engine.connect() as warehouse:
        head = warehouse.execute(_HEAD).one_or_none()
    if head is None:
        return None
    through, row_hash = head
    keys = masters()
    details = {"through": through, "master_key_id": keys.key_id, "mac": keys.mac(_sealed(through, row_hash))}
    record_now(engine, Event(SEALED, "maintenance", details=details))
    return str(row_hash)


def verify(engine: sa.Engine, masters: Callable[[], MasterKeys] = master_keys) -> Chain:
    """Compute the whole chain anew. Raises SealBroken at the first row that does not fit."""
    keys, hashes = masters(), {0: FIRST}
    number = seals = unknown = sealed_through = 0
    with engine.connect() as warehouse:
        for row in warehouse.execution_options(yield_per=_ROWS_AT_ONCE).execute(_CHAIN):
            number += 1
            if row.audit_id != number:
                raise _broken(number, "is missing")
            if bytes(row.previous_hash) != hashes[number - 1] or bytes(row.row_hash) != bytes(row.computed):
                raise _broken(number, "was changed, or stands in another one's place")
            hashes[number] = bytes(row.row_hash)
            if row.action == SEALED:
                known = _check_seal(keys, number, row.details, hashes)
                seals, unknown = seals + known, unknown + (not known)
                sealed_through = row.details["through"] if known else sealed_through
    return Chain(number, seals, unknown, sealed_through, hashes[number].hex())


def _check_seal(keys: MasterKeys, number: int, details: Any, hashes: Mapping[int, bytes]) -> bool:
    """Whether a seal is under a known key; SealBroken where it is and does not fit, or is none at all."""
    told = details if isinstance(details, dict) else {}
    through, key_id = told.get("through"), told.get("master_key_id")
    if type(through) is not int or not isinstance(key_id, str):
        raise _broken(number, "is a seal of nothing")
    expected = keys.mac(_sealed(through, hashes.get(through, b"").hex()), key_id)
    if expected is not None and expected != told.get("mac"):
        raise _broken(number, f"seals another chain: rows up to {through} were written anew")
    return expected is not None


def _sealed(through: int, row_hash: str) -> bytes:
    return f"{through} {row_hash}".encode()


def _broken(number: int, why: str) -> SealBroken:
    return SealBroken(
        f"Row {number} of ops.audit {why}.",
        action="Somebody with the owner's rights changed the log. Compare it with a backup, and find out who could.",
    )
