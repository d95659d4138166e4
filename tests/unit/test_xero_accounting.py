"""Xero's Accounting API: walks that go on behind the last row's modification, whatever moves meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.errors import FilterIgnored, UnexpectedShape
from include.orderhouse.protocols import xero_accounting
from include.orderhouse.protocols.xero_accounting import NotModified, Request

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
ORDERS = "PurchaseOrders"
Rows = list[dict[str, Any]]


def row(key: str, seconds: float = 0) -> dict[str, Any]:
    """An order that was modified so many seconds after noon; the offset beside the milliseconds says nothing."""
    told = round((NOON + timedelta(seconds=seconds)).timestamp() * 1000)
    return {"PurchaseOrderID": key, "UpdatedDateUTC": f"/Date({told}+1300)/"}


class Organisation:
    """A tenant's orders, in pages as asked for; ``counts`` says whether answers tell how many there are."""

    def __init__(self, rows: Rows, counts: bool = True) -> None:
        self.rows, self.counts = rows, counts
        self.asked: list[tuple[str | None, int]] = []

    def get(self, path: str, params: dict[str, str], headers: dict[str, str]) -> Any:
        assert (path, headers["xero-tenant-id"]) == ("api.xro/2.0/PurchaseOrders", "t")
        since, number, size = headers.get("If-Modified-Since"), int(params["page"]), int(params["pageSize"])
        self.asked.append((since, number))
        found = [one for one in self.rows if since is None or _at(one) >= datetime.fromisoformat(f"{since}+00:00")]
        if since is not None and not found:
            raise NotModified("nothing", action="")
        body: dict[str, Any] = {ORDERS: sorted(found, key=_at)[(number - 1) * size : number * size]}
        told = {"pageCount": -(-len(found) // size), "itemCount": len(found)}
        return body | ({"pagination": told} if self.counts else {})


def _at(one: dict[str, Any]) -> datetime:
    return xero_accounting.updated_at(one)


def walked(get: Callable[..., Any], size: int, since: datetime | None = None) -> list[list[str]]:
    source = cast(Source, SimpleNamespace(api=SimpleNamespace(get=get)))
    pages = xero_accounting.walk(source, Request("t", ORDERS), size, since, None)
    return [[one["PurchaseOrderID"] for one in page.rows] for page, _ in pages]


def test_a_walk_goes_on_a_second_before_its_last_row() -> None:
    xero = Organisation([row("a"), row("b", 5.25), row("c", 5.75), row("d", 9)])
    assert walked(xero.get, 2) == [["a", "b"], ["c"], ["d"]]
    assert xero.asked == [(None, 1), ("2026-10-01T12:00:04", 1), ("2026-10-01T12:00:04", 1), ("2026-10-01T12:00:04", 2)]


def test_a_walk_since_an_instant_asks_for_the_second_before_it() -> None:
    """Whether Xero takes the instant itself as modified since then is not told."""
    xero = Organisation([row("a"), row("b", 5)])
    assert walked(xero.get, 2, NOON + timedelta(seconds=5.5)) == [["b"]]
    assert walked(xero.get, 2, NOON + timedelta(seconds=9)) == [[]]
    assert [since for since, _ in xero.asked] == ["2026-10-01T12:00:04", "2026-10-01T12:00:08"]


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("counts", [True, False])
def test_many_orders_of_one_second_come_once_each(monkeypatch: pytest.MonkeyPatch, counts: bool, size: int) -> None:
    """Without a count a short page is the last one only where any answer holds as many rows as were asked for."""
    monkeypatch.setattr(xero_accounting, "SMALLEST_PAGE", 3)
    xero = Organisation([row(f"{key:02}") for key in range(11)] + [row("z", 60)], counts)
    came = [key for page in walked(xero.get, size) for key in page]
    assert sorted(came) == sorted({*came}) == [*(f"{key:02}" for key in range(11)), "z"]


def test_an_order_that_is_saved_meanwhile_comes_again_and_hides_no_other() -> None:
    xero = Organisation([row(key, second) for second, key in enumerate("abcdef")])

    def get(*args: Any, **others: Any) -> Any:
        answer = xero.get(*args, **others)
        if len(xero.asked) == 1:
            xero.rows = [*(one for one in xero.rows if one["PurchaseOrderID"] not in "ab"), row("a", 70), row("b", 71)]
        return answer

    assert [key for page in walked(get, 3) for key in page] == [*"abcdef", "a", "b"]


def test_orders_of_one_second_that_are_saved_meanwhile_hide_no_other_of_it() -> None:
    """The pages of that second that were read are fewer then: the walk goes back to where they end."""
    xero = Organisation([row(f"{key:02}") for key in range(11)])

    def get(*args: Any, **others: Any) -> Any:
        answer = xero.get(*args, **others)
        if len(xero.asked) == 3:
            xero.rows = [*xero.rows[5:], *(row(one["PurchaseOrderID"], 70) for one in xero.rows[:5])]
        return answer

    came = [key for page in walked(get, 3) for key in page]
    assert sorted(came) == sorted([*(f"{key:02}" for key in range(11)), *(f"{key:02}" for key in range(5))])


def test_rows_that_are_older_than_asked_for_are_refused_but_where_one_page_holds_all() -> None:
    """None is missing then; the sync counts those from outside of its window."""
    xero = Organisation([row("a"), row("b", 50), row("c", 99)])

    def get(*args: Any, headers: dict[str, str], **others: Any) -> Any:
        return xero.get(*args, headers={"xero-tenant-id": headers["xero-tenant-id"]}, **others)

    with pytest.raises(FilterIgnored, match="older than asked for"):
        walked(get, 2)
    assert walked(get, 3, NOON + timedelta(seconds=50)) == [["a", "b", "c"]]


@pytest.mark.parametrize("told", [None, "", "today"])
def test_a_row_that_tells_no_modification_is_refused(told: str | None) -> None:
    with pytest.raises(UnexpectedShape):
        xero_accounting.updated_at({"UpdatedDateUTC": told})
