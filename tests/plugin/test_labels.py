"""What a screen reader says and a narrow screen shows, however many connections there are and long their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from tests.e2e.browser import chromium

Visit = Callable[[str], TestClient]
PHONE = {"width": 390, "height": 844}
LONG = "a_connection_whose_name_has_as_many_characters_as_one_may_have1"
CONNECTIONS = f"""
connections:
  acme_us: {{connector: odoo, customer: acme, include_open_orders: false, initial_days: 30}}
  acme_off: {{connector: odoo, customer: acme, enabled: false}}
  globex: {{connector: sap_s4hana, customer: globex}}
  {LONG}: {{connector: odoo, customer: {LONG}}}
  {LONG[:-1]}2: {{connector: odoo, customer: acme, sync_evry: 15m}}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the module."""
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of a phone's size."""
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.fixture
def show(visit: Visit, warehouse: sa.Engine, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Shows one of our pages, as the server gives it, with its style."""
    file = tmp_path / "connections.yaml"
    file.write_text(CONNECTIONS, encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    client = visit("uma")

    def open_page(path: str) -> TestClient:
        answer = client.get(f"/orderhouse{path}", headers={"Accept": "text/html"})
        assert answer.status_code == 200
        page.set_content(re.sub(r"<link[^>]*>|<script.*?</script>", "", answer.text))
        assert page.locator("h1").inner_text()
        page.add_style_tag(content=client.get("/orderhouse/assets/style.css").text)
        return client

    return open_page


def test_each_button_of_the_list_says_of_which_connection_it_is(show: Visit, page: Page) -> None:
    show("/")
    names = page.get_by_role("button", name="Sync now").evaluate_all("all => all.map(each => each.ariaLabel)")
    assert names == ["Sync now: acme_us", "Sync now: globex", f"Sync now: {LONG}"]


def test_a_connection_that_is_not_enabled_is_told_so_in_the_list(show: Visit, page: Page) -> None:
    show("/")
    rows = page.locator("tr", has_text="not enabled")
    assert [row.locator("th a").inner_text() for row in rows.all()] == ["acme_off"]


@pytest.mark.parametrize("path", ["/", f"/connections/{LONG}", f"/rejects?connection={LONG}", "/runs", "/mapping/odoo"])
def test_no_name_is_wider_than_a_phone(show: Visit, page: Page, path: str) -> None:
    show(path)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_why_a_connection_fails_is_read_without_scrolling_sideways(show: Visit, page: Page) -> None:
    show("/")
    told = page.locator("tr.why p").first.bounding_box()
    assert told
    assert told["x"] + told["width"] <= PHONE["width"]


def test_the_initial_run_is_not_said_to_read_open_orders_where_it_does_not(show: Visit, page: Page) -> None:
    show("/connections/acme_us")
    asked = page.get_by_role("button", name="Initial").get_attribute("data-ask")
    assert asked == "Read the initial window of 30 days again. Nothing is loaded twice."
