"""The chain of ``ops.audit``: verified as a whole, and shortened so that what stays can still be verified.

Only rows that tell of routine go, and only old ones. Each removal is a row itself, ``audit.pruned``. In it the master
key authenticates the hash of the last row up to which some are gone, and a digest of those up to there that stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid, KeyMissing, SealBroken
from include.orderhouse.master_key import MasterKeys
from include.orderhouse.warehouse.access.audit import SEALED, Event, record, sealed
from include.orderhouse.warehouse.keys.keyring import Keyring

PRUNED = "audit.pruned"
ROUTINE = ("audit.sealed", "credentials.read", "login.refused", "retention.enforced", "sync.started", "vault.read")
"""The actions whose rows may go; a trigger keeps all others, and all that are younger than `SHORTEST`."""
SHORTEST = timedelta(days=90)
FIRST = bytes(32)
COMPUTED = """
    sha256(previous_hash || convert_to(jsonb_build_array(
        audit_id, to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), login, actor,
        action, connection, customer, subject, details
    )::text, 'UTF8'))
"""
"""The hash that a row should have."""
_CHAIN = sa.text(f"""
    SELECT audit_id, action, details, previous_hash, row_hash, {COMPUTED} AS computed FROM ops.audit ORDER BY audit_id
""")  # noqa: S608 - a constant
_CUT = sa.text("SELECT audit_id, details FROM ops.audit WHERE action = :action ORDER BY audit_id DESC LIMIT 1")
_OLD = sa.text("""
    SELECT coalesce(least(
        min(audit_id) FILTER (WHERE occurred_at >= now() - cast(:kept AS interval)), max(audit_id)
    ) - 1, 0) FROM ops.audit
""")
"""The row up to which all are old; never the last one, which the next row goes on from."""
_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.audit', 0))")
_LOCK = sa.text("LOCK TABLE ops.audit IN SHARE ROW EXCLUSIVE MODE")
_PRUNE = sa.text("DELETE FROM ops.audit WHERE audit_id <= :through AND action = ANY (:routine)")
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Chain:
    """A chain that holds: how many rows and seals it has, and its last hash."""

    rows: int
    seals: int
    unknown_seals: int
    """Seals under a master key that is not here any more."""
    sealed_through: int
    """The rows up to this one are as they were sealed; who owns the database may have written later ones anew."""
    pruned_through: int
    """Up to this row those of routine were removed."""
    head: str


@dataclass(frozen=True)
class _Cut:
    """The last row up to which some are gone, its hash, and the digest of those up to there that stay."""

    through: int = 0
    row_hash: str = FIRST.hex()
    kept: str = hashlib.sha256().hexdigest()

    def authenticated(self) -> bytes:
        return f"{self.through} {self.row_hash} {self.kept}".encode()


def verify(engine: sa.Engine, masters: Callable[[], MasterKeys] | None = None) -> Chain:
    """Compute the whole chain anew. Raises SealBroken at the first row that does not fit.

    KeyMissing where the master key is not here that authenticates which rows were removed.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as warehouse:
        return _walked(warehouse, (masters or Keyring.of(engine).masters)()).chain()


def prune(
    engine: sa.Engine, kept: timedelta, actor: str, masters: Callable[[], MasterKeys] | None = None
) -> tuple[int, int]:
    """Remove what is of routine and was written longer ago than ``kept``, if the whole chain holds.

    How many rows went, and up to which one. ConfigurationInvalid where that is sooner than anything may go.
    """
    if kept < SHORTEST:
        raise ConfigurationInvalid(
            f"The audit log keeps every row for {SHORTEST.days} days.", action=f"Keep {SHORTEST.days}d or more."
        )
    keys = (masters or Keyring.of(engine).masters)()
    with engine.begin() as warehouse:
        warehouse.execute(_ALONE)
        walk = _walked(warehouse, keys, warehouse.execute(_OLD, {"kept": kept}).scalar_one())
        cut = walk.next_cut()
        warehouse.execute(_LOCK)
        removed = warehouse.execute(_PRUNE, {"through": cut.through, "routine": list(ROUTINE)}).rowcount
        _record_cut(warehouse, keys, cut, actor, removed=removed, older_than_days=kept.days)
    return removed, cut.through


def renew(engine: sa.Engine, actor: str, masters: Callable[[], MasterKeys] | None = None) -> None:
    """Let the present master key authenticate the latest removal in place of an earlier one, if the chain holds."""
    keys = (masters or Keyring.of(engine).masters)()
    with engine.begin() as warehouse:
        warehouse.execute(_ALONE)
        found = warehouse.execute(_CUT, {"action": PRUNED}).one_or_none()
        if found is not None and _seal(*found)[1] != keys.key_id:
            _record_cut(warehouse, keys, _walked(warehouse, keys).next_cut(), actor, removed=0)


