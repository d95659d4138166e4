"""Random loads of one connection against a model of the warehouse that fits on a page."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.load import GoneOrder, load
from tests.warehouse.orders import Line, Order, frames, rows, started_task

EXAMPLES = int(os.environ.get("ORDERHOUSE_LOADS", "40"))
NUMBERS = ("1", "2")
PROVEN, AFTER_EVERY_PROOF = 100_000.0, 200_000.0
"""Hours after dawn: scans say then what is gone; an order that was fetched later is there, whatever they say."""

Version = tuple[float | None, float, int]
"""Hours after dawn of the change and of the fetch, and the mapping."""
_connections = (f"model_{number}" for number in itertools.count())


@dataclass(frozen=True)
class Load:
    """One load: its batches of orders, rejected orders, the numbers that are proved gone, and its mapping."""

    batches: tuple[tuple[Order, ...], ...]
    rejected: tuple[Order, ...]
    gone: tuple[str, ...]
    mapping: int


@dataclass
class Reject:
    """The latest version of an order that was rejected, and whether it waits."""

    version: Version
    is_open: bool = True


@dataclass
class Kept:
    """What the model keeps of one order."""

    order: Order | None = None
    version: Version = (None, float("-inf"), 0)
    is_gone: bool = False
    reject: Reject | None = None


class Model:
    """The warehouse as it should be."""

    def __init__(self) -> None:
        self.orders = {number: Kept() for number in NUMBERS}

    def load(self, load: Load) -> None:
        """Apply one load: the latest version wins, whatever came before."""
        for order in itertools.chain.from_iterable(load.batches):
            self._load(self.orders[order.number], order, load.mapping)
        for number in load.gone:
            kept = self.orders[number]
            if kept.order is None:
                kept.version = (None, PROVEN, 0)
            kept.is_gone |= kept.version[1] < AFTER_EVERY_PROOF
        for order in load.rejected:
            _reject(self.orders[order.number], (order.version, order.fetched, load.mapping))
        for kept in self.orders.values():
            _close_reject(kept)

    def _load(self, kept: Kept, order: Order, mapping: int) -> None:
        version = (order.version, order.fetched, mapping)
        if _is_later(version, kept.version):
            kept.order, kept.version = order, version
            kept.is_gone &= order.fetched < AFTER_EVERY_PROOF

    def told(self) -> list[tuple[Any, ...]]:
        """Number, memo, deleted, stale, and the living lines of every order."""
        return [
            (number, kept.order.values["memo"], _is_deleted(kept), _is_stale(kept), _living(kept))
            for number, kept in self.orders.items()
            if kept.order is not None
        ]

    def open_rejects(self) -> set[str]:
        """The numbers of the orders of which a later version waits."""
        return {number for number, kept in self.orders.items() if _is_stale(kept)}


def _is_later(one: Version, other: Version) -> bool:
    """Whether a version is later than another: by its time, but by its fetch where one of them tells none.

    What was mapped anew, and fetched no earlier, is later whatever the times say.
    """
    if _is_mapped_anew(one, other) or _is_mapped_anew(other, one):
        return one[2] > other[2]
    if one[0] is None or other[0] is None:
        return one[1:] > other[1:]
    return (one[0], *one[1:]) > (other[0], *other[1:])


def _is_mapped_anew(one: Version, other: Version) -> bool:
    return one[2] > other[2] and one[1] >= other[1]


def _reject(kept: Kept, version: Version) -> None:
    if kept.reject is None or _is_later(version, kept.reject.version):
        kept.reject = Reject(version)


def _close_reject(kept: Kept) -> None:
    """A reject waits until a version that is no earlier is loaded, or the order is gone."""
    if kept.reject:
        is_over = not _is_later(kept.reject.version, kept.version)
        is_gone = kept.is_gone and kept.reject.version[1] < AFTER_EVERY_PROOF
        kept.reject.is_open &= not is_over and not is_gone


def _is_deleted(kept: Kept) -> bool:
    return kept.is_gone or (kept.order is not None and kept.order.is_deleted)


def _is_stale(kept: Kept) -> bool:
    return kept.reject is not None and kept.reject.is_open


def _living(kept: Kept) -> list[str]:
    lines = kept.order.lines if kept.order else ()
    return [] if _is_deleted(kept) else sorted(line.number for line in lines)


def _order(number: str, version: float | None, fetched: float) -> Order:
    """What an order holds follows from its version: two readings of one version are the same."""
    pattern = int(2 * (version or 0) + 3 * fetched) % 8
    lines = tuple(Line(name) for bit, name in enumerate(("10", "20", "30")) if pattern >> bit & 1)
    return Order(number, version, fetched, {"memo": f"{version} {fetched}"}, lines, is_deleted=pattern == 5)


def _batches(found: list[Order], are_together: bool) -> tuple[tuple[Order, ...], ...]:
    """The orders of one load, each of which comes once, in one batch or in one each."""
    return (tuple(found),) if are_together else tuple((order,) for order in found)


orders = st.builds(
    _order,
    st.sampled_from(NUMBERS),
    st.sampled_from([None, 1.0, 2.0, 3.0]),
    st.sampled_from([1.0, 2.0, 3.0, AFTER_EVERY_PROOF, AFTER_EVERY_PROOF + 1]),
)
loads = st.builds(
    Load,
    st.builds(_batches, st.lists(orders, max_size=2, unique_by=lambda order: order.number), st.booleans()),
    st.lists(orders, max_size=1).map(tuple),
    st.lists(st.sampled_from(NUMBERS), unique=True, max_size=1).map(tuple),
    st.integers(1, 2),
)


@pytest.fixture(scope="module")
def warehouse(server: Server) -> Iterator[sa.Engine]:
    """One warehouse for all examples: each has a connection of its own."""
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        session.execute("CREATE DATABASE modelled TEMPLATE template_warehouse STRATEGY file_copy")
    engine = connect(server.url("modelled"))
    yield engine
    engine.dispose()


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(loads, min_size=1, max_size=6))
def test_any_loads_in_any_order_leave_what_the_model_says(warehouse: sa.Engine, given_loads: list[Load]) -> None:
    """H3, H6, H8, H16: versions out of order, twice, rejected, gone and back."""
    connection, model = next(_connections), Model()
    for each in given_loads:
        model.load(each)
        gone = tuple(GoneOrder(number, None, "absent_in_full_scan") for number in each.gone)
        task = started_task(warehouse, connection, gone, each.mapping)
        batches = [[replace(order, connection=connection) for order in batch] for batch in each.batches]
        rejected = [replace(order, connection=connection) for order in each.rejected]
        load(warehouse, task, [*(frames(*batch) for batch in batches), frames(rejects=rejected)])
        assert _held(warehouse, connection) == model.told()
        assert _waiting(warehouse, connection) == model.open_rejects()


def _held(engine: sa.Engine, connection: str) -> list[tuple[Any, ...]]:
    query = """
        SELECT source_order_id, memo, is_deleted, is_stale, ARRAY(
            SELECT line.source_line_id FROM procurement.purchase_order_line AS line
            WHERE (line.connection, line.order_id) = (known.connection, known.order_id) AND NOT line.is_deleted
            ORDER BY 1
        ) FROM procurement.purchase_order AS known WHERE connection = :connection ORDER BY 1
    """
    return rows(engine, query, connection=connection)


def _waiting(engine: sa.Engine, connection: str) -> set[str]:
    query = "SELECT source_order_id FROM ops.reject WHERE connection = :connection AND resolved_at IS NULL"
    return {number for (number,) in rows(engine, query, connection=connection)}
