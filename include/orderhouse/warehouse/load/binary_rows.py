"""Frames as PostgreSQL reads them by COPY in its binary format: of each row the number of fields, each with its length.

Source: postgresql.org/docs/current/sql-copy.html, Binary Format; how a type's value looks is told by its receive
function, such as numeric_recv in src/backend/utils/adt/numeric.c. Every number's first byte is the highest.
"""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

Numbers = np.ndarray[Any, np.dtype[Any]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
"""As many bytes of each value: a row each."""

HEADER, TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_JSONB_VERSION = b"\x01"
_NEGATIVE = 0x4000
_DAYS_TO_2000, _MICROSECONDS_TO_2000 = 10_957, 946_684_800_000_000
_NO_UUID = "0" * 32


def binary_rows(frame: pa.Table, types: Mapping[str, sa.types.TypeEngine[Any]]) -> memoryview:
    """The rows of a frame, between `HEADER` and `TRAILER`; ``types`` are those of the columns in PostgreSQL.

    A text that PostgreSQL has as uuid, jsonb or text is told apart by them; all else by its type in Arrow.
    """
    parts = [part for name in frame.column_names for part in _field(_whole(frame.column(name)), types[name])]
    count = pa.repeat(pa.scalar(frame.num_columns.to_bytes(2, "big")), frame.num_rows)
    rows = pc.binary_join_element_wise(count, *parts, b"", null_handling="replace", null_replacement=_NULL)
    return memoryview(rows.buffers()[2])[: pc.sum(pc.binary_length(rows)).as_py() or 0]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _field(values: pa.Array, kind: sa.types.TypeEngine[Any]) -> list[pa.Array]:
    """The field of every row, in parts that follow each other; NULL in one part alone."""
    if isinstance(kind, sa.Uuid):
        return [_fixed(values, _uuids(values))]
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        return _texts(values, _JSONB_VERSION if isinstance(kind, JSONB) else b"")
    return [_fixed(values, _NUMBERS[values.type.id](values))]


def _texts(values: pa.Array, before: bytes) -> list[pa.Array]:
    """Texts or bytes with their length, and something ``before`` that counts."""
    lengths = _big_endian(_filled(pc.add(pc.binary_length(values), len(before)), 0), ">i4")
    head = np.hstack([lengths, np.tile(np.frombuffer(before, np.uint8), (len(values), 1))])
    parts = [_binary(head), values.cast(pa.binary())]
    return [pc.binary_join_element_wise(*parts, b"")] if values.null_count else parts


def _fixed(values: pa.Array, content: Bytes) -> pa.Array:
    """Values that are all of the same length, which stands before each."""
    length = np.frombuffer(content.shape[1].to_bytes(4, "big"), np.uint8)
    fields = _binary(np.hstack([np.tile(length, (len(values), 1)), content]))
    return pc.if_else(values.is_valid(), fields, None) if values.null_count else fields


def _binary(rows: Bytes) -> pa.Array:
    number, width = rows.shape
    offsets = np.arange(0, (number + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(pa.binary(), number, [None, pa.py_buffer(offsets), pa.py_buffer(rows)])


def _uuids(values: pa.Array) -> Bytes:
    digits = pc.replace_substring(values.fill_null(_NO_UUID), "-", "")
    return np.frombuffer(unhexlify(b"".join(digits.cast(pa.binary()).to_pylist())), np.uint8).reshape(-1, 16)


def _decimals(values: pa.Array) -> Bytes:
    """Digits to base 10,000 behind their number, the place of the first, the sign, and how many decimals are shown."""
    scale: int = values.type.scale
    behind = -scale % 4
    unscaled = _unscaled(values)
    rest = np.abs(unscaled)
    digits, rest = [rest % 10 ** (4 - behind) * 10**behind], rest // 10 ** (4 - behind)
    while rest.any():
        digits.append(rest % 10_000)
        rest = rest // 10_000
    first = len(digits) - 1 - (scale + behind) // 4
    sign = np.where(unscaled < 0, _NEGATIVE, 0)
    columns = [np.broadcast_to(column, len(values)) for column in (len(digits), first, sign, scale, *reversed(digits))]
    return _big_endian(np.stack(columns, axis=1), ">i2")


def _unscaled(values: pa.Array) -> Numbers:
    """Decimals without their point: integers of 64 bits where all fit, else Python's."""
    there = values.fill_null(0)
    halves = np.frombuffer(there.buffers()[1], np.int64).reshape(-1, 2)[there.offset : there.offset + len(there)]
    low, high = halves[:, 0], halves[:, 1]
    if (high == low >> 63).all() and (low > np.iinfo(np.int64).min).all():
        return low
    whole: Numbers = high.astype(object) * 2**64 + low.astype(np.uint64).astype(object)
    return whole


def _filled(values: pa.Array, nothing: Any) -> Numbers:
    found: Numbers = values.fill_null(nothing).to_numpy(zero_copy_only=False)
    return found


def _big_endian(numbers: Numbers, kind: str) -> Bytes:
    written = np.ascontiguousarray(numbers.astype(kind))
    return written.view(np.uint8).reshape(len(numbers), -1)


_NUMBERS: dict[int, Callable[[pa.Array], Bytes]] = {
    pa.bool_().id: lambda values: _big_endian(_filled(values, False), "u1"),
    pa.int64().id: lambda values: _big_endian(_filled(values, 0), ">i8"),
    pa.date32().id: lambda values: _big_endian(_filled(values.cast(pa.int32()), 0) - _DAYS_TO_2000, ">i4"),
    pa.timestamp("us").id: lambda values: _big_endian(
        _filled(values.cast(pa.int64()), 0) - _MICROSECONDS_TO_2000, ">i8"
    ),
    pa.decimal128(1).id: _decimals,
}
"""By the type in Arrow, how PostgreSQL wants its values."""
