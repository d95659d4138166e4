"""What the OData connectors share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import pytest

from include.orderhouse.errors import (
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer
from include.orderhouse.protocols import odata

AT = datetime(2026, 10, 1, 14, 0, 0, 120_000, tzinfo=timezone(timedelta(hours=2)))
ID = UUID(int=10)


@pytest.mark.parametrize(
    ("value", "told_by_4", "told_by_2"),
    [
        ("O'Neill", "'O''Neill'", "'O''Neill'"),
        (True, "true", "true"),
        (False, "false", "false"),
        (7, "7", "7"),
        (Decimal("1E+2"), "100", "100M"),
        (AT, "2026-10-01T12:00:00.12Z", "datetimeoffset'2026-10-01T12:00:00.12Z'"),
        (AT.replace(microsecond=0), "2026-10-01T12:00:00Z", "datetimeoffset'2026-10-01T12:00:00Z'"),
        (date(2026, 10, 1), "2026-10-01", "datetime'2026-10-01T00:00:00'"),
        (ID, str(ID), f"guid'{ID}'"),
    ],
)
def test_literals_follow_their_version(value: Any, told_by_4: str, told_by_2: str) -> None:
    assert (odata.literal(value, 4), odata.literal(value, 2)) == (told_by_4, told_by_2)


def test_what_has_no_literal_is_in_no_condition() -> None:
    with pytest.raises(TypeError, match="float"):
        odata.literal(0.5)


def test_conditions_are_joined_without_changing_what_they_mean() -> None:
    behind = odata.after("changed", AT, "id", 5)
    joined = odata.all_of(odata.between("changed", None, AT), None, behind)
    at = "2026-10-01T12:00:00.12Z"
    assert joined == f"changed lt {at} and (changed gt {at} or (changed eq {at} and id gt 5))"


@pytest.mark.parametrize(
    "told", ["2026-10-01T14:00:00.12+02:00", "/Date(1790856000120+0000)/", "/Date(1790856000120)/"]
)
def test_instants_of_both_versions_are_read(told: str) -> None:
    assert odata.instant(told) == AT.astimezone(UTC)


@pytest.mark.parametrize("told", [None, ""])
def test_an_instant_that_is_not_told_is_none(told: str | None) -> None:
    assert odata.instant(told) is None


def test_a_bound_that_is_none_is_left_out() -> None:
    at = "2026-10-01T12:00:00.12Z"
    assert odata.between("changed", AT, None) == f"changed ge {at}"
    assert odata.between("changed", None, AT) == f"changed lt {at}"
    assert odata.between("changed", AT, AT) == f"changed ge {at} and changed lt {at}"
    assert odata.between("changed", None, None) is None


@pytest.mark.parametrize(
    "told",
    [
        "2026-10-01T14:00:00",
        "soon",
        5,
        "/Date(99999999999999999)/",
        f"/Date({'9' * 5000})/",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
    ],
)
def test_h33_what_is_no_instant_is_refused(told: Any) -> None:
    with pytest.raises(UnexpectedShape, match="no instant"):
        odata.instant(told)


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ({"value": [{"id": 1}], "@odata.nextLink": "more", "@odata.count": 7}, 4),
        ({"value": [{"id": 1}], "odata.nextLink": "more", "odata.count": "7"}, 3),
        ({"d": {"results": [{"id": 1}], "__next": "more", "__count": "7"}}, 2),
    ],
)
def test_a_page_tells_rows_next_link_and_count(body: Any, version: odata.Version) -> None:
    assert odata.collection(body, version, of="orders") == odata.CollectionPage([{"id": 1}], "more", 7)


@pytest.mark.parametrize("told", ["many", {}, [7]])
def test_h33_a_count_that_is_no_number_is_told(told: Any) -> None:
    with pytest.raises(UnexpectedShape, match="orders: their number is"):
        odata.collection({"value": [], "@odata.count": told}, of="orders")


@pytest.mark.parametrize(
    ("body", "version"), [({"value": [{"id": 1}]}, 4), ({"d": {"results": [{"id": 1}]}}, 2), ({"d": [{"id": 1}]}, 2)]
)
def test_a_page_without_link_and_count_is_the_only_one(body: Any, version: odata.Version) -> None:
    assert odata.collection(body, version, of="orders") == odata.CollectionPage([{"id": 1}], None, None)


@pytest.mark.parametrize(
    ("row", "version", "told"),
    [
        ({"lines": [{"n": 1}], "lines@odata.nextLink": "more", "lines@odata.count": 2}, 4, ("more", 2)),
        ({"lines": {"results": [{"n": 1}], "__next": "more"}}, 2, ("more", None)),
        ({"lines": [{"n": 1}]}, 2, (None, None)),
    ],
)
def test_an_expanded_collection_tells_rows_and_next_link(row: Any, version: odata.Version, told: Any) -> None:
    assert odata.nested(row, "lines", version, of="an order") == odata.CollectionPage([{"n": 1}], *told)


@pytest.mark.parametrize(
    ("body", "version"),
    [({"d": []}, 4), ({"value": {}}, 4), ({"value": [1]}, 4), ({"value": []}, 2), ({"d": {}}, 2), ([], 4), (None, 2)],
)
def test_h33_a_body_of_another_shape_is_no_empty_page(body: Any, version: odata.Version) -> None:
    with pytest.raises(UnexpectedShape, match="orders"):
        odata.collection(body, version, of="orders")


@pytest.mark.parametrize(("row", "version"), [({}, 4), ({"lines": None}, 4), ({"lines": {"__deferred": {}}}, 2)])
def test_h16_an_order_whose_lines_were_not_expanded_is_refused(row: Any, version: odata.Version) -> None:
    with pytest.raises(UnexpectedShape, match="lines"):
        odata.nested(row, "lines", version, of="an order")


def test_pages_are_asked_for_one_by_one_until_there_is_no_link() -> None:
    bodies = {"b": {"value": [{"n": 2}], "@odata.nextLink": "c", "@odata.count": 3}, "c": {"value": [{"n": 3}]}}
    first = {"value": [{"n": 1}], "@odata.nextLink": "b", "@odata.count": 3}
    found = list(odata.pages(bodies.__getitem__, first, None, of="orders"))
    assert [(page.rows[0]["n"], page.count) for page in found] == [(1, 3), (2, None), (3, None)]
    assert [page.rows[0]["n"] for page in odata.pages(bodies.__getitem__, None, "c", of="orders")] == [3]


def test_h19_a_page_that_leads_to_itself_is_refused() -> None:
    bodies = {"b": {"value": [], "@odata.nextLink": "b"}}
    for first, link in (({"value": [], "@odata.nextLink": "b"}, None), (None, "b")):
        with pytest.raises(UnexpectedShape, match="The next page of orders is the page itself"):
            list(islice(odata.pages(bodies.__getitem__, first, link, of="orders"), 9))


def test_h16_an_expanded_collection_that_was_cut_off_is_read_to_its_end() -> None:
    rest = {"a": {"value": [{"n": 2}], "@odata.nextLink": "b"}, "b": {"value": [{"n": 3}]}}
    order = {"lines": [{"n": 1}], "lines@odata.nextLink": "a", "charges": []}
    assert odata.whole(order, "lines", rest.__getitem__, of="an order") == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert odata.whole(order, "charges", rest.__getitem__, of="an order") == []
    assert odata.all_rows(rest.__getitem__, rest["a"], of="lines") == [{"n": 2}, {"n": 3}]


def test_the_values_of_a_condition_are_quoted_one_by_one() -> None:
    assert odata.one_of("Name", ["a", "b'c"]) == "Name eq 'a' or Name eq 'b''c'"


def test_escaped_names_are_read_as_people_write_them() -> None:
    assert odata.unescaped("In_x0020_Review") == odata.unescaped("In Review") == "In Review"
    assert odata.unescaped("_x00e9__xFFFD_") == "\u00e9\ufffd"


@pytest.mark.parametrize("name", ["_xD83D__xDE00_", "_xdfff_", "_xd800_", "_x20_"])
def test_h32_half_a_character_stays_escaped_since_no_text_can_hold_it(name: str) -> None:
    assert odata.unescaped(name) == name


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"code": "X", "message": "no"}, RequestRefused),
        (500, {"code": None, "message": None}, SourceUnavailable),
        (429, {"code": "X"}, RateLimitExceeded),
        (429, {"code": "Slow/never"}, RequestRefused),
        (503, {"code": "X", "message": {"lang": "en", "value": "no"}}, SourceUnavailable),
        (200, {"code": "Slow/down/5", "message": "no"}, RateLimitExceeded),
    ],
)
def test_h20_error_bodies_are_judged_by_code_then_by_status(status: int, error: Any, kind: type[Exception]) -> None:
    codes: dict[str, type[OrderhouseError]] = {"Slow/": RateLimitExceeded, "Slow/never": RequestRefused}
    refusal = odata.explain(Answer(status, {}, {"error": error}, ""), codes)
    assert refusal is not None
    assert refusal.error is kind
    assert refusal.message.endswith(": no") or not error.get("message")


def test_the_words_of_an_error_come_without_a_code_where_there_is_none_and_shortened() -> None:
    refusal = odata.explain(Answer(400, {}, {"error": {"code": None, "message": "no " * 300}}, ""), {})
    assert refusal is not None
    assert refusal.message == ("no " * 300)[:500]


@pytest.mark.parametrize("body", [{"value": []}, {"error": "no"}, {"error": {"type": "no"}}, [], None])
def test_an_answer_without_an_error_is_none(body: Any) -> None:
    assert odata.explain(Answer(200, {}, body, ""), {}) is None


def test_one_of_several_values_is_asked_for_in_a_way_that_every_version_knows() -> None:
    assert odata.one_of("DocEntry", [7, 8]) == "DocEntry eq 7 or DocEntry eq 8"
    assert odata.one_of("Code", ["O'Neil"]) == "Code eq 'O''Neil'"
