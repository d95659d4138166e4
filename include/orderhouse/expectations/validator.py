"""The validation of one run: batch after batch, then the report of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult

from include.orderhouse.expectations.check import Check, Finding, Oddities
from include.orderhouse.expectations.context import with_context
from include.orderhouse.expectations.report import Report
from include.orderhouse.expectations.rows import plain
from include.orderhouse.expectations.suites import CHECKS, Suites, outcomes
from include.orderhouse.frames import Frames
from include.orderhouse.model import LINE, TABLES, Table

KEY_MISSING = "KEY_MISSING"
LINES_AT_ONCE = 50_000
"""So many lines, in whole batches, are validated at a time: they are also what is in memory."""


class Validator:
    """Checks the batches of one run; the suites are built once."""

    def __init__(self, connection: str, sync_id: str) -> None:
        self._suites = Suites()
        self._report = Report(connection, sync_id, self._suites.expectations)

    def check(self, batches: Iterable[Frames]) -> Iterator[tuple[Frames, list[Finding]]]:
        """Each batch with what its rows do not hold to. Orders with a critical finding must not be loaded.

        Batches are validated several at a time: to Great Expectations a row costs little, and a call much.
        """
        for group in _groups(batches):
            yield from zip(group, self._check(group), strict=True)

    def _check(self, group: list[Frames]) -> list[list[Finding]]:
        findings: list[list[Finding]] = [[] for _ in group]
        contexts = [with_context(frames) for frames in group]
        for table in TABLES:
            checked = [Checked.of(table, context[table.name]) for context in contexts]
            if not any(len(each.frame) for each in checked):
                continue
            result = self._suites.validate(table, [each.outcomes() for each in checked])
            self._report.add(table.name, result)
            first = 0
            for each, found in zip(checked, findings, strict=True):
                found.extend(each.findings(result, first))
                first += len(each.frame)
        return findings

    def report(self, folder: str | Path) -> str:
        """Write the report's pages into a folder or the URL of one; returns the name of its index."""
        return self._report.write(folder)


@dataclass(frozen=True)
class Checked:
    """One batch of a table, and what every check found odd in it."""

    table: Table
    frame: pa.Table
    found: dict[Check, Oddities]

    @classmethod
    def of(cls, table: Table, frame: pa.Table) -> Checked:
        """The batch, with all checks of its table made."""
        return cls(table, frame, {check: check.find(frame) for check in CHECKS[table.name]})

    def outcomes(self) -> pa.Table:
        """What the table's suite looks at."""
        return outcomes(self.table, self.frame, self.found)

    def findings(self, result: ExpectationSuiteValidationResult, first: int) -> Iterator[Finding]:
        """The findings of a result that belong to this batch, whose rows begin there at the position ``first``."""
        rows = range(first, first + len(self.frame))
        checks = {check.column: check for check in self.found}
        for each in result.results:
            column = each.expectation_config.kwargs["column"] if each.expectation_config else ""
            for position in each.result["unexpected_index_list"]:
                if position in rows:
                    yield self._finding(column, checks.get(column), position - first)

    def _finding(self, column: str, check: Check | None, row: int) -> Finding:
        return Finding(
            table=self.table.name,
            order_id=_text(self.frame, "order_id", row) or "",
            row_id=_text(self.frame, self.table.key[-1], row) or "",
            field=check.field if check else column,
            code=check.code if check else KEY_MISSING,
            reason=self.found[check][row] if check else f"{column} is missing",
            source_value=_text(self.frame, check.field, row) if check else None,
            critical=check.critical if check else True,
        )


def _groups(batches: Iterable[Frames]) -> Iterator[list[Frames]]:
    group: list[Frames] = []
    for frames in batches:
        group.append(frames)
        if sum(each[LINE.name].num_rows for each in group) >= LINES_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _text(frame: pa.Table, name: str, row: int) -> str | None:
    """A value as text; None where it is NULL or the finding is not about one column."""
    value: Any = frame.column(name)[row].as_py() if name in frame.column_names else None
    if isinstance(value, Decimal):
        return plain(value)
    return None if value is None else str(value)
