"""Oracle's REST framework: conditions, pages behind a key, children that are cut off, attributes and refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from include.orderhouse.errors import FilterIgnored, RequestRefused, SourceUnavailable, UnexpectedShape
from include.orderhouse.http import Answer, Api
from include.orderhouse.protocols import adf
from include.orderhouse.protocols.adf import Part, Query

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def api(*answers: Any) -> tuple[Api, list[tuple[str, dict[str, Any], dict[str, str]]]]:
    """An API that gives one answer after another, and what it was asked."""
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []
    left = list(answers)

    def get(path: str, params: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Any:
        asked.append((path, params or {}, headers or {}))
        return left.pop(0)

    return cast(Api, SimpleNamespace(get=get)), asked


def page(*keys: int, more: bool = False, **other: Any) -> dict[str, Any]:
    return {"items": [{"Id": key} for key in keys], "hasMore": more, **other}


def test_a_literal_of_a_condition_is_told_by_its_type() -> None:
    assert [adf.literal(one) for one in (7, True, False, "O'Neil")] == ["7", "true", "false", "'O''Neil'"]
    instant = datetime.fromisoformat("2026-10-01T14:00:05.999999+02:00")
    assert adf.literal(instant) == "'2026-10-01T12:00:05.999+00:00'"
    with pytest.raises(TypeError, match="float"):
        adf.literal(1.5)
    assert adf.one_of("Status", ("OPEN", "ON HOLD")) == "Status in ('OPEN', 'ON HOLD')"
    assert adf.none_of("Id", (1, 2)) == "Id not in (1, 2)"


def test_a_window_is_asked_for_in_whole_seconds_and_only_where_it_is_bounded() -> None:
    half = timedelta(milliseconds=500)
    bounds = ("At >= '2026-10-01T12:00:00.000+00:00'", "At < '2026-10-01T12:00:01.000+00:00'")
    assert adf.between("At", NOON + half, NOON + half) == bounds
    assert adf.between("At", NOON, None) == bounds[:1]
    assert adf.between("At", None, NOON + half) == bounds[1:]


def test_pages_go_on_behind_the_last_key_and_the_first_alone_tells_the_total() -> None:
    query = Query("orders", "Id", ("A = 1", "B = 2"), (Part("lines", "L", (Part("DFF"),)),), headers={"V": "4"})
    served, asked = api(page(1, 4, more=True, totalResults=3), page(9))
    pages = list(adf.walk(served, query, 600))
    assert [([row["Id"] for row in one.rows], one.last, one.total) for one in pages] == [
        ([1, 4], 4, 3),
        ([9], None, None),
    ]
    shape = {"expand": "lines,lines.DFF", "links": "self,child", "orderBy": "Id:asc", "limit": "500"}
    assert asked == [
        ("orders", shape | {"q": "A = 1 and B = 2", "totalResults": "true"}, {"V": "4"}),
        ("orders", shape | {"q": "A = 1 and B = 2 and Id > 4"}, {"V": "4"}),
    ]


def test_a_query_names_no_more_than_it_asks_for() -> None:
    keys = Query("orders", "Id", fields="Id,At")
    shape = {"links": "self,child", "orderBy": "Id:asc", "limit": "25"}
    assert keys.params(25, None) == shape | {"fields": "Id,At", "totalResults": "true"}
    assert keys.params(25, 0) == shape | {"fields": "Id,At", "q": "Id > 0"}


@pytest.mark.parametrize("second", [page(4, 9), page(3, 9), page(9, 8)])
def test_a_page_that_does_not_go_on_behind_the_last_key_is_refused(second: dict[str, Any]) -> None:
    served, _ = api(page(1, 4, more=True, totalResults=4), second)
    with pytest.raises(FilterIgnored, match="behind Id 4"):
        list(adf.walk(served, Query("orders", "Id"), 2))


def test_a_page_of_nothing_that_says_there_is_more_is_refused() -> None:
    served, _ = api(page(more=True, totalResults=4))
    with pytest.raises(UnexpectedShape, match="there is more"):
        list(adf.walk(served, Query("orders", "Id"), 2))


LINK = {"rel": "child", "name": "lines", "href": "https://pod/orders/hash/child/lines"}
OWN = {"rel": "self", "name": "orders", "href": "https://pod/orders/hash"}
INSIDE = {"rel": "self", "name": "lines", "href": "https://pod/inside"}


@pytest.mark.parametrize(
    ("order", "address"),
    [
        ({"links": [OWN, LINK], "lines": page(1, more=True, links=[INSIDE])}, "https://pod/inside"),
        ({"links": [OWN, {**LINK, "name": "notes"}, LINK], "lines": page(1, more=True)}, LINK["href"]),
        ({"@context": {"links": [OWN, LINK]}, "lines": page(1, more=True)}, LINK["href"]),
        ({"links": [OWN], "lines": page(1, more=True)}, "https://pod/orders/hash/child/lines"),
    ],
)
def test_children_that_are_cut_off_are_read_anew_from_their_own_address(order: dict[str, Any], address: str) -> None:
    query = Query("orders", "Id", parts=(Part("lines", "Id"),), headers={"V": "4"})
    served, asked = api(page(1, 2, more=True, totalResults=3), page(3))
    assert [line["Id"] for line in adf.whole(served, order, query)["lines"]] == [1, 2, 3]
    assert {(path, headers["V"], params["limit"]) for path, params, headers in asked} == {(address, "4", "500")}


def test_children_are_whole_lists_with_children_of_their_own() -> None:
    query = Query("orders", "Id", parts=(Part("lines", "Id", (Part("DFF"),)),))
    order = {"lines": [{"Id": 1, "DFF": page(5)}, {"Id": 2, "DFF": []}]}
    assert adf.whole(api()[0], order, query)["lines"] == [{"Id": 1, "DFF": [{"Id": 5}]}, {"Id": 2, "DFF": []}]
    cut_off = {"lines": [{"Id": 1, "links": [OWN], "DFF": page(5, more=True)}]}
    with pytest.raises(UnexpectedShape, match="DFF of a row are cut off and have no key"):
        adf.whole(api()[0], cut_off, query)


@pytest.mark.parametrize(("told", "found"), [(7, 7), ("300000047414503", 300000047414503)])
def test_an_id_is_told_as_a_number_or_as_its_digits(told: Any, found: int) -> None:
    assert adf.number({"Id": told}, "Id", of="an order") == found


@pytest.mark.parametrize("told", [True, None, "PO-1", -1, ""])
def test_what_is_no_id_is_refused_by_name(told: Any) -> None:
    with pytest.raises(UnexpectedShape, match="an order: Id is"):
        adf.number({"Id": told}, "Id", of="an order")


@pytest.mark.parametrize("told", ["2026-10-01T14:00:00+02:00", "2026-10-01T12:00:00+00:00", "2026-10-01T12:00:00"])
def test_an_instant_without_an_offset_is_told_in_utc(told: str) -> None:
    found = adf.instant({"LastUpdateDate": told}, "LastUpdateDate", of="a row")
    assert (found, found.tzinfo) == (NOON, UTC)


@pytest.mark.parametrize("told", ["yesterday", None, 7])
def test_what_is_no_instant_is_refused_by_name(told: object) -> None:
    with pytest.raises(UnexpectedShape, match="LastUpdateDate"):
        adf.instant({"LastUpdateDate": told}, "LastUpdateDate", of="a row")


def test_a_description_tells_what_may_be_asked_for_and_children_by_their_paths() -> None:
    attributes = [{"name": "Id", "queryable": True}, {"name": "Sum", "queryable": False}, {"name": "Note"}, None]
    children = {"lines": {"children": {"DFF": {}}}, "notes": {"children": None}}
    served, asked = api({"Resources": {"orders": {"attributes": attributes, "children": children}}})
    told = adf.describe(served, "root/orders", {"V": "4"})
    assert (told.queryable, told.children) == (("Id",), ("lines", "lines.DFF", "notes"))
    assert asked == [("root/orders/describe", {}, {"V": "4"})]


@pytest.mark.parametrize(
    ("status", "body", "error", "message"),
    [
        (500, {"title": "Error", "detail": "down"}, SourceUnavailable, "Error: down"),
        (400, {"title": "Bad", "status": 409, "detail": "busy", "o:errorCode": "7"}, RequestRefused, "Bad: 7: busy"),
        (400, {"title": "Bad", "o:errorDetails": [{"detail": "a"}, None, {"detail": "b", "o:errorCode": "2"}]},
         RequestRefused, "Bad: a; 2: b"),
    ],
)  # fmt: skip
def test_an_error_is_told_in_its_own_words(status: int, body: Any, error: type[Exception], message: str) -> None:
    refusal = adf.explain(Answer(status, {}, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message) == (error, message)


@pytest.mark.parametrize("body", [None, [], {"title": "An order"}, {"title": "t", "detail": "d"}])
def test_what_is_no_error_document_is_left_to_the_status(body: Any) -> None:
    assert adf.explain(Answer(200, {}, body, "")) is None


def test_an_error_keeps_the_wait_that_it_asks_for_and_the_id_that_support_asks_for() -> None:
    headers = {"retry-after": "17", "x-oracle-dms-ecid": "0061-abc"}
    refusal = adf.explain(Answer(503, headers, {"title": "Service Unavailable", "detail": "Patching"}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.retry_after, refusal.request_id) == (SourceUnavailable, 17.0, "0061-abc")
