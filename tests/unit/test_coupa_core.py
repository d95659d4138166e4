"""What an instance of Coupa may answer that the sandbox does not, and what it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from include.orderhouse.connector import Catalogue, Source, Window
from include.orderhouse.connectors.coupa import CONNECTOR
from include.orderhouse.connectors.coupa.settings import Settings
from include.orderhouse.errors import FilterIgnored, RateLimitExceeded, RequestRefused, SourceTimeout, SourceUnavailable
from include.orderhouse.http import Answer
from include.orderhouse.protocols.coupa_core import pages

Get = Callable[[str, dict[str, str]], Any]
START, END = datetime(2026, 10, 1, 12, 0, 0, 250_000, tzinfo=UTC), datetime(2026, 10, 2, 12, 0, 0, 250_000, tzinfo=UTC)
FROM, TO = "2026-10-01T12:00:00+00:00", "2026-10-02T12:00:00+00:00"
CHANGED = {"updated-at[gt_or_eq]": FROM, "updated-at[lt]": TO}
CREATED = {"created-at[gt_or_eq]": FROM, "created-at[lt]": TO}
PAGING = {"order_by": "id", "dir": "asc", "limit": "20"}


class Instance:
    """Answers by a function, and what it was asked."""

    def __init__(self, answer: Get = lambda *_: []) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, str]]] = []

    def get(self, path: str, params: dict[str, str]) -> Any:
        """The answer, which may be an error."""
        self.asked.append((path.removeprefix("api/"), dict(params)))
        told = self.answer(path, params)
        if isinstance(told, Exception):
            raise told
        return told

    def source(self, finds_blank_times: bool = True, **settings: Any) -> Source:
        """A source over it."""
        api: Any = self
        return Source(api, Settings(**settings), Catalogue(details={"finds_blank_times": finds_blank_times}), 20)


@pytest.mark.parametrize("ids", [(3, 3), (9, 4, 4)])
def test_a_row_that_comes_twice_in_a_page_is_refused(ids: tuple[int, ...]) -> None:
    api: Any = Instance(lambda *_: [{"id": number} for number in ids])
    with pytest.raises(FilterIgnored, match="unsorted"):
        list(pages(api, "purchase_orders", {}, 20))


@pytest.mark.parametrize("ids", [(3, 9), (9, 3)])
def test_a_server_that_gives_the_last_row_again_does_not_loop(ids: tuple[int, ...]) -> None:
    """H19: also where it is the only row of its page."""
    answers = iter([[{"id": number} for number in ids], [{"id": ids[-1]}]])
    api: Any = SimpleNamespace(get=lambda *_, **__: next(answers))
    with pytest.raises(FilterIgnored, match=f"on one side of {ids[-1]}"):
        list(pages(api, "purchase_orders", {}, 20))


@pytest.mark.parametrize(("ids", "way"), [((3, 9, 12), "gt"), ((12, 9, 3), "lt")])
def test_a_page_of_one_row_is_gone_on_behind_the_way_that_the_pages_before_it_went(
    ids: tuple[int, ...], way: str
) -> None:
    answers = iter([[{"id": ids[0]}, {"id": ids[1]}], [{"id": ids[2]}], []])
    instance: Any = Instance(lambda *_: next(answers))
    assert [[row["id"] for row in rows] for rows, _ in pages(instance, "purchase_orders", {}, 2)] == [
        list(ids[:2]),
        list(ids[2:]),
    ]
    assert [query.get(f"id[{way}]") for _, query in instance.asked] == [None, str(ids[1]), str(ids[2])]


@pytest.mark.parametrize(("size", "limit"), [(1, "2"), (20, "20"), (50, "50"), (200, "50")])
def test_no_more_rows_are_asked_for_than_are_given(size: int, limit: str) -> None:
    instance: Any = Instance()
    assert list(pages(instance, "purchase_orders", {}, size)) == []
    assert [query["limit"] for _, query in instance.asked] == [limit]


@pytest.mark.parametrize(
    ("status", "error"), [(200, None), (500, None), (502, None), (504, SourceTimeout), (429, RateLimitExceeded)]
)
def test_an_outage_is_no_refusal_whatever_its_body_says(status: int, error: type[Exception] | None) -> None:
    refusal = CONNECTOR.explain(Answer(status, {}, {"errors": {"base": ["We are sorry."]}}, ""))
    assert (refusal and refusal.error) is error


def test_a_body_that_tells_no_error_is_judged_by_its_status() -> None:
    assert CONNECTOR.explain(Answer(400, {}, {"status": 400}, "")) is None


@pytest.mark.parametrize(
    ("undated", "refusal", "finds_them"),
    [
        (True, None, True),
        (True, RequestRefused("blank takes no instants", action=""), False),
        (True, SourceUnavailable("status 500", action=""), False),
        (False, None, False),
    ],
)
def test_whether_blank_times_can_be_asked_for_is_tried_once(
    undated: bool, refusal: Exception | None, finds_them: bool
) -> None:
    instance = Instance(lambda _, query: refusal if "updated-at[blank]" in query and refusal else [])
    details = CONNECTOR.discover(instance.source(undated=undated)).details
    assert details == {"finds_blank_times": finds_them}
    assert [sorted(query) for _, query in instance.asked] == [
        ["fields", "limit"],
        *([["fields", "limit", "updated-at[blank]"]] if undated else []),
    ]


@pytest.mark.parametrize(
    ("finds_blank_times", "settings", "window", "expected"),
    [
        (
            True,
            {},
            Window(START, END),
            [
                ("purchase_orders", CHANGED),
                ("purchase_orders", {"updated-at[blank]": "true", **CREATED}),
                ("purchase_order_lines", {**CHANGED, "fields": ["id", "updated-at", "order-header-id"]}),
            ],
        ),
        (
            False,
            {"api_filter": "own"},
            Window(START, END),
            [
                ("purchase_orders", {**CHANGED, "filter": "own"}),
                ("purchase_orders", {**CREATED, "fields": ["id", "updated-at", "created-at"]}),
                ("purchase_order_lines", {**CHANGED, "fields": ["id", "updated-at", "order-header-id"]}),
            ],
        ),
        (
            True,
            {},
            Window(START, END, open_only=True),
            [
                ("purchase_orders", {"status[not_in]": "closed,soft_closed,cancelled", "updated-at[lt]": TO}),
                ("purchase_orders", {"status[not_in]": "closed,soft_closed,cancelled", "updated-at[blank]": "true"}),
            ],
        ),
        (True, {"undated": False}, Window(None, END), [("purchase_orders", {"updated-at[lt]": TO})]),
        (True, {}, Window(None, None), [("purchase_orders", {})]),
    ],
)
def test_a_window_is_asked_for_by_headers_blank_times_and_lines(
    finds_blank_times: bool, settings: dict[str, Any], window: Window, expected: list[tuple[str, dict[str, Any]]]
) -> None:
    """H10, H11, H13: bounds are cut to whole seconds alike, so that windows join."""
    instance = Instance()
    assert not [
        page for page in CONNECTOR.fetch(instance.source(finds_blank_times, **settings), window) if page.records
    ]
    asked = [
        (resource, {name: json.loads(value) if name == "fields" else value for name, value in query.items()})
        for resource, query in instance.asked
    ]
    assert asked == [(resource, {**query, **PAGING}) for resource, query in expected]


def test_orders_are_read_by_id_through_the_filter_that_is_set() -> None:
    instance = Instance(lambda *_: [{"id": 7}])
    (page,) = CONNECTOR.read(instance.source(api_filter="own"), ["7", "12", "no id", "7"])
    assert [order["id"] for order in page.records] == [7]
    query = {"id[in]": "7,12", "order_by": "id", "dir": "asc", "limit": "50", "filter": "own"}
    assert instance.asked == [("purchase_orders", query)]
