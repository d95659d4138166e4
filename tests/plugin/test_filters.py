"""The filters of pages: what a form sends, and what it then shows."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa

from tests.plugin.browsing import MOUNT, Visit, seen, show
from tests.plugin.warehouse import REJECTED

__all__ = ["seen"]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/rejects", "connection=&code=&state=open&since=&until="),
        ("/runs", "connection=&state=&mode="),
        ("/mapping/odoo", "connection="),
    ],
)
@pytest.mark.usefixtures("seen")
def test_a_form_that_is_sent_as_it_stands_filters_nothing(visit: Visit, path: str, sent: str) -> None:
    page = show(visit("vic"), path)
    fields = page.all("select", "name") + page.all("input", "name")
    assert [name for name, _ in parse_qsl(sent, keep_blank_values=True)] == fields
    filtered = show(visit("vic"), f"{path}?{sent}")
    assert len(filtered.all("a", "href")) == len(page.all("a", "href"))


@pytest.mark.parametrize(
    ("since", "until", "is_shown"),
    [(0, 0, True), (-1, 1, True), (0, None, True), (None, 0, True), (1, None, False), (None, -1, False), (1, 2, False)],
)
def test_rejects_are_filtered_by_days_of_which_both_are_included(
    visit: Visit, seen: sa.Engine, since: int | None, until: int | None, is_shown: bool
) -> None:
    rejected_on = date(2026, 3, 2)
    with seen.begin() as session:
        session.execute(sa.text(f"UPDATE ops.reject SET rejected_at = '{rejected_on} 23:59:59.999999Z'"))
    days = ["" if moved is None else rejected_on + timedelta(days=moved) for moved in (since, until)]
    page = show(visit("vic"), f"/rejects?connection=&code=&state=open&since={days[0]}&until={days[1]}")
    assert (f"{MOUNT}/rejects/{REJECTED}" in page.all("a", "href")) is is_shown
    assert ("tiles" in page.all("ul", "class")) is is_shown
    assert [day for _, day in page.tags if day.get("type") == "date"] == [
        {"type": "date", "name": name, "value": str(day)} for name, day in zip(("since", "until"), days, strict=True)
    ]


@pytest.mark.usefixtures("seen")
def test_a_reason_that_nothing_has_stays_chosen(visit: Visit) -> None:
    assert "<option selected>NOBODYS</option>" in visit("vic").get(f"{MOUNT}/rejects?code=NOBODYS").text


@pytest.mark.parametrize("path", ["/rejects", "/runs"])
@pytest.mark.parametrize("asked", ["mistaken", "nowhere"])
@pytest.mark.usefixtures("seen")
def test_a_list_of_a_connection_that_cannot_be_shown_is_no_list_of_all(visit: Visit, path: str, asked: str) -> None:
    text = visit("vic").get(f"{MOUNT}{path}?connection={asked}").text
    assert '<option value="" selected>none to show</option>' in text
    assert "The connection that was asked for cannot be shown" in text
    assert asked not in text
    own = visit("vic").get(f"{MOUNT}{path}?connection=acme_us").text
    assert "cannot be shown" not in own
    assert [f'href="{MOUNT}{path}/' in page for page in (text, own)] == [False, True]


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "9999-12-31"])
@pytest.mark.usefixtures("seen")
def test_what_is_no_day_is_refused(visit: Visit, day: str) -> None:
    assert visit("vic").get(f"{MOUNT}/rejects?until={day}").status_code == 422
