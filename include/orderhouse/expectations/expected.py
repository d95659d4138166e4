"""What is expected of the rows of each canonical table: keys that are there, and checks that hold."""

from __future__ import annotations

from include.orderhouse.expectations.arithmetic import ARITHMETIC
from include.orderhouse.expectations.check import Check
from include.orderhouse.expectations.plausibility import PLAUSIBILITY
from include.orderhouse.frames import frame_columns
from include.orderhouse.model import TABLES, Table

CHECKS: dict[str, tuple[Check, ...]] = {
    table.name: tuple(check for check in (*PLAUSIBILITY, *ARITHMETIC) if check.table == table.name) for table in TABLES
}


def required(table: Table) -> list[str]:
    """The columns of a frame without which a row cannot be loaded."""
    return [column.name for column in frame_columns(table) if column.required]
