"""A raw order as it is staged and kept: what the source gave, and when it was read."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import zstandard

from include.orderhouse import wire
from include.orderhouse.mapping import Record

FAST = 1
"""The level of zstd for raw orders: on JSON the higher ones save little for their time."""


class _Own(threading.local):
    """A thread's own compressor: making one takes longer than compressing an order."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(FAST)


_own = _Own()


@dataclass(frozen=True)
class RawOrder:
    """A raw order and the start of the fetch that read it, on the warehouse's clock."""

    fetched_at: datetime
    record: Record
    content: bytes | None = None
    """The record's JSON, where it is at hand."""

    @classmethod
    def of(cls, payload: bytes, fetched_at: datetime) -> Self:
        """A raw order that was kept."""
        content = zstandard.decompress(payload)
        return cls(fetched_at, wire.decode(content), content)


def pack(record: Record, content: bytes | None = None) -> bytes:
    """A raw order as it is kept: JSON, zstd. ``content`` is its JSON, where it is at hand."""
    packed: bytes = _own.compressor.compress(content or wire.encode(record))
    return packed


def unpack(payload: bytes) -> Record:
    """The raw order that was kept."""
    found: Record = wire.decode(zstandard.decompress(payload))
    return found
