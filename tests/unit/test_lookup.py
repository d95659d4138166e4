"""Records that orders refer to, and windows that are read in sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from include.orderhouse.connector import Page
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.lookup import Lookup, Row, batches, ids_within
from include.orderhouse.sections import Section, read_sections, reread


def test_batches_hold_every_value_once_and_in_order() -> None:
    assert [list(batch) for batch in batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert list(batches([], 2)) == []


def test_ids_are_those_of_their_scope_alone_and_may_hold_slashes_themselves() -> None:
    ids = ["us/1", "usa/2", "us/A/3", "4", "us"]
    assert ids_within("us", ids) == ["1", "A/3"]
    assert ids_within("usa", ids) == ["2"]


def test_a_record_is_asked_for_once_also_where_it_does_not_exist() -> None:
    asked: list[list[str]] = []

    def read(ids: Sequence[str]) -> dict[str, Row]:
        asked.append(list(ids))
        return {one: {"name": one.upper()} for one in ids if one != "gone"}

    lookup = Lookup(read, at_once=2)
    lookup.learn(["c", "a", None, "", "a", "gone"])
    lookup.learn(["a", "gone", "d"])
    assert asked == [["a", "c"], ["gone"], ["d"]]
    assert [lookup.get(one) for one in ("a", "gone", "unknown", None)] == [{"name": "A"}, None, None, None]


def section(name: str, pages: int) -> tuple[str, Section]:
    def read(after: int | None) -> Iterator[Page]:
        for number in range(after or 0, pages):
            yield Page([{"id": f"{name}{number}"}], number + 1 if number + 1 < pages else None, expected=pages)

    return name, read


def test_sections_follow_each_other_and_the_last_page_is_the_last_of_all() -> None:
    pages = list(read_sections([section("a", 2), section("b", 1)], None))
    assert [page.records[0]["id"] for page in pages] == ["a0", "a1", "b0"]
    assert [page.resume for page in pages] == [{"section": "a", "after": 1}, {"section": "b", "after": None}, None]
    assert [page.expected for page in pages] == [2, 2, 1]


def test_reading_goes_on_after_every_page_in_the_middle_of_a_section_or_at_its_end() -> None:
    sections = [section("a", 3), section("b", 2), section("c", 1)]
    pages = list(read_sections(sections, None))
    for number, page in enumerate(pages[:-1], 1):
        rest = list(read_sections(sections, page.resume))
        assert rest == pages[number:]


def test_orders_that_are_read_again_count_towards_no_window_and_go_on_where_they_stopped() -> None:
    name, pages = section("a", 3)
    again = list(read_sections([(name, reread(pages))], {"section": "a", "after": 1}))
    assert [page.records[0]["id"] for page in again] == ["a1", "a2"]
    assert {(page.expected, page.is_reread) for page in again} == {(None, True)}


def test_without_sections_there_is_nothing_to_read() -> None:
    assert list(read_sections([], None)) == []


@pytest.mark.parametrize("resume", [{"section": "c", "after": 1}, {"section": 0, "after": None}, "a"])
def test_a_place_in_a_section_that_is_not_read_any_more_is_told(resume: object) -> None:
    with pytest.raises(ConfigurationInvalid, match="not read any more") as caught:
        list(read_sections([section("a", 2), section("b", 1)], resume))
    assert "Trigger a new run" in caught.value.action
