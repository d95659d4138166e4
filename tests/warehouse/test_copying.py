"""Frames through COPY: every value arrives as it is, of every type, with and without NULL."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from include.orderhouse.frames import SCHEMAS, arrow_type, frame_columns
from include.orderhouse.model import LINE, ORDER, PRECISION, SCALES, TABLES, Kind
from include.orderhouse.warehouse.load.copying import copy_rows, create_staging, new, rows_of, staged

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
INSTANTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    **{
        kind: st.decimals(
            -(10 ** (PRECISION - scale)) + 1, 10 ** (PRECISION - scale) - 1, places=scale, allow_nan=False
        )
        for kind, scale in SCALES.items()
    },
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.dates(),
    Kind.INSTANT: INSTANTS,
    Kind.JSON: st.dictionaries(TEXTS, TEXTS | st.integers(0, 9)).map(lambda told: json.dumps(told, ensure_ascii=False)),
    Kind.UUID: st.uuids().map(str),
    Kind.TEXT: TEXTS,
}
EXAMPLES: dict[Kind, list[Any]] = {
    Kind.MONEY: [Decimal("0.000000"), Decimal("-0.000001"), Decimal("9" * 22 + ".999999"), Decimal("10000.000000")],
    Kind.QUANTITY: [Decimal("9223372036854.775807"), Decimal("-92233720368.547758"), Decimal("92233720368.547759")],
    Kind.RATE: [Decimal(number).scaleb(-SCALES[Kind.RATE]) for number in (2**63 - 1, -(2**63), 2**64, -(2**64) - 1)],
    Kind.PRICE: [Decimal("0.0000000001"), Decimal("-1.1000000000"), Decimal("9" * 18 + ".9999999999")],
    Kind.DATE: [date.min, date(1999, 12, 31), date(2000, 1, 1), date.max],
    Kind.INSTANT: [
        datetime.min.replace(tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(1970, 1, 1, tzinfo=UTC) - timedelta(microseconds=1),
        datetime.max.replace(tzinfo=UTC),
    ],
    Kind.TEXT: ["", "\\N", 'a "quoted", text\r\n\t', "Ø12 漢字 😀"],
    Kind.JSON: ['{"a": [1, null, "\\\\u0000 ü"]}', "{}"],
}
COLUMNS = {column.kind: (table.name, column.name) for table in TABLES for column in frame_columns(table)}
"""By kind, a column that is of it."""


def arrived(engine: sa.Engine, table: str, frame: pa.Table) -> list[Any]:
    """What a staged column holds after a frame was copied into it, with the connection as all frames have it."""
    frame = frame.append_column("connection", pa.repeat("acme_us", frame.num_rows))
    with closing(engine.raw_connection()) as connection:
        cursor: Any = connection.cursor()
        create_staging(cursor)
        copy_rows(cursor, rows_of(new(table), frame))
        statement = sql.SQL("SELECT {} FROM {}").format(
            sql.Identifier(frame.column_names[0]), sql.Identifier(new(table))
        )
        return [value for (value,) in cursor.execute(statement)]


def expected(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    known: dict[Kind, Callable[[Any], Any]] = {Kind.JSON: json.loads, Kind.UUID: UUID}
    return known.get(kind, lambda same: same)(value)


def check(engine: sa.Engine, kind: Kind, values: list[Any]) -> None:
    table, column = COLUMNS[kind]
    found = arrived(engine, table, pa.table({column: pa.array(values, arrow_type(kind))}))
    assert found == [expected(kind, value) for value in values]
    if kind in SCALES:
        assert [str(value) for value in found] == [str(value) for value in values]


@pytest.mark.parametrize("kind", [kind for kind in COLUMNS if kind in EXAMPLES], ids=str)
def test_the_ends_of_what_a_kind_can_hold_arrive_exactly(engine: sa.Engine, kind: Kind) -> None:
    check(engine, kind, [*EXAMPLES[kind], None, EXAMPLES[kind][0]])
    for value in EXAMPLES[kind]:
        check(engine, kind, [value])


@pytest.mark.parametrize("kind", [kind for kind in COLUMNS if kind in VALUES], ids=str)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_all_values_of_a_kind_arrive_exactly(engine: sa.Engine, kind: Kind, data: st.DataObject) -> None:
    check(engine, kind, data.draw(st.lists(st.none() | VALUES[kind], min_size=1, max_size=40)))


def test_every_kind_has_its_values() -> None:
    assert COLUMNS.keys() - {Kind.CODE} == VALUES.keys()


def test_bytes_and_counts_arrive_exactly(engine: sa.Engine) -> None:
    payloads = [b"", b"\x00\xff\n\\", bytes(range(256)) * 40]
    reject = pa.table(
        {"reject_id": [str(UUID(int=n)) for n in range(3)], "payload": payloads, "line_count": [0, None, 9]}
    )
    with closing(engine.raw_connection()) as connection:
        cursor: Any = connection.cursor()
        create_staging(cursor)
        copy_rows(cursor, rows_of(staged("reject"), reject))
        found = cursor.execute("SELECT payload, line_count FROM staged_reject ORDER BY reject_id").fetchall()
    assert found == list(zip(payloads, [0, None, 9], strict=True))


def test_slices_of_frames_and_frames_of_several_chunks_keep_their_ids(engine: sa.Engine) -> None:
    ids = [str(UUID(int=number)) for number in range(7)]
    whole = pa.chunked_array([ids[:3], [None], ids[3:]], pa.string())
    frame = pa.table({"order_id": whole}).slice(2, 4)
    assert arrived(engine, LINE.name, frame) == [UUID(ids[2]), None, UUID(ids[3]), UUID(ids[4])]


@pytest.mark.parametrize(
    "chunks", [[[1, 2, 3], [None], [4, 5, 6, 7]], [[1, 2, 3, None, 4, 5, 6, 7]], [[1, 2, 3, 3, 4, 5]]]
)
def test_slices_of_frames_keep_their_amounts(engine: sa.Engine, chunks: list[list[int | None]]) -> None:
    parts = [[number if number is None else Decimal(number) for number in chunk] for chunk in chunks]
    whole = pa.chunked_array(parts, arrow_type(Kind.MONEY))
    frame = pa.table({"net_amount": whole}).slice(1, 4)
    assert arrived(engine, LINE.name, frame) == [number for part in parts for number in part][1:5]


def test_a_frame_without_rows_is_copied_nowhere(engine: sa.Engine) -> None:
    nothing = rows_of(new(ORDER.name), SCHEMAS[ORDER.name].empty_table())
    assert nothing.number == 0
    assert arrived(engine, ORDER.name, pa.table({"order_date": pa.array([], pa.date32())})) == []
