"""Outcomes: what the checks come to in one batch, computed and staged where its frames are made.

A row that is odd is told with all that its finding needs, so that the frames of a batch are read again only to change
them. Whether an expectation is met is not said here: Great Expectations judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from include.orderhouse.expectations.context import with_context
from include.orderhouse.expectations.expected import CHECKS, required
from include.orderhouse.expectations.rows import known, plain
from include.orderhouse.frames import Frames
from include.orderhouse.model import TABLES, Table
from include.orderhouse.staging import Staging

FILE = "outcomes.json"
LABELS = ("order_number", "order.order_number", "line_number", "line.line_number", "schedule_number")


@dataclass(frozen=True)
class Odd:
    """A row of a table, and what an expectation's column has to say of it."""

    column: str
    row: int
    order_id: str
    row_id: str
    reason: str
    label: str | None = None
    """The record as people call it: ``4500000017 / 00010 / 2``; None where it is a key that is missing."""
    source_value: str | None = None


@dataclass(frozen=True)
class Outcomes:
    """One batch: by table, how many rows it has, and which of them are odd."""

    rows: Mapping[str, int]
    odd: Mapping[str, list[Odd]]

    @classmethod
    def of(cls, frames: Frames) -> Outcomes:
        """All checks of a batch."""
        contexts = with_context(frames)
        return cls(
            {table.name: len(frames[table.name]) for table in TABLES},
            {table.name: list(_odd_rows(table, contexts[table.name])) for table in TABLES},
        )


def write_outcomes(staging: Staging, folder: str, outcomes: Outcomes) -> None:
    """Stage the outcomes of a batch beside its frames."""
    odd = {table: [astuple(each) for each in rows] for table, rows in outcomes.odd.items()}
    staging.write_json(f"{folder}/{FILE}", {"rows": outcomes.rows, "odd": odd})


def staged_outcomes(staging: Staging, folders: Iterable[str]) -> Iterator[Outcomes]:
    """The outcomes of the batches in these folders, one at a time in memory."""
    for folder in folders:
        told = staging.read_json(f"{folder}/{FILE}")
        yield Outcomes(told["rows"], {table: [Odd(*each) for each in rows] for table, rows in told["odd"].items()})


def _odd_rows(table: Table, frame: pa.Table) -> Iterator[Odd]:
    for name in required(table):
        for row in np.flatnonzero(~known(frame, name)).tolist():
            yield Odd(name, row, *_ids(table, frame, row), f"{name} is missing")
    for check in CHECKS[table.name]:
        for row, reason in check.find(frame).items():
            value = _text(frame, check.field, row)
            yield Odd(check.column, row, *_ids(table, frame, row), reason, _label(frame, row), value)


def _ids(table: Table, frame: pa.Table, row: int) -> tuple[str, str]:
    return _text(frame, "order_id", row) or "", _text(frame, table.key[-1], row) or ""


def _label(frame: pa.Table, row: int) -> str:
    parts = [frame.column(name)[row].as_py() for name in LABELS if name in frame.column_names]
    return " / ".join(part for part in parts if part)


def _text(frame: pa.Table, name: str, row: int) -> str | None:
    """A value as text; None where it is NULL or the finding is not about one column."""
    value: Any = frame.column(name)[row].as_py() if name in frame.column_names else None
    if isinstance(value, Decimal):
        return plain(value)
    return None if value is None else str(value)
