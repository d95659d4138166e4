"""Copies of an order within one sync."""

from __future__ import annotations

import itertools
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from include.orderhouse.frames import Frames
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.sync.transform.copies import outdated, versions, without, without_repeated_rejects
from include.orderhouse.transform.batch import Transform
from tests.unit.small_source import T0, connection, made, order

EARLY, LATE = "2026-09-02T08:00:00Z", "2026-09-02T09:00:00Z"


def batch(*orders: dict[str, Any], minutes: int = 0) -> Frames:
    """A batch of orders that were fetched so many minutes after the first."""
    fetched_at = T0 + timedelta(minutes=minutes)
    return without_repeated_rejects(Transform(connection()).frames([RawOrder(fetched_at, each) for each in orders]))


def kept(*batches: Frames, table: str = "purchase_order") -> list[dict[str, Any]]:
    """The rows of a table that are left of all batches."""
    older = outdated(enumerate(map(versions, batches)))
    return [row for number, each in enumerate(batches) for row in made(without(each, older.get(number, ())), table)]


def test_of_copies_in_several_batches_the_latest_stays_whichever_came_first() -> None:
    batches = (
        batch(order("1", modified=EARLY), order("2", memo="late", modified=LATE)),
        batch(order("1", memo="late", modified=LATE), order("2", modified=EARLY), minutes=1),
        batch(order("1", modified=EARLY), minutes=2),
    )
    assert sorted((row["source_order_id"], row["memo"]) for row in kept(*batches)) == [("1", "late"), ("2", "late")]
    for table in ("version", "purchase_order_line"):
        assert len(kept(*batches, table=table)) == 2


def test_of_copies_of_one_version_the_one_fetched_last_stays() -> None:
    batches = batch(order("1", memo="fetched last"), minutes=5), batch(order("1", memo="fetched first"))
    assert [row["memo"] for row in kept(*batches)] == ["fetched last"]


COPIES = (
    ("read first", "2026-10-01T11:00:00Z", 0),
    ("without a time", None, 10),
    ("read last", "2026-10-01T10:00:00Z", 20),
)
"""What its memo says, its time, and how many minutes after the first it was fetched."""


@pytest.mark.parametrize("copies", itertools.permutations(COPIES))
@pytest.mark.parametrize("split", [(), (1,), (2,), (1, 2)])
def test_a_copy_without_a_time_counts_as_of_its_fetch_however_copies_come(
    copies: tuple[tuple[str, str | None, int], ...], split: tuple[int, ...]
) -> None:
    raw = [
        RawOrder(T0 + timedelta(minutes=minutes), order("1", memo=memo, modified=modified))
        for memo, modified, minutes in copies
    ]
    batches = [Transform(connection()).frames(raw[a:b]) for a, b in pairwise((0, *split, len(raw)))]
    assert [row["memo"] for row in kept(*batches)] == ["without a time"]


@pytest.mark.parametrize("bad_is_later", [True, False])
def test_a_good_copy_and_a_bad_one_are_decided_by_the_version_too(bad_is_later: bool) -> None:
    good = batch(order("1", modified=EARLY if bad_is_later else LATE))
    bad = batch(order("1", number=None, modified=LATE if bad_is_later else EARLY), minutes=1)
    for batches in ((good, bad), (bad, good)):
        assert len(kept(*batches)) == (0 if bad_is_later else 1)
        assert len(kept(*batches, table="reject")) == (1 if bad_is_later else 0)


def test_rejects_without_a_key_are_copies_where_they_say_the_same() -> None:
    first = batch(order(None, memo="one"), order(None, memo="one"), order(None, memo="two"))
    assert len(made(first, "reject")) == 2
    assert len(kept(first, batch(order(None, memo="one"), minutes=1), table="reject")) == 2


def test_orders_that_come_once_are_left_alone() -> None:
    assert outdated(enumerate([versions(batch(order("1"), order("2"))), versions(batch(order("3")))])) == {}