def _record_cut(warehouse: sa.Connection, keys: MasterKeys, cut: _Cut, actor: str, **more: int) -> None:
    told = {"through": cut.through, "row_hash": cut.row_hash, "kept": cut.kept, **more}
    told |= {"master_key_id": keys.key_id, "mac": keys.mac(cut.authenticated())}
    record(warehouse, Event(PRUNED, actor, details=told))


class _Walk:
    """What is known of the chain so far, row by row."""

    def __init__(self, keys: MasterKeys, cut: _Cut, old: int) -> None:
        self._keys, self._cut = keys, cut
        self._old = max(old, cut.through)
        self._hashes = {cut.through: bytes.fromhex(cut.row_hash)}
        self._last, self._sealed_through = cut.through, cut.through
        self._rows = self._seals = self._unknown = 0
        self._kept, self._to_keep = hashlib.sha256(), hashlib.sha256()

    def take(self, row: sa.Row[Any]) -> None:
        """The next row. SealBroken where it does not fit."""
        number, row_hash = row.audit_id, bytes(row.row_hash)
        if number > self._cut.through and number != self._last + 1:
            raise _broken(f"Row {self._last + 1} of ops.audit is missing")
        follows = number <= self._cut.through or bytes(row.previous_hash) == self._hashes[self._last]
        if row_hash != bytes(row.computed) or not follows:
            raise _broken(f"Row {number} of ops.audit was changed, or stands in another one's place")
        self._rows += 1
        if number <= self._old and row.action not in ROUTINE:
            self._to_keep.update(row_hash)
        if number <= self._cut.through:
            self._kept.update(row_hash)
            return
        self._last, self._hashes[number] = number, row_hash
        if row.action == SEALED:
            self._check_seal(number, row.details)

    def chain(self) -> Chain:
        """What there is, after the last row."""
        self._check_kept()
        numbers = (self._rows, self._seals, self._unknown, self._sealed_through, self._cut.through)
        return Chain(*numbers, self._hashes[self._last].hex())

    def next_cut(self) -> _Cut:
        """The cut up to which all rows are old, after the last row."""
        self._check_kept()
        return _Cut(self._old, self._hashes[self._old].hex(), self._to_keep.hexdigest())

    def _check_kept(self) -> None:
        if self._kept.hexdigest() != self._cut.kept:
            through = self._cut.through
            raise _broken(f"Of the rows of ops.audit up to {through} that stayed, one was changed, removed or put in")

    def _check_seal(self, number: int, details: Any) -> None:
        through, key_id, mac = _seal(number, details)
        if through < self._cut.through:
            return
        row_hash = self._hashes.get(through, b"").hex()
        expected = self._keys.mac(sealed(through, row_hash), key_id)
        if expected is None:
            self._unknown += 1
        elif expected != mac:
            raise _broken(f"Row {number} of ops.audit seals another chain: rows up to {through} were written anew")
        else:
            self._seals, self._sealed_through = self._seals + 1, through


def _walked(warehouse: sa.Connection, keys: MasterKeys, old: int = 0) -> _Walk:
    walk = _Walk(keys, _cut(warehouse, keys), old)
    for row in warehouse.execute(_CHAIN, execution_options={"yield_per": _ROWS_AT_ONCE}):
        walk.take(row)
    return walk


def _cut(warehouse: sa.Connection, keys: MasterKeys) -> _Cut:
    """Of the latest removal, authenticated by the master key."""
    found = warehouse.execute(_CUT, {"action": PRUNED}).one_or_none()
    if found is None:
        return _Cut()
    number, details = found
    through, key_id, mac = _seal(number, details)
    cut = _Cut(through, str(details.get("row_hash")), str(details.get("kept")))
    expected = keys.mac(cut.authenticated(), key_id)
    if expected is None:
        raise KeyMissing(
            f"Row {number} of ops.audit tells which rows up to {through} were removed, under master key {key_id}, "
            "which is not here.",
            action="Give that key, too, behind the present one, and run `scripts/orderhouse vault rotate`.",
        )
    if expected != mac:
        raise _broken(f"Row {number} of ops.audit tells of a removal that never was")
    return cut


def _seal(number: int, details: Any) -> tuple[int, str, Any]:
    """Up to which row one that is authenticated reaches, the key, and what authenticates it."""
    told = details if isinstance(details, dict) else {}
    through, key_id = told.get("through"), told.get("master_key_id")
    if type(through) is not int or not isinstance(key_id, str):
        raise _broken(f"Row {number} of ops.audit is a seal of nothing")
    return through, key_id, told.get("mac")


def _broken(what: str) -> SealBroken:
    return SealBroken(
        f"{what}.",
        action="Somebody with the owner's rights changed the log. Compare it with a backup, and find out who could.",
    )
