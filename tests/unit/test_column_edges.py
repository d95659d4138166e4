"""What stands at the edges of a column's wire format is read, or refused, whatever stands beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from include.orderhouse.mapping import Expression, boolean, day, instant, integer, money, rate, text
from include.orderhouse.model import Column, Kind
from include.orderhouse.transform.columns import ColumnReader, Empties
from include.orderhouse.transform.rows import RawRows

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
EMPTIES = Empties(frozenset({"n/a"}), false=False)
REFUSED = object()
LOCAL_DAY, LOCAL = day("f", zone="connection"), instant("f", zone="connection")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # six parts at most


@pytest.mark.parametrize(
    ("expression", "zone", "told"),
    [
        (LOCAL_DAY, NEW_YORK, {"2026-03-29": date(2026, 3, 29), "2026-03-29T02:00:00Z": date(2026, 3, 28)}),
        (LOCAL_DAY, NEW_YORK, {"2026-03-29": date(2026, 3, 29), "2026-03-29T02:00:00": date(2026, 3, 28)}),
        (LOCAL_DAY, NEW_YORK, {"/Date(1774749600000)/": date(2026, 3, 28)}),
        (LOCAL_DAY, BERLIN, {"2040-07-01T22:30:00Z": date(2040, 7, 2), "2040-01-01T22:30:00Z": date(2040, 1, 1)}),
        (
            LOCAL,
            BERLIN,
            {"2040-07-01T00:30:00": at(2040, 6, 30, 22, 30), "2026-07-01T00:30:00": at(2026, 6, 30, 22, 30)},
        ),
        (instant("f"), BERLIN, {"/Date(0)/": at(1970, 1, 1), "2026-01-01T00:00:00Z": at(2026, 1, 1)}),
        (instant("f"), BERLIN, {"/Date(253402300800000)/": REFUSED, "/Date(-62135596800001)/": REFUSED}),
        (instant("f"), BERLIN, {"/Date(253402300799999)/": at(9999, 12, 31, 23, 59, 59).replace(microsecond=999000)}),
        (instant("f"), BERLIN, {"2026-01-01T00:00:00.1234567Z": at(2026, 1, 1).replace(microsecond=123456)}),
        (day("f"), BERLIN, {"2026-01-31T00:00:00": date(2026, 1, 31), "2026-01-31T00:00:01": REFUSED}),
        (day("f"), BERLIN, {"2026-01-31T00:00": REFUSED, "2026-01-31 00:00:00Z": date(2026, 1, 31)}),
        (day("f"), BERLIN, {"0000-12-31": REFUSED, "0001-01-01": date(1, 1, 1)}),
        (day("f"), BERLIN, {"/Date(-1)/": date(1969, 12, 31), "2026-01-31": date(2026, 1, 31)}),
        (money("f"), BERLIN, {"0x1F": REFUSED, "31": 31, "n/a": None, " ": None}),
        (money("f"), BERLIN, {"1e30": REFUSED, "1e-7": 0, "25E-1": Decimal("2.5"), "9" * 33: REFUSED}),
        (money("f"), BERLIN, {"9" * 22: 10**22 - 1, "-" + "9" * 22: 1 - 10**22, "1" + "0" * 22: REFUSED}),
        (money("f", digits=9), BERLIN, {"9" * 22: 10**22 - 1, "1e21": 10**21, "1" + "0" * 22: REFUSED}),
        (rate("f"), BERLIN, {"0.000000000001": Decimal("1e-12"), "9" * 16: 10**16 - 1, "9" * 17: REFUSED}),
        (money("f", digits=2), BERLIN, {"19.990000000000002": Decimal("19.99"), "n/a": None, "1e30": REFUSED}),
        (integer("f"), BERLIN, {"0x1F": REFUSED, "007": 7, "7.0": 7, "7.5": REFUSED}),
        (
            text("f"),
            BERLIN,
            {"a\x00b": REFUSED, "\u2460 \ufb01": "\u2460 \ufb01", " Mu\u0308 ": "M\u00fc", "n/a": None},
        ),
        (text("f"), BERLIN, {7: "7", Decimal("1E+3"): "1000", "7": "7"}),
        (text("f"), BERLIN, {7: "7", Decimal("2.0"): "2.0"}),
        (text("f"), BERLIN, {7: "7", True: "true"}),
        (text("f"), BERLIN, {2**70: str(2**70), -1: "-1"}),
        (boolean("f", true=("X", "yes")), BERLIN, {" X ": True, "x": False, "n/a": None, "yes": True}),
    ],
)
def test_what_stands_at_an_edge_is_read_or_refused_alone_and_beside_others(
    expression: Expression, zone: ZoneInfo, told: dict[Any, Any]
) -> None:
    assert expression.kind is not None
    reader = ColumnReader(Column("it", expression.kind, "It"), expression, EMPTIES, zone)
    for found in (*([value] for value in told), list(told)):
        reading = reader.read(RawRows([{"f": value} for value in found], list(range(len(found)))))
        refused = {failure.row for failure in reading.failures}
        read = reading.values.to_pylist()
        assert [REFUSED if row in refused else value for row, value in enumerate(read)] == [told[one] for one in found]


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (".466769960496326982547165078978614049006593873", "0.466770"),
        ("1.908420625285414062014933618032133240778414938", "1.908421"),
        ("4.83340886273720455e-28", "0"),
    ],
)
@pytest.mark.parametrize("others", [[], ["1.5", None]])
def test_h25_a_number_of_which_arrow_makes_nothing_is_rounded_and_told(
    told: str, read: str, others: list[str | None]
) -> None:
    found = [told, *others]
    reader = ColumnReader(Column("it", Kind.MONEY, "It"), money("f"), EMPTIES, BERLIN)
    reading = reader.read(RawRows([{"f": value} for value in found], list(range(len(found)))))
    assert reading.values[0].as_py() == Decimal(read)
    assert [(odd.row, odd.code) for odd in reading.oddities] == [(0, "DIGITS_LOST")]
