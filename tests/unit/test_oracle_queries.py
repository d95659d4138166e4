"""What a pod of Fusion is asked for, by what it lets be queried."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.connector import Catalogue, Source, Window
from include.orderhouse.connectors.oracle_fusion import CONNECTOR
from include.orderhouse.connectors.oracle_fusion.settings import Settings
from include.orderhouse.errors import ConfigurationInvalid

START, END = datetime(2026, 10, 1, 12, 0, 0, 250_000, tzinfo=UTC), datetime(2026, 10, 2, 12, 0, 0, 250_000, tzinfo=UTC)
SINCE, UNTIL = "'2026-10-01T12:00:00.000+00:00'", "'2026-10-02T12:00:01.000+00:00'"
CHANGED = f"LastUpdateDate >= {SINCE} and LastUpdateDate < {UNTIL}"
OPEN = "StatusCode not in ('CLOSED', 'FINALLY CLOSED', 'CANCELED')"
OURS = "SoldToLegalEntity in ('Orchard Ltd')"
EVERYTHING = ("POHeaderId", "LineLocationId", "LastUpdateDate", "StatusCode", "SoldToLegalEntity")
RESOURCES = ("purchaseOrders", "draftPurchaseOrders", "purchaseOrderSchedules")
ORDERS, DRAFTS, SCHEDULES = RESOURCES
LINES = "POHeaderId,LastUpdateDate;lines:POLineId,LastUpdateDate"


class Pod:
    """A pod without orders, and what it was asked: resource, q, and either fields or expand."""

    def __init__(self, queryable: tuple[str, ...] = EVERYTHING, children: tuple[str, ...] = ()) -> None:
        self.queryable, self.children = queryable, children
        self.asked: list[tuple[str, str, str]] = []
        self.paths: list[str] = []

    def get(self, path: str, params: dict[str, str] | None = None, **_: Any) -> Any:
        """A description, or an empty page."""
        self.paths.append(path)
        resource = path.removesuffix("/describe").rpartition("/")[2]
        if path.endswith("/describe"):
            attributes = [{"name": name, "queryable": True} for name in self.queryable]
            return {"Resources": {resource: {"attributes": attributes, "children": self._described()}}}
        assert params is not None
        self.asked.append((resource, params.get("q", ""), params.get("fields") or params.get("expand", "")))
        return {"items": [], "hasMore": False, "totalResults": 0}

    def _described(self) -> dict[str, Any]:
        lines: dict[str, Any] = {"children": {"DFF": {}}} if "lines.DFF" in self.children else {}
        return {"lines": lines} | ({"DFF": {}} if "DFF" in self.children else {})

    def source(self, **settings: Any) -> Source:
        """A source over it, with what it describes of itself."""
        api: Any = self
        source = Source(api, Settings(**settings), Catalogue(), 20)
        return Source(api, source.settings, CONNECTOR.discover(source), 20)

    def read(self, window: Window, **settings: Any) -> list[tuple[str, str, str]]:
        """What a window is asked for by."""
        source = self.source(**settings)
        assert not [page for page in CONNECTOR.fetch(source, window) if page.records]
        return self.asked


WHOLE = "lines,lines.schedules,lines.schedules.distributions"
KEYS = "POHeaderId,LastUpdateDate"


def test_a_window_is_asked_for_by_headers_drafts_schedules_and_lines() -> None:
    """H10, H11, H12. A header that changed after the window's end does not keep it from the lines within."""
    pod = Pod()
    assert [page.is_reread for page in CONNECTOR.fetch(pod.source(), Window(START, END))] == [False, False, True, True]
    assert pod.asked == [
        (ORDERS, CHANGED, WHOLE),
        (DRAFTS, CHANGED, KEYS),
        (SCHEDULES, CHANGED, KEYS),
        (ORDERS, OPEN, LINES),
    ]


def test_lines_of_a_window_without_end_are_those_of_orders_that_it_does_not_hold_anyway() -> None:
    assert Pod().read(Window(START, None), watch_schedules=False, read_drafts=False)[1:] == [
        (ORDERS, f"{OPEN} and LastUpdateDate < '2026-10-01T12:00:01.000+00:00'", LINES)
    ]


