"""The validation of one run: batch after batch, then the report of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult

from include.orderhouse.expectations.check import Check, Finding, Oddities
from include.orderhouse.expectations.context import with_context
from include.orderhouse.expectations.report import Report
from include.orderhouse.expectations.rows import plain
from include.orderhouse.expectations.suites import CHECKS, Suites
from include.orderhouse.frames import Frames
from include.orderhouse.model import TABLES, Table

KEY_MISSING = "KEY_MISSING"


class Validator:
    """Checks the batches of one run; the suites are built once."""

    def __init__(self, connection: str, sync_id: str) -> None:
        self._suites = Suites()
        self._report = Report(connection, sync_id)

    def check(self, frames: Frames) -> list[Finding]:
        """What one batch's rows do not hold to. Orders with a critical finding must not be loaded."""
        findings: list[Finding] = []
        frames_with_context = with_context(frames)
        for table in TABLES:
            frame = frames_with_context[table.name]
            found = {check: check.find(frame) for check in CHECKS[table.name]}
            result = self._suites.validate(table, frame, found)
            self._report.add(table.name, result)
            findings.extend(_findings(table, frame, found, result))
        return findings

    def report(self, folder: str | Path) -> str:
        """Write the report's pages into a folder, local or an fsspec URL; returns the path of its ``index.html``."""
        return self._report.write(folder)


def _findings(
    table: Table, frame: pa.Table, found: Mapping[Check, Oddities], result: ExpectationSuiteValidationResult
) -> Iterator[Finding]:
    checks = {check.column: check for check in found}
    for each in result.results:
        column = each.expectation_config.kwargs["column"] if each.expectation_config else ""
        check = checks.get(column)
        for row in each.result["unexpected_index_list"]:
            yield Finding(
                table=table.name,
                order_id=_text(frame, "order_id", row) or "",
                row_id=_text(frame, table.key[-1], row) or "",
                field=check.field if check else column,
                code=check.code if check else KEY_MISSING,
                reason=found[check][row] if check else f"{column} is missing",
                source_value=_text(frame, check.field, row) if check else None,
                critical=check.critical if check else True,
            )


def _text(frame: pa.Table, name: str, row: int) -> str | None:
    """A value as text; None where it is NULL or the finding is not about one column."""
    value: Any = frame.column(name)[row].as_py() if name in frame.column_names else None
    if isinstance(value, Decimal):
        return plain(value)
    return None if value is None else str(value)
