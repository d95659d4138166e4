"""The fields that raw orders of a connection have had, and drift: changes of that shape."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from include.orderhouse.warehouse.messages.events import write_drift_event
from include.orderhouse.warehouse.operations import COUNT, INSTANT, TEXT, UUID
from include.orderhouse.warehouse.operations import metadata as metadata
from include.orderhouse.warehouse.schema import OPS

CONNECTION = "The connection: one system of one customer"
RECENT = 10
"""Of how many syncs the counts are kept one by one."""

source_field = sa.Table(
    "source_field",
    metadata,
    sa.Column("connection", TEXT, comment=CONNECTION, nullable=False),
    sa.Column(
        "path",
        TEXT,
        comment="Dotted path in the raw order; the elements of a list share the path of the list",
        nullable=False,
    ),
    sa.Column(
        "json_types",
        ARRAY(TEXT),
        comment="JSON types it has had, those of null and of empty values left out",
        nullable=False,
    ),
    sa.Column("records", COUNT, comment="How many objects were read that could have had it", nullable=False),
    sa.Column("present", COUNT, comment="How many of them had it, be it null", nullable=False),
    sa.Column(
        "recent_records",
        ARRAY(COUNT),
        comment="`records` of each of the latest syncs, ten at most, the oldest first",
        nullable=False,
    ),
    sa.Column("recent_present", ARRAY(COUNT), comment="`present` of each of the same syncs", nullable=False),
    sa.Column(
        "absent",
        COUNT,
        comment="How many objects in a row were read without it, up to the latest sync",
        nullable=False,
        server_default="0",
    ),
    sa.Column("sample", TEXT, comment="A value it has had, shortened; none of a field named like a secret"),
    sa.Column("first_seen_at", INSTANT, comment="When a sync first read it", nullable=False),
    sa.Column("last_seen_at", INSTANT, comment="When a sync last read it", nullable=False),
    sa.Column(
        "vanished_at", INSTANT, comment="Since when syncs no longer read it although they should; NULL while they do"
    ),
    sa.Column("sync_id", UUID, comment="The sync (`ops.sync`) that last told of it", nullable=False),
    sa.PrimaryKeyConstraint("connection", "path"),
    schema=OPS,
    comment="Every field that raw orders of a connection have had, whether the mapping reads it or not",
)

drift = sa.Table(
    "drift",
    metadata,
    sa.Column("connection", TEXT, comment=CONNECTION, nullable=False),
    sa.Column("sync_id", UUID, comment="The sync (`ops.sync`) that met it", nullable=False),
    sa.Column("path", TEXT, comment="Dotted path in the raw order (`ops.source_field`)", nullable=False),
    sa.Column("kind", TEXT, comment="vanished, appeared or retyped", nullable=False),
    sa.Column(
        "is_mapped", sa.Boolean(), comment="Whether the mapping reads the field or something in it", nullable=False
    ),
    sa.Column("before", TEXT, comment="JSON types before; NULL where there was none"),
    sa.Column("after", TEXT, comment="JSON types since; NULL where there is none"),
    sa.Column("noted_at", INSTANT, comment="When it was noted", nullable=False),
    sa.PrimaryKeyConstraint("connection", "sync_id", "path", "kind"),
    schema=OPS,
    comment="Changes of the shape of a source's orders, each noted once, by the sync that first met it",
)

_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.fields:' || :connection, 0))")


@dataclass(frozen=True)
class SeenField:
    """What one sync read of a field: its JSON types, of how many objects it was in how many, and a sample."""

    json_types: tuple[str, ...]
    records: int
    present: int
    sample: str | None


@dataclass(frozen=True)
class KnownField:
    """What the warehouse knows of a field from all syncs before."""

    json_types: frozenset[str]
    records: int
    present: int
    absent: int
    """How many objects came without it since one had it."""
    lately_absent: int
    """Those of them that came with the latest syncs."""
    is_gone: bool


@dataclass(frozen=True)
class Drift:
    """One change of shape. ``kind`` is ``vanished``, ``appeared`` or ``retyped``."""

    path: str
    kind: str
    is_mapped: bool
    before: str | None
    after: str | None


class Observation:
    """One sync's look at the fields of a connection, alone and in one transaction."""

    def __init__(self, warehouse: sa.Connection, connection: str, sync_id: str) -> None:
        self._warehouse, self._connection, self._sync_id = warehouse, connection, sync_id

    def known(self) -> dict[str, KnownField]:
        """The fields by path."""
        told = source_field.c
        wanted = sa.select(
            told.path, told.json_types, told.records, told.present, told.vanished_at.is_not(None).label("is_gone"),
            told.recent_records, told.recent_present, told.absent, (told.sync_id == self._sync_id).label("is_told"),
        ).where(told.connection == self._connection)  # fmt: skip
        return {
            row.path: KnownField(frozenset(row.json_types), row.records, row.present, *_absent(row), row.is_gone)
            for row in self._warehouse.execute(wanted)
        }

    def keep(self, seen: Mapping[str, SeenField], missing: Container[str], drifts: Sequence[Drift]) -> None:
        """Add what this sync has seen, once however often it is told; note the drift, and tell it as an event.

        What is ``missing`` counts among the latest syncs only: how often it came while it did stays known.
        """
        same = {"connection": self._connection, "sync_id": self._sync_id}
        if seen:
            self._add([{**same, **_counted(path, field, path in missing)} for path, field in seen.items()])
        if drifts:
            rows = [{**same, **asdict(each), "noted_at": sa.func.now()} for each in drifts]
            added = insert(drift).values(rows).on_conflict_do_nothing()
            told = (drift.c.path, drift.c.kind, drift.c.is_mapped, drift.c.before, drift.c.after)
            if new := self._warehouse.execute(added.returning(*told)).mappings().all():
                write_drift_event(self._warehouse, self._connection, self._sync_id, [dict(each) for each in new])
        if gone := [each.path for each in drifts if each.kind == "vanished"]:
            mine = (source_field.c.connection == self._connection, source_field.c.path.in_(gone))
            self._warehouse.execute(sa.update(source_field).where(*mine).values(vanished_at=sa.func.now()))

    def _add(self, rows: list[dict[str, Any]]) -> None:
        fields, now = source_field.c, sa.func.now()
        added = insert(source_field).values(first_seen_at=now, last_seen_at=now)
        types = sa.text("ARRAY(SELECT DISTINCT unnest(source_field.json_types || excluded.json_types) ORDER BY 1)")
        self._warehouse.execute(
            added.on_conflict_do_update(
                index_elements=[fields.connection, fields.path],
                set_={
                    "json_types": types,
                    "records": fields.records + added.excluded.records,
                    "present": fields.present + added.excluded.present,
                    "recent_records": _with_latest("recent_records"),
                    "recent_present": _with_latest("recent_present"),
                    "absent": sa.case((added.excluded.present > 0, 0), else_=fields.absent + added.excluded.absent),
                    "sample": sa.func.coalesce(fields.sample, added.excluded.sample),
                    "last_seen_at": sa.case((added.excluded.present > 0, now), else_=fields.last_seen_at),
                    "vanished_at": sa.case((added.excluded.present > 0, None), else_=fields.vanished_at),
                    "sync_id": added.excluded.sync_id,
                },
                where=fields.sync_id != added.excluded.sync_id,
            ),
            rows,
        )