def test_a_connection_asks_for_its_own_legal_entities_alone() -> None:
    asked = Pod().read(Window(START, END), legal_entities=("Orchard Ltd",))
    assert [(resource, OURS in condition) for resource, condition, _ in asked] == [
        (ORDERS, True),
        (DRAFTS, True),
        (SCHEDULES, False),
        (ORDERS, True),
    ]
    pod = Pod()
    assert [keys.expected for keys in CONNECTOR.scan(pod.source(legal_entities=("Orchard Ltd",)))] == [0, 0]
    assert pod.asked == [(ORDERS, OURS, KEYS), (DRAFTS, OURS, KEYS)]


@pytest.mark.parametrize(
    ("settings", "condition"),
    [({}, f"{OPEN} and LastUpdateDate < {UNTIL}"), ({"closed_statuses": ()}, f"LastUpdateDate < {UNTIL}")],
)
def test_open_orders_are_asked_for_by_status_and_drafts_are_open_anyway(
    settings: dict[str, Any], condition: str
) -> None:
    (resource, asked, _), drafts = Pod().read(Window(None, END, open_only=True), **settings)
    assert (resource, asked) == (ORDERS, condition)
    assert drafts == (DRAFTS, f"LastUpdateDate < {UNTIL}", KEYS)


def test_what_may_not_be_queried_is_not_asked_for() -> None:
    pod = Pod(("POHeaderId", "LineLocationId"))
    assert pod.read(Window(START, None)) == [
        (ORDERS, "", f"{KEYS},StatusCode"),
        (DRAFTS, "", KEYS),
        (SCHEDULES, "", "LineLocationId,POHeaderId,LastUpdateDate"),
        (ORDERS, "", LINES),
    ]


@pytest.mark.parametrize(
    ("children", "settings", "expanded"),
    [
        ((), {}, WHOLE),
        (("DFF",), {}, f"{WHOLE},DFF"),
        (("lines.DFF",), {}, f"{WHOLE},lines.DFF"),
        (("DFF", "lines.DFF"), {}, f"{WHOLE},lines.DFF,DFF"),
        (("DFF", "lines.DFF"), {"flexfields": False}, WHOLE),
    ],
)
def test_flexfields_are_asked_for_where_the_pod_has_them(
    children: tuple[str, ...], settings: dict[str, Any], expanded: str
) -> None:
    asked = Pod(children=children).read(Window(None, None), read_drafts=False, watch_schedules=False, **settings)
    assert asked == [(ORDERS, "", expanded)]


@pytest.mark.parametrize("root", ["own/resources/latest", "/own/resources/latest/"])
def test_resources_lie_below_the_root_however_it_is_written(root: str) -> None:
    pod = Pod()
    pod.source(root=root)
    assert pod.paths == [f"own/resources/latest/{resource}/describe" for resource in RESOURCES]


@pytest.mark.parametrize(
    ("settings", "described"),
    [({}, RESOURCES), ({"read_drafts": False}, (ORDERS, SCHEDULES)), ({"watch_schedules": False}, (ORDERS, DRAFTS))],
)
def test_what_a_connection_does_not_read_need_not_be_there(
    settings: dict[str, bool], described: tuple[str, ...]
) -> None:
    assert tuple(Pod().source(**settings).catalogue.details) == described


def test_schedules_that_can_be_asked_for_by_their_change_are_paged_by_their_order() -> None:
    pod = Pod(("POHeaderId", "LastUpdateDate"))
    assert pod.read(Window(START, END), read_drafts=False, watch_lines=False)[1:] == [(SCHEDULES, CHANGED, KEYS)]


@pytest.mark.parametrize(
    ("queryable", "settings", "missing"),
    [
        (("POHeaderId", "LastUpdateDate"), {"legal_entities": ("Orchard Ltd",)}, "SoldToLegalEntity"),
        (("LineLocationId", "LastUpdateDate"), {}, "POHeaderId"),
        (("POHeaderId",), {}, "LineLocationId"),
    ],
)
def test_a_pod_that_hides_what_pages_and_scope_need_is_told(
    queryable: tuple[str, ...], settings: dict[str, Any], missing: str
) -> None:
    with pytest.raises(ConfigurationInvalid, match=f"cannot be queried by {missing}, as"):
        Pod(queryable).source(**settings)
