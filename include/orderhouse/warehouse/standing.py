"""How each version that a load brings stands to the one that the warehouse held before it.

A version is (``version_at``, ``fetched_at``, ``mapping_version``), compared in that order; NULL sorts first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

EARLIEST = -(2**63)
"""Before every instant, in microseconds since 1970: of an order whose source tells no time."""


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
    version_at: int
    fetched_at: int
    mapping_version: int
    content_hash: str
    is_deleted: bool

    @property
    def rank(self) -> tuple[int, int, int]:
        """What decides which version is later."""
        return self.version_at, self.fetched_at, self.mapping_version

    @property
    def content(self) -> tuple[str, bool]:
        """Equal for versions that say the same."""
        return self.content_hash, self.is_deleted


@dataclass(frozen=True)
class Held:
    """What the warehouse held of a batch's orders before the load."""

    versions: Mapping[str, Version]
    orders: Set[str]
    """Those with a row in ``procurement``, be it without a version."""
    payloads: Mapping[str, str]
    """The fingerprints of their raw records."""


def versions_of(frame: pa.Table, mapping_version: int) -> list[Version]:
    """The versions of a batch."""
    instants = (frame.column(name).cast(pa.int64()) for name in ("version_at", "fetched_at"))
    version_at, fetched_at = (pc.fill_null(column, EARLIEST).to_pylist() for column in instants)
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
    if version.rank <= known.rank:
        return Standing.OLDER
    return Standing.UNCHANGED if version.content == known.content else Standing.CHANGED
