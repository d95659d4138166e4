"""Rows as PostgreSQL's COPY reads them in its binary format: a count of fields, then each with its length.

Source: postgresql.org/docs/current/sql-copy.html, Binary Format. Instants are microseconds since the year 2000.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from uuid import UUID

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_COUNT, _LENGTH, _INSTANT = struct.Struct(">h"), struct.Struct(">i"), struct.Struct(">q")
_YEAR_2000 = 946_684_800_000_000


def uuid_field(text: str) -> bytes:
    """A uuid."""
    return UUID(text).bytes


def instant_field(microseconds: int) -> bytes:
    """A timestamptz, from microseconds since 1970."""
    return _INSTANT.pack(microseconds - _YEAR_2000)


def binary_rows(rows: Iterable[Sequence[bytes]]) -> bytes:
    """A whole COPY of rows without NULL; text fields are UTF-8."""
    parts = [_HEADER]
    for row in rows:
        parts.append(_COUNT.pack(len(row)))
        for field in row:
            parts += (_LENGTH.pack(len(field)), field)
    return b"".join((*parts, _TRAILER))