def _absent(row: Any) -> tuple[int, int]:
    """Of how many objects in a row none had the field, and how many of them came with the latest syncs.

    Both are up to the sync before this one, which may have told already.
    """
    syncs = list(zip(row.recent_records, row.recent_present, strict=True))
    told = syncs.pop()[0] if row.is_told else 0
    lately = sum(records for records, _ in takewhile(lambda sync: not sync[1], reversed(syncs)))
    return max(row.absent - told, 0), lately


def _counted(path: str, field: SeenField, is_missing: bool) -> dict[str, Any]:
    absent = 0 if field.present else field.records
    latest = {"recent_records": [field.records], "recent_present": [field.present], "absent": absent}
    told = asdict(field) | {"json_types": list(field.json_types), "records": 0 if is_missing else field.records}
    return {"path": path, **told, **latest}


def _with_latest(name: str) -> sa.TextClause:
    """The counts of the latest syncs, that of this one at the end."""
    first = f"greatest(1, cardinality(source_field.{name}) - {RECENT - 2})"
    return sa.text(f"(source_field.{name} || excluded.{name})[{first}:]")


@contextmanager
def observation(engine: sa.Engine, connection: str, sync_id: str) -> Iterator[Observation]:
    """The look of one sync; what it keeps is committed at the end."""
    with engine.begin() as warehouse:
        warehouse.execute(_ALONE, {"connection": connection})
        yield Observation(warehouse, connection, sync_id)
