"""OData query options of both versions are evaluated, and refused, as a server would."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.odata import ODataError, parse_filter, parse_orderby, parse_query

ROW: dict[str, Any] = {
    "number": "PO-1",
    "name": "O'Neill",
    "orderDate": date(2026, 10, 1),
    "modified": datetime(2026, 10, 1, 12, 0, 0, 5, tzinfo=UTC),
    "amount": Decimal("1.50"),
    "isOpen": True,
    "id": "00000000-0000-0000-0000-00000000000a",
    "closed": None,
    "vendor": {"country": "DE"},
}
TRUE_IN_V4 = (
    "number eq 'PO-1'",
    "name eq 'O''Neill'",
    "orderDate ge 2026-10-01 and orderDate lt 2026-10-02",
    "modified gt 2026-10-01T12:00:00Z",
    "modified eq 2026-10-01T14:00:00.000005+02:00",
    "modified gt 2026-10-01T12:00:00.0000049Z",
    "amount eq 1.5",
    "amount gt -1",
    "isOpen",
    "isOpen eq true and not (number eq 'PO-2')",
    "id eq 00000000-0000-0000-0000-00000000000A",
    "closed eq null",
    "not (closed gt 2026-01-01)",
    "number in ('PO-0','PO-1')",
    "vendor/country eq 'DE'",
    "startswith(number,'PO') and endswith(number,'1')",
    "contains(tolower(name),'neill')",
    "number eq 'x' or number eq 'y' or amount le 1.50",
    "number eq 'x' and isOpen or isOpen",
)
TRUE_IN_V2 = (
    "modified ge datetimeoffset'2026-10-01T12:00:00Z'",
    "orderDate eq datetime'2026-10-01T00:00:00'",
    "id eq guid'00000000-0000-0000-0000-00000000000A'",
    "amount eq 1.5M",
    "substringof('eill',name) eq true",
    "substringof('eill',name)",
)
REFUSED_IN_V4 = (
    "",
    "number eq",
    "number eq 'PO-1' and",
    "nothing eq 1",
    "number eq 1",
    "number like 'PO%'",
    "modified gt datetimeoffset'2026-10-01T12:00:00Z'",
    "modified gt 2026-13-01T12:00:00Z",
    "modified gt 'yesterday'",
    "substringof('eill',name)",
    "startswith(number)",
    "number",
    "(number eq 'PO-1'",
)
REFUSED_IN_V2 = ("modified gt 2026-10-01T12:00:00Z", "orderDate eq 2026-10-01", "number in ('a')", "contains(name,'a')")


@pytest.mark.parametrize("text", TRUE_IN_V4)
def test_a_true_filter_of_version_4_matches(text: str) -> None:
    assert parse_filter(text, ROW, 4)(ROW)
    assert not parse_filter(f"not ({text})", ROW, 4)(ROW)


@pytest.mark.parametrize("text", TRUE_IN_V2)
def test_a_true_filter_of_version_2_matches(text: str) -> None:
    assert parse_filter(text, ROW, 2)(ROW)


@pytest.mark.parametrize(
    ("text", "version"), [(text, 4) for text in REFUSED_IN_V4] + [(text, 2) for text in REFUSED_IN_V2]
)
def test_a_filter_that_a_server_refuses_raises(text: str, version: int) -> None:
    with pytest.raises(ODataError):
        parse_filter(text, ROW, version)(ROW)


def test_a_comparison_with_null_is_false_and_only_eq_finds_it() -> None:
    assert not parse_filter("closed lt 2026-01-01", ROW)(ROW)
    assert not parse_filter("closed eq 2026-01-01", ROW)(ROW)
    assert parse_filter("closed ne 2026-01-01", ROW)(ROW)


def test_rows_are_ordered_by_several_keys_with_nulls_first() -> None:
    rows: list[dict[str, Any]] = [{"a": 1, "b": "x"}, {"a": None, "b": "y"}, {"a": 2, "b": "x"}, {"a": 1, "b": "z"}]
    query = parse_query({"$orderby": "a, b desc"}, ["a", "b"])
    assert [(row["a"], row["b"]) for row in query.apply(rows, row_of=lambda row: row)] == [
        (None, "y"),
        (1, "z"),
        (1, "x"),
        (2, "x"),
    ]


def test_select_top_and_skip_are_parsed_and_applied() -> None:
    query = parse_query({"$select": "a,b", "$top": "2", "$skip": "1"}, ["a", "b"])
    assert query.select == ("a", "b")
    assert query.page([1, 2, 3, 4]) == [2, 3]
    assert parse_query({"$select": "*"}, ["a"]).select is None


@pytest.mark.parametrize("options", [{"$top": "-1"}, {"$skip": "x"}, {"$select": "c"}, {"$orderby": "a up"}])
def test_options_that_a_server_refuses_raise(options: dict[str, str]) -> None:
    with pytest.raises(ODataError):
        parse_query(options, ["a", "b"])


def test_an_unknown_property_in_orderby_is_named() -> None:
    with pytest.raises(ODataError, match="'c'"):
        parse_orderby("c desc", ["a", "b"])
