"""How each version that a load brings stands to the one that the warehouse held before it.

A version is (``version_at``, ``fetched_at``, ``mapping_version``), compared in that order, but for two cases: where one
of two has no ``version_at``, the fetch decides and then the mapping; and what was fetched no earlier and mapped by a
later mapping is later whatever the times say, which the earlier one may have read in a wrong zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

_IS_LATER = sql.SQL("""
    CASE
        WHEN {one}.mapping_version > {other}.mapping_version AND {one}.fetched_at >= {other}.fetched_at THEN true
        WHEN {one}.mapping_version < {other}.mapping_version AND {one}.fetched_at <= {other}.fetched_at THEN false
        WHEN {one}.version_at IS NULL OR {other}.version_at IS NULL
            THEN ({one}.fetched_at, {one}.mapping_version) > ({other}.fetched_at, {other}.mapping_version)
        ELSE ({one}.version_at, {one}.fetched_at, {one}.mapping_version)
            > ({other}.version_at, {other}.fetched_at, {other}.mapping_version)
    END
""")


class Standing(StrEnum):
    """Of a version of an order."""

    NEW = "new"
    """The warehouse holds nothing of the order."""
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    """A later version with the same content."""
    OLDER = "older"
    """No later than what the warehouse holds."""


REPLACING = (Standing.CHANGED, Standing.UNCHANGED)
"""Those that are later than what the warehouse held of their order."""
WINNING = (Standing.NEW, *REPLACING)
"""Those whose version, raw record and issues the load keeps."""


@dataclass(frozen=True)
class Version:
    """A version of an order, instants in microseconds since 1970, and what tells its content."""

    order_id: str
    version_at: int | None
    fetched_at: int
    mapping_version: int
    content_hash: str
    is_deleted: bool

    @property
    def content(self) -> tuple[str, bool]:
        """Equal for versions that say the same."""
        return self.content_hash, self.is_deleted

    @property
    def fetch(self) -> tuple[int, int]:
        """When it was read, and by which mapping."""
        return self.fetched_at, self.mapping_version

    def is_later_than(self, other: Version) -> bool:
        """Whether it is the later one of two; `is_later` is the same in SQL."""
        if self.version_at is None or other.version_at is None or self._outdates(other) or other._outdates(self):
            return self.fetch > other.fetch
        return (self.version_at, *self.fetch) > (other.version_at, *other.fetch)

    def _outdates(self, other: Version) -> bool:
        return self.mapping_version > other.mapping_version and self.fetched_at >= other.fetched_at


@dataclass(frozen=True)
class Held:
    """What the warehouse held of a batch's orders before the load."""

    versions: Mapping[str, Version]
    orders: Set[str]
    """Those with a row in ``procurement``, be it without a version."""
    payloads: Mapping[str, str]
    """The fingerprints of their raw records."""


def is_later(one: str, other: str) -> sql.Composed:
    """The condition that a row with a version is later than another one, by the names that a statement gives them."""
    return _IS_LATER.format(one=sql.Identifier(one), other=sql.Identifier(other))


def versions_of(frame: pa.Table, mapping_version: int) -> list[Version]:
    """The versions of a batch."""
    version_at, fetched_at = (frame.column(name).cast(pa.int64()).to_pylist() for name in ("version_at", "fetched_at"))
    content = (frame.column("content_hash"), pc.fill_null(frame.column("is_deleted"), False))
    columns = (column.to_pylist() for column in (frame.column("order_id"), *content))
    return [
        Version(order_id, version, fetched, mapping_version, content_hash, is_deleted)
        for order_id, content_hash, is_deleted, version, fetched in zip(*columns, version_at, fetched_at, strict=True)
    ]


def standings(versions: Sequence[Version], held: Held) -> list[Standing]:
    """How each version of a batch stands to what the warehouse held."""
    return [_standing(version, held) for version in versions]


def _standing(version: Version, held: Held) -> Standing:
    known = held.versions.get(version.order_id)
    if known is None:
        return Standing.CHANGED if version.order_id in held.orders else Standing.NEW
    if not version.is_later_than(known):
        return Standing.OLDER
    return Standing.UNCHANGED if version.content == known.content else Standing.CHANGED
