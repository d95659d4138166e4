"""When a field of a source's orders has vanished: by how often it came before, and how many came without it since."""

from __future__ import annotations

import pytest

from include.orderhouse.sync.transform.drift import _is_missing
from include.orderhouse.warehouse.syncs.source_fields import KnownField, SeenField


def known(
    records: int, present: int, absent: int = 0, lately: int | None = None, is_gone: bool = False, types: str = "string"
) -> KnownField:
    return KnownField(frozenset(types.split()), records, present, absent, absent if lately is None else lately, is_gone)


@pytest.mark.parametrize(
    ("before", "enough"),
    [
        (known(40, 40), 20),
        (known(1, 1), 20),
        (known(55, 40, absent=15), 5),
        (known(39, 20, absent=19), 1),
        (known(38, 19, absent=19), 481),
        (known(16, 1, absent=15), 485),
        (known(135, 40, absent=95, lately=0), 5),
        (known(130, 40, absent=90, lately=15), 5),
        (known(115, 19, absent=96, lately=20), 2480),
        (known(5000, 100, absent=4000, lately=10), 24_940),
        (known(1000, 500), 1000),
        (known(1600, 500, absent=600), 400),
        (known(1000, 999), 501),
        (known(40, 40, is_gone=True), 1),
    ],
)
def test_a_field_has_vanished_when_so_many_have_come_without_it(before: KnownField, enough: int) -> None:
    told = [_is_missing(before, SeenField((), records, 0, None)) for records in (enough - 1, enough)]
    assert told == [False, True]
    assert not _is_missing(before, SeenField((), enough, 1, None))


@pytest.mark.parametrize("before", [known(40, 40, types=""), known(0, 0)])
def test_a_field_that_never_held_anything_does_not_vanish(before: KnownField) -> None:
    assert not _is_missing(before, SeenField((), 1000, 0, None))
