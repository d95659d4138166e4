"""A raw order as it is staged and kept: what the source gave, and when it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import zstandard

from include.orderhouse import wire
from include.orderhouse.mapping import Record


@dataclass(frozen=True)
class RawOrder:
    """A raw order and the start of the fetch that read it, on the warehouse's clock."""

    fetched_at: datetime
    record: Record


def pack(record: Record) -> bytes:
    """A raw order as it is kept: JSON, zstd."""
    return zstandard.compress(wire.encode(record))


def unpack(payload: bytes) -> Record:
    """The raw order that was kept."""
    found: Record = wire.decode(zstandard.decompress(payload))
    return found
