"""Which of two versions of an order is the later one: the same in the program and in SQL."""

from __future__ import annotations

import itertools
from typing import Any

import sqlalchemy as sa
from psycopg import sql

from include.orderhouse.warehouse.load.standing import Version, is_later

TIMES: tuple[int | None, ...] = (None, 1, 2)
VERSIONS = [
    Version("4711", version_at, fetched_at, mapping_version, "", False)
    for version_at, fetched_at, mapping_version in itertools.product(TIMES, (3, 4), (1, 2))
]
_PAIRS = sql.SQL("""
    WITH version (position, version_at, fetched_at, mapping_version) AS (VALUES {rows})
    SELECT one.position, other.position FROM version AS one, version AS other WHERE {is_later}
""")


def later_pairs() -> set[tuple[int, int]]:
    """The positions of those pairs of which the first is the later one."""
    pairs = itertools.product(enumerate(VERSIONS), repeat=2)
    return {(one, other) for (one, version), (other, known) in pairs if version.is_later_than(known)}


def test_sql_says_the_same_of_every_pair(engine: sa.Engine) -> None:
    rows = sql.SQL(", ").join(
        sql.SQL("({}, {}::bigint, {}, {})").format(n, v.version_at, v.fetched_at, v.mapping_version)
        for n, v in enumerate(VERSIONS)
    )
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        cursor.execute(_PAIRS.format(rows=rows, is_later=is_later("one", "other")))
        assert set(cursor.fetchall()) == later_pairs()


def test_of_two_just_one_is_later_unless_they_have_fetch_and_mapping_in_common() -> None:
    pairs = later_pairs()
    for one, other in itertools.product(range(len(VERSIONS)), repeat=2):
        both = {(one, other), (other, one)}
        assert len(both & pairs) <= 1
        assert both & pairs or VERSIONS[one].fetch == VERSIONS[other].fetch
