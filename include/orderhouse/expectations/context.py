"""Frames with what a check needs beside a row's own columns: facts of its order or line, and sums of its parts.

Such columns are called ``order.currency``, ``line.unit``, ``lines.net_amount``, ``schedules.quantity``, ...; they are
NULL where there is nothing to look up.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.frames import Frames
from include.orderhouse.model import DISTRIBUTION, LINE, ORDER, SCHEDULE

ORDER_FACTS = ("order_number", "order_type", "status", "is_deleted", "order_date", "currency", "tax_inclusive")
LINE_FACTS = ("line_number", "unit")
NOT_IN_SUBTOTAL = pa.array(["charge", "text"])
VOID = pa.array(["cancelled", "deleted"])
"""The states of what no longer counts."""


def with_context(frames: Frames) -> dict[str, pa.Table]:
    """The frames of the canonical tables, each with its context."""
    orders = frames[ORDER.name]
    lines = _with_parent(frames[LINE.name], "order_id", orders, ORDER_FACTS, "order")
    lines = lines.append_column("is_counted", _is_counted(lines))
    schedules = _with_parent(frames[SCHEDULE.name], "order_id", orders, ORDER_FACTS[:1], "order")
    schedules = _with_parent(schedules, "line_id", lines, LINE_FACTS, "line")
    distributions = _with_parent(frames[DISTRIBUTION.name], "order_id", orders, ORDER_FACTS[:1], "order")
    distributions = _with_parent(distributions, "line_id", lines, LINE_FACTS[:1], "line")
    return {
        ORDER.name: _with_line_sums(orders, lines),
        LINE.name: _with_shares(lines, schedules, distributions),
        SCHEDULE.name: schedules,
        DISTRIBUTION.name: distributions,
    }


def _with_parent(child: pa.Table, key: str, parent: pa.Table, facts: tuple[str, ...], prefix: str) -> pa.Table:
    """``child`` with columns of its parent, and ``<prefix>.exists``."""
    position = pc.index_in(child.column(key), value_set=parent.column(key).combine_chunks())
    child = child.append_column(f"{prefix}.exists", pc.is_valid(position))
    for name in facts:
        child = child.append_column(f"{prefix}.{name}", parent.column(name).take(position))
    return child


def _with_sums(parent: pa.Table, key: str, children: pa.Table, sums: Mapping[str, str], prefix: str) -> pa.Table:
    """``parent`` with sums over its children: by new column, the child column and what to do with it."""
    wanted = [tuple(source.split(" ")) for source in sums.values()]
    grouped = children.group_by(key, use_threads=False).aggregate(wanted)
    position = pc.index_in(parent.column(key), value_set=grouped.column(key).combine_chunks())
    for name, (column, function) in zip(sums, wanted, strict=True):
        parent = parent.append_column(f"{prefix}.{name}", grouped.column(f"{column}_{function}").take(position))
    return parent


def _with_line_sums(orders: pa.Table, lines: pa.Table) -> pa.Table:
    """Orders with the sums of their lines: of all, and of those that are neither deleted nor cancelled."""
    in_subtotal = pc.invert(pc.is_in(lines.column("line_type"), value_set=NOT_IN_SUBTOTAL))
    net, zero = lines.column("net_amount"), pa.scalar(0, lines.schema.field("net_amount").type)
    counted = lines.column("is_counted")
    charge = pc.and_(pc.fill_null(pc.equal(lines.column("line_type"), "charge"), False), counted)
    unknown = pc.and_(pc.is_null(net), pc.and_(in_subtotal, counted))
    lines = (
        lines.append_column("all_goods", pc.if_else(in_subtotal, net, zero))
        .append_column("counted_goods", pc.if_else(pc.and_(in_subtotal, counted), net, zero))
        .append_column("counted_charges", pc.if_else(charge, net, zero))
        .append_column("unknown", pc.cast(unknown, pa.int64()))
    )
    sums = {
        "net_amount": "counted_goods sum",
        "net_amount_with_cancelled": "all_goods sum",
        "charges": "counted_charges sum",
        "unknown": "unknown sum",
        "count": "line_id count",
    }
    return _with_sums(orders, "order_id", lines, sums, "lines")


def _with_shares(lines: pa.Table, schedules: pa.Table, distributions: pa.Table) -> pa.Table:
    """Lines with what their schedules and distributions add up to; ``known`` counts those that can be added.

    A cancelled schedule cannot: sources differ in whether the quantity ordered still has it.
    """
    schedules = _living(schedules, "line_id", "schedule_id", "quantity", "unit", "line.unit", "status")
    unit = pc.fill_null(pc.equal(schedules.column("unit"), schedules.column("line.unit")), True)
    comparable = pc.and_(unit, pc.invert(pc.is_in(schedules.column("status"), value_set=VOID)))
    schedules = schedules.append_column("comparable", pc.if_else(comparable, schedules.column("quantity"), None))
    sums = {"quantity": "comparable sum", "known": "comparable count", "count": "schedule_id count"}
    lines = _with_sums(lines, "line_id", schedules, sums, "schedules")
    sums = {"percent": "percent sum", "known": "percent count", "count": "distribution_id count"}
    distributions = _living(distributions, "line_id", "distribution_id", "percent")
    return _with_sums(lines, "line_id", distributions, sums, "distributions")


def _living(frame: pa.Table, *names: str) -> pa.Table:
    """These columns of the rows that are not deleted."""
    gone, kept = _flag(frame, "is_deleted"), frame.select(list(names))
    return kept.filter(pc.invert(gone)) if pc.any(gone).as_py() else kept


def _is_counted(lines: pa.Table) -> pa.ChunkedArray:
    """Whether a line takes part in arithmetic: no text, nothing deleted or cancelled, nor its order."""
    gone = pc.or_(_flag(lines, "is_deleted"), _flag(lines, "order.is_deleted"))
    for name in ("line_status", "order.status"):
        gone = pc.or_(gone, pc.is_in(lines.column(name), value_set=VOID))
    gone = pc.or_(gone, _flag(lines, "is_cancelled"))
    return pc.invert(pc.or_(gone, pc.fill_null(pc.equal(lines.column("line_type"), "text"), False)))


def _flag(frame: pa.Table, name: str) -> pa.ChunkedArray:
    return pc.fill_null(frame.column(name), False)
