"""The Service Layer's days, lines and pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.errors import FilterIgnored, UnexpectedShape
from include.orderhouse.protocols.service_layer import ServiceLayer, ambiguous_change, changed_at, lines_of, on_days

FIRST, LAST = date(2026, 9, 30), date(2026, 10, 1)
ENTITY, LINES = "PurchaseInvoices", "PurchaseInvoices/DocumentLines"


def source(answer: Callable[..., Any] | None = None, version: str = "v1") -> Source:
    """A source whose queries are answered by a function."""
    api = SimpleNamespace(get=answer, post=answer, source_time=None)
    settings = SimpleNamespace(version=version)
    return cast(Source, SimpleNamespace(api=api, settings=settings, page_size=20, time_zone="UTC"))


def test_both_days_are_included_and_told_as_text() -> None:
    assert on_days("UpdateDate", FIRST, LAST) == "UpdateDate ge '2026-09-30' and UpdateDate le '2026-10-01'"
    assert on_days("UpdateDate", FIRST, None) == "UpdateDate ge '2026-09-30'"
    assert on_days("UpdateDate", None, LAST) == "UpdateDate le '2026-10-01'"


def test_without_bounds_there_is_no_condition() -> None:
    assert on_days("UpdateDate", None, None) is None


def test_a_document_without_its_lines_is_refused() -> None:
    assert lines_of({"DocumentLines": [{"LineNum": 0}]}) == [{"LineNum": 0}]
    with pytest.raises(UnexpectedShape, match="DocumentLines"):
        lines_of({"DocEntry": 7})


@pytest.mark.parametrize("clock", ["18:38", "18:38:00", "1838"])
@pytest.mark.parametrize("day", ["2026-09-30", "2026-09-30T00:00:00Z"])
def test_a_change_is_told_to_the_minute_in_several_forms(day: str, clock: str) -> None:
    told = changed_at({"UpdateDate": day, "UpdateTime": clock}, source())
    assert told == datetime(2026, 9, 30, 18, 38, tzinfo=UTC)
    assert changed_at({"UpdateDate": day}, source()) == datetime(2026, 9, 30, tzinfo=UTC)
    for when in (changed_at, ambiguous_change):
        assert when({"UpdateDate": None, "UpdateTime": clock}, source()) is None


@pytest.mark.parametrize("change", [{"UpdateTime": "PT18H38M"}, {"UpdateTime": 938}, {"UpdateDate": "30.09.2026"}])
def test_a_change_that_cannot_be_read_is_named(change: dict[str, Any]) -> None:
    (told,) = change.values()
    with pytest.raises(UnexpectedShape, match=str(told)):
        changed_at({"UpdateDate": "2026-09-30", "UpdateTime": "18:38"} | change, source())


def test_records_are_asked_for_by_as_many_keys_as_a_line_of_a_request_has_room_for() -> None:
    """Apache takes 8,190 characters (LimitRequestLine), and a character of another script takes nine of them."""
    asked: list[str] = []

    def answer(_path: str, params: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        asked.append(params["$filter"])
        assert len(urlencode(params)) < 8000
        return {"value": []}

    short = [f"A{number:04}" for number in range(80)]
    long = [f"{'鋼管' * 15}{number:05}" for number in range(80)]
    for keys in (short, long):
        asked.clear()
        asking = ServiceLayer(source(answer)).by_keys(
            "Items", "ItemCode", [*keys, *keys], ("ItemCode",), "Valid eq 'tYES'"
        )
        assert list(asking)
        assert all("Valid eq 'tYES' and " in condition for condition in asked)
        told = [key for condition in asked for key in re.findall(r"ItemCode eq '([^']+)'", condition)]
        assert told == keys
        assert len(asked) == (2 if keys is short else 4)


def test_joined_lines_are_asked_for_behind_those_that_came() -> None:
    asked = []

    def answer(_path: str, body: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        skip = int(body["QueryOption"].rpartition("&$skip=")[2])
        asked.append((skip, headers["Prefer"]))
        page = {"value": [{ENTITY: {"DocEntry": 7}, LINES: {"LineNum": skip + place}} for place in range(2)]}
        return page | ({"odata.nextLink": "more"} if skip < 4 else {})

    found = ServiceLayer(source(answer)).joined(ENTITY, "DocEntry", "LineNum", "X")
    assert found == [{"LineNum": number, "Document": {"DocEntry": 7}} for number in range(6)]
    assert asked == [(skip, "odata.maxpagesize=0") for skip in (0, 2, 4)]


def test_h19_h27_joined_lines_that_begin_anew_end_the_read() -> None:
    """Each of their quantities would count twice, and there would be no last page."""
    page = {"value": [{ENTITY: {"DocEntry": 7}, LINES: {"LineNum": 0}}], "odata.nextLink": "more"}
    with pytest.raises(FilterIgnored, match="PurchaseInvoices: asked for what comes after 1 others, it came again"):
        ServiceLayer(source(lambda *_, **__: page)).joined(ENTITY, "DocEntry", "LineNum", "X")


def test_h18_pages_are_asked_for_in_the_order_of_the_key_that_they_go_on_behind() -> None:
    asked = []

    def answer(_path: str, params: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        asked.append((params["$orderby"], params.get("$filter"), headers["Prefer"], "$inlinecount" in params))
        return {"value": [{"DocEntry": len(asked)}]} | ({"odata.nextLink": "more"} if len(asked) < 3 else {})

    found = ServiceLayer(source(answer)).pages(ENTITY, "DocEntry", "A eq 1 or A eq 2")
    assert [row["DocEntry"] for page in found for row in page.rows] == [1, 2, 3]
    own, size = "(A eq 1 or A eq 2)", "odata.maxpagesize=20"
    filters = (own, f"{own} and DocEntry gt 1", f"{own} and DocEntry gt 2")
    assert asked == [("DocEntry", condition, size, condition == own) for condition in filters]


def test_h19_a_page_without_rows_is_the_last_one_whatever_it_links_to() -> None:
    page: dict[str, Any] = {"value": [], "odata.nextLink": "more"}
    service = ServiceLayer(source(lambda *_, **__: page))
    assert [told.rows for told in service.pages(ENTITY, "DocEntry")] == [[]]
    assert service.joined(ENTITY, "DocEntry", "LineNum", "X") == []


def test_h27_a_page_in_another_order_would_lose_rows_and_is_refused() -> None:
    page = {"value": [{"DocEntry": 9}, {"DocEntry": 4}], "odata.nextLink": "more"}
    with pytest.raises(FilterIgnored, match=r"in order of DocEntry, came \[9, 4\]"):
        list(ServiceLayer(source(lambda *_, **__: page)).pages(ENTITY, "DocEntry"))


def test_texts_come_in_the_order_of_the_database() -> None:
    pages = [{"value": [{"Code": "b"}, {"Code": "A"}], "odata.nextLink": "more"}, {"value": [{"Code": "Z"}]}]
    found = ServiceLayer(source(lambda *_, **__: pages.pop(0))).pages("Items", "Code")
    assert [row["Code"] for page in found for row in page.rows] == ["b", "A", "Z"]


@pytest.mark.parametrize(
    ("version", "asked", "told"), [("v1", "$inlinecount", "odata.count"), ("v2", "$count", "@odata.count")]
)
def test_h17_the_count_is_asked_for_as_the_version_takes_it(version: str, asked: str, told: str) -> None:
    def answer(_path: str, params: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        return {"value": [], **({told: "7"} if asked in params else {})}

    assert [page.count for page in ServiceLayer(source(answer, version)).pages(ENTITY, "DocEntry")] == [7]
