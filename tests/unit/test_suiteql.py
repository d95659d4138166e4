"""Statements of SuiteQL, and what NetSuite's refusals mean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    UnexpectedShape,
)
from include.orderhouse.http import Answer
from include.orderhouse.protocols.suiteql import Part, Statement, explain, number, one_of, walk

ORDERS = Part("transaction", "t", "id status:name trandate:date createddate:instant")
VENDOR = Part("vendor", "v", "id phone", "vendor", "v.id = t.entity")
ADDRESS = Part("entityaddress", "a", "city", "address", "a.nkey = v.defaultaddress")
STATEMENT = Statement((ORDERS, VENDOR, ADDRESS), {"n": "COUNT(*)"})
LINES = Statement((Part("transactionline", "tl", "transaction id"),))
KEY = {"transaction": "tl.transaction", "id": "tl.id"}


def test_columns_are_asked_for_in_forms_that_no_account_words_its_own_way() -> None:
    assert Statement((ORDERS, VENDOR), {"n": "COUNT(*)"}).sql(["t.id > 5", "t.id < 9 OR t.id = 11"], "t.id") == (
        "SELECT t.id AS id, t.status AS status, BUILTIN.DF(t.status) AS status_name, "
        "TO_CHAR(t.trandate, 'YYYY-MM-DD') AS trandate, "
        'TO_CHAR(SYS_EXTRACT_UTC(t.createddate), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\') AS createddate, '
        "v.id AS vendor__id, v.phone AS vendor__phone, COUNT(*) AS n "
        "FROM transaction t LEFT JOIN vendor v ON v.id = t.entity "
        "WHERE (t.id > 5) AND (t.id < 9 OR t.id = 11) ORDER BY t.id"
    )


@pytest.mark.parametrize(
    ("absent", "tables", "vendor"),
    [
        ([], ["transaction", "vendor", "entityaddress"], "id phone"),
        (["vendor.phone", "transaction.phone"], ["transaction", "vendor", "entityaddress"], "id"),
        (["vendor"], ["transaction"], None),
        (["transaction.entity"], ["transaction"], None),
        (["vendor.defaultaddress"], ["transaction", "vendor"], "id phone"),
        (["entityaddress"], ["transaction", "vendor"], "id phone"),
    ],
)
def test_what_is_absent_takes_along_what_is_joined_by_it(
    absent: list[str], tables: list[str], vendor: str | None
) -> None:
    kept = STATEMENT.without(absent)
    assert [part.table for part in kept.parts] == tables
    assert {part.table: part.columns for part in kept.parts}.get("vendor") == vendor
    assert kept.computed == STATEMENT.computed


def test_a_column_that_reads_as_a_date_is_left_out_by_its_name() -> None:
    assert STATEMENT.without(["transaction.trandate"]).parts[0].columns == "id status:name createddate:instant"


@pytest.mark.parametrize(
    ("column", "tables"),
    [
        ("id", {"transaction", "vendor"}),
        ("status", {"transaction"}),
        ("entity", {"transaction"}),
        ("nkey", {"entityaddress"}),
        ("nowhere", set()),
    ],
)
def test_tables_are_known_by_what_is_selected_or_joined_of_them(column: str, tables: set[str]) -> None:
    assert STATEMENT.tables_with(column) == tables


def test_a_row_becomes_a_record_with_its_parts_inside() -> None:
    row = {"id": "1", "vendor__id": "9", "address__city": "Ulm", "custbody__x": "2"}
    assert STATEMENT.record(row) == {"id": "1", "vendor": {"id": "9"}, "address": {"city": "Ulm"}, "custbody__x": "2"}


def test_texts_in_conditions_are_quoted_and_numbers_are_not() -> None:
    assert one_of("t.status", ["B", "O'Neill"]) == "t.status IN ('B', 'O''Neill')"
    assert one_of("t.id", [1, 2]) == "t.id IN (1, 2)"


def account(*answers: dict[str, Any]) -> tuple[Source, list[str]]:
    """An account that gives one answer after another, and the queries it was asked."""
    asked: list[str] = []
    left = list(answers)

    def post(path: str, body: dict[str, str], **_: Any) -> Any:
        asked.append(body["q"].partition(" WHERE ")[2])
        return left.pop(0)

    return cast(Source, SimpleNamespace(api=SimpleNamespace(post=post))), asked


def page(*keys: tuple[int, int], more: bool) -> dict[str, Any]:
    items = [{"links": [], "transaction": str(order), "id": str(line)} for order, line in keys]
    return {"items": items, "hasMore": more}


def test_pages_go_on_behind_the_last_key_whatever_it_is_made_of() -> None:
    source, asked = account(page((4, 1), (5, 2), more=True), page((5, 3), more=False))
    pages = list(walk(source, LINES, ["tl.id > 0"], KEY, 2, (4, 0)))
    assert pages == [
        ([{"transaction": "4", "id": "1"}, {"transaction": "5", "id": "2"}], (5, 2)),
        ([{"transaction": "5", "id": "3"}], None),
    ]
    assert asked == [
        f"(tl.id > 0) AND (tl.transaction > {order} OR (tl.transaction = {order} AND (tl.id > {line}))) "
        "ORDER BY tl.transaction, tl.id"
        for order, line in [(4, 0), (5, 2)]
    ]


@pytest.mark.parametrize("second", [page((4, 1), (5, 2), more=True), page((5, 2), (6, 1), more=True), page(more=True)])
def test_h27_a_page_that_does_not_go_on_behind_the_last_key_is_refused(second: dict[str, Any]) -> None:
    source, _ = account(page((4, 1), (5, 2), more=True), second)
    with pytest.raises(FilterIgnored, match="does not go on after the one before"):
        list(walk(source, LINES, [], KEY, 2, None))


@pytest.mark.parametrize("rows", [[(5, 1), (4, 2), (6, 1)], [(4, 3), (4, 1), (5, 1)]])
def test_h27_a_page_in_another_order_would_lose_rows_and_is_refused(rows: list[tuple[int, int]]) -> None:
    source, _ = account(page(*rows, more=True), page(more=False))
    with pytest.raises(FilterIgnored, match=r"not in order of tl\.transaction, tl\.id"):
        list(walk(source, LINES, [], KEY, 3, None))


@pytest.mark.parametrize("value", ["1.5", "-1", "one", ""])
def test_a_key_that_is_no_whole_number_is_a_wrong_shape(value: str) -> None:
    with pytest.raises(UnexpectedShape, match="not a whole number"):
        number({"id": value}, "id")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "INVALID_PARAMETER", RequestRefused),
        (404, "NONEXISTENT_ID", RequestRefused),
        (401, "INVALID_LOGIN", AuthenticationFailed),
        (401, "", AuthenticationFailed),
        (403, "INVALID_LOGIN_ATTEMPT", AuthenticationFailed),
        (403, "", PermissionDenied),
        (400, "INSUFFICIENT_PERMISSION", PermissionDenied),
        (400, "CONCURRENCY_LIMIT_EXCEEDED", RateLimitExceeded),
        (403, "SSS_REQUEST_LIMIT_EXCEEDED", RateLimitExceeded),
        (429, "", RateLimitExceeded),
        (408, "", None),
        (500, "UNEXPECTED_ERROR", None),
        (200, "INVALID_PARAMETER", None),
    ],
)
def test_the_code_of_a_refusal_decides_where_the_status_may_be_anothers(
    status: int, code: str, error: type[OrderhouseError] | None
) -> None:
    body: dict[str, Any] = {"title": "Refused", "o:errorDetails": [{"detail": "No.", "o:errorCode": code}]}
    refusal = explain(Answer(status, {}, body, ""))
    assert (refusal is not None) is (error is not None)
    if refusal and error:
        assert issubclass(refusal.error, error)
        assert refusal.message == f"{code or status}: No."


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Concurrent request limit exceeded. Request blocked.", RateLimitExceeded),
        ("SuiteTalk concurrent request limit exceeded. Request blocked.", RateLimitExceeded),
        ("Invalid search query. Unknown identifier 'custbody_concurrent_orders'.", RequestRefused),
    ],
)
def test_h20_the_concurrency_limit_is_known_by_its_words_and_no_others(said: str, error: type[OrderhouseError]) -> None:
    body = {"title": "Bad Request", "o:errorDetails": [{"detail": said, "o:errorCode": "USER_ERROR"}]}
    refusal = explain(Answer(400, {}, body, ""))
    assert refusal is not None
    assert refusal.error is error


@pytest.mark.parametrize("details", [None, [], ["text"], {}])
def test_a_refusal_without_details_is_told_by_its_title(details: Any) -> None:
    refusal = explain(Answer(400, {}, {"title": "Bad Request", "o:errorDetails": details}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message) == (RequestRefused, "400: Bad Request")
    assert explain(Answer(400, {}, None, "Bad Request")) is None
