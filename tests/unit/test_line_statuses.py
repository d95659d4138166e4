"""Lines of orders that are not in force yet."""

from __future__ import annotations

import pyarrow as pa
import pytest

from include.orderhouse.model import LINE, ORDER, SCHEDULE, Table
from include.orderhouse.transform.line_statuses import derive_open_statuses
from include.orderhouse.transform.rows import RawRows
from include.orderhouse.transform.table import ReadTable

ORDERS = ["draft", "pending_approval", "approved", None]


def derived(table: Table, column: str, own: list[str | None]) -> list[str | None]:
    """What becomes of the statuses that each order's lines or schedules have."""
    orders = ReadTable(ORDER, RawRows([{}] * len(ORDERS), list(range(len(ORDERS)))))
    orders.columns["status"] = pa.array(ORDERS)
    owners = [position for position in range(len(ORDERS)) for _ in own]
    parts = ReadTable(table, RawRows([{}] * len(owners), owners))
    parts.columns[column] = pa.array(own * len(ORDERS), pa.string())
    derive_open_statuses(orders, parts, column)
    told: list[str | None] = parts.columns[column].to_pylist()
    return told


@pytest.mark.parametrize(("table", "column"), [(LINE, "line_status"), (SCHEDULE, "status")])
def test_what_is_open_stands_where_its_order_does_until_that_is_in_force(table: Table, column: str) -> None:
    ended = ["cancelled", "partially_received", None]
    assert derived(table, column, ["open", *ended]) == [
        *("draft", *ended), *("pending_approval", *ended), *("open", *ended), *("open", *ended)
    ]  # fmt: skip


def test_a_source_without_statuses_of_lines_has_none() -> None:
    orders, lines = (ReadTable(table, RawRows([{}], [0])) for table in (ORDER, LINE))
    orders.columns["status"] = pa.array(["draft"])
    derive_open_statuses(orders, lines, "line_status")
    assert lines.columns == {}
