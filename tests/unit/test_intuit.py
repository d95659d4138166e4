"""QuickBooks Online's API: pages that go on behind the last row's second, lists, ids, and answers that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.errors import FilterIgnored, UnexpectedShape
from include.orderhouse.protocols import intuit
from include.orderhouse.protocols.intuit import Within

ORDER = "PurchaseOrder"
FIRST = datetime(2026, 10, 1, 12, tzinfo=UTC)


def row(key: int, seconds: int = 0) -> dict[str, Any]:
    """An order that was saved so many seconds after the first."""
    told = f"{FIRST - timedelta(hours=7) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}-07:00"
    return {"Id": str(key), "MetaData": {"LastUpdatedTime": told}}


def source(answer: Callable[[str], list[Any]], **settings: Any) -> tuple[Source, list[str]]:
    """A source whose queries of orders are answered by a function, and what it was asked."""
    asked: list[str] = []

    def get(path: str, params: dict[str, str]) -> Any:
        assert (path, params["minorversion"]) == ("v3/company/7/query", "75")
        asked.append(params["query"])
        rows = answer(params["query"])
        return {"QueryResponse": {ORDER: rows, "startPosition": 1} if rows else {}}

    api = SimpleNamespace(get=get, source_time=None)
    return cast(Source, SimpleNamespace(api=api, settings=SimpleNamespace(realm_id="7", minor_version=75))), asked


def queued(*pages: list[Any]) -> Callable[[str], list[Any]]:
    return lambda statement, left=list(pages): left.pop(0)  # type: ignore[misc]


def test_a_page_goes_on_at_the_last_rows_second_and_leaves_out_what_it_had() -> None:
    told, asked = source(queued([row(1), row(2, 5)], [row(2, 5), row(3, 5), row(4, 9)], [row(4, 9)]))
    pages = list(intuit.walk(told, ORDER, Within(FIRST, FIRST + timedelta(seconds=10), ("Id > '0'",)), 2))
    assert [[one["Id"] for one in rows] for rows, _ in pages] == [["1", "2"], ["3", "4"], []]
    assert pages[0][1] == {"at": "2026-10-01T12:00:05+00:00", "ids": ["2"]}
    assert pages[2][1] is None
    assert asked == [
        "SELECT * FROM PurchaseOrder WHERE MetaData.LastUpdatedTime >= '2026-10-01T12:00:0"
        f"{second}Z' AND MetaData.LastUpdatedTime < '2026-10-01T12:00:10Z' AND Id > '0' "
        f"ORDERBY MetaData.LastUpdatedTime ASC STARTPOSITION 1 MAXRESULTS {most}"
        for second, most in ((0, 2), (5, 3), (9, 3))
    ]


def test_a_page_of_earlier_rows_is_refused() -> None:
    told, _ = source(queued([row(1), row(2, 5)], [row(1), row(3, 6), row(4, 7)]))
    with pytest.raises(FilterIgnored, match="saved since 2026-10-01T12:00:05"):
        list(intuit.walk(told, ORDER, Within(), 2))


def test_a_page_that_brings_nothing_new_is_refused() -> None:
    """It would be asked for again and again."""
    told, _ = source(lambda statement: [row(1), row(2)] if "MAXRESULTS 2" in statement else [row(1), row(2)] * 2)
    with pytest.raises(FilterIgnored, match="nothing but what the page before had"):
        list(intuit.walk(told, ORDER, Within(), 2))


def test_rows_that_were_not_asked_for_by_id_are_refused() -> None:
    told, _ = source(queued([row(1), row(3)]))
    with pytest.raises(FilterIgnored, match="PurchaseOrder 3 came without being asked for by id"):
        intuit.by_ids(told, ORDER, ["1", "2"])


def test_a_page_in_another_order_would_lose_rows_and_is_refused() -> None:
    told, _ = source(queued([row(1, 9), row(2, 5)], [row(1, 9)]))
    with pytest.raises(FilterIgnored, match=r"another order than that of MetaData\.LastUpdatedTime"):
        list(intuit.walk(told, ORDER, Within(), 2))


@pytest.mark.parametrize("told", ["yesterday", None, 7])
def test_a_row_that_tells_no_instant_is_named(told: Any) -> None:
    with pytest.raises(UnexpectedShape, match="LastUpdatedTime"):
        intuit.updated_at({"MetaData": {"LastUpdatedTime": told}})


def test_an_answer_about_something_else_is_not_an_empty_page() -> None:
    api = SimpleNamespace(get=lambda *_, **__: {"QueryResponse": {"Invoice": [], "maxResults": 0}})
    settings = SimpleNamespace(realm_id="7", minor_version=75)
    with pytest.raises(UnexpectedShape, match="answered with Invoice"):
        intuit.every(cast(Source, SimpleNamespace(api=api, settings=settings)), ORDER)


@pytest.mark.parametrize("told", [{}, {"startPosition": 1, "maxResults": 0}, {"totalCount": 0}])
def test_a_list_without_rows_may_tell_that_it_has_none(told: dict[str, int]) -> None:
    api = SimpleNamespace(get=lambda *_, **__: {"QueryResponse": told})
    settings = SimpleNamespace(realm_id="7", minor_version=75)
    assert intuit.every(cast(Source, SimpleNamespace(api=api, settings=settings)), ORDER) == []


def test_a_list_is_read_on_as_long_as_answers_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intuit, "MOST_ROWS", 2)
    told, asked = source(queued([row(1), row(2)], [row(3), row(4)], []))
    assert [one["Id"] for one in intuit.every(told, ORDER, "Active = true")] == ["1", "2", "3", "4"]
    assert asked == [
        f"SELECT * FROM PurchaseOrder WHERE Active = true STARTPOSITION {first} MAXRESULTS 2" for first in (1, 3, 5)
    ]


def test_rows_are_asked_for_by_id_once_and_so_many_at_a_time() -> None:
    told, asked = source(lambda statement: [row(int(key)) for key in re.findall(r"'(\d+)'", statement)])
    wanted = [str(key) for key in range(1000, 1000 + 2 * intuit.IDS_AT_ONCE + 1)]
    assert {one["Id"] for one in intuit.by_ids(told, ORDER, [*wanted, *wanted], "Active IN (true, false)")} == {*wanted}
    assert [statement.count("'") // 2 for statement in asked] == [intuit.IDS_AT_ONCE, intuit.IDS_AT_ONCE, 1]
    assert all(statement.endswith("AND Active IN (true, false) MAXRESULTS 1000") for statement in asked)


def test_a_literal_ends_where_it_is_meant_to_and_an_instant_is_told_in_utc() -> None:
    assert intuit.literal(r"O'Neil\Sons") == r"'O\'Neil\\Sons'"
    assert intuit.literal(datetime.fromisoformat("2026-10-01T14:00:09.9+02:00")) == "'2026-10-01T12:00:09Z'"
