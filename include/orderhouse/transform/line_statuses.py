"""Lines and schedules of orders that are not in force yet: what is open stands where its order does.

Some sources tell it of each line, others of the order alone.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.transform.table import ReadTable

NOT_IN_FORCE = pa.array(["draft", "pending_approval"])


def derive_open_statuses(order: ReadTable, part: ReadTable, column: str) -> None:
    """Put the order's status in place of ``open`` in a column of its lines or schedules."""
    if column in part.columns:
        own = part.column(column)
        status = order.column("status").take(pa.array(part.rows.orders, pa.int64()))
        waits = pc.and_(pc.equal(own, "open"), pc.is_in(status, value_set=NOT_IN_FORCE))
        part.columns[column] = pc.if_else(waits, status, own)
