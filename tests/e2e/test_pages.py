"""The pages in a real browser, inside the UI of a real Airflow whose runs they start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, expect

from tests.e2e.browser import RUN_MS, Visitor, chromium, visitor
from tests.e2e.installation import Airflow

NAME = "erpnext_pages"
DAG = "purchase_orders__erpnext"
PAGES = {
    "connections": "/",
    "connection": f"/connections/{NAME}",
    "mapping": f"/mapping/erpnext?connection={NAME}",
    "rejects": f"/rejects?connection={NAME}",
    "runs": "/runs",
    "api": "/api",
}
PHONE_WIDTH = 390


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the module."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def window(browser: Browser, airflow: Airflow) -> Iterator[Visitor]:
    """A window of a user who may do everything."""
    airflow.api.pause(DAG, False)
    with visitor(browser, airflow) as found:
        yield found


@pytest.fixture(scope="module")
def synced(window: Visitor, airflow: Airflow) -> dict[str, Any]:
    """The ledger's row of a run that was started by a button."""
    window.open("/")
    window.page.locator("tr", has_text=NAME).get_by_role("button", name="Sync now").click()
    window.finished(NAME)
    (sync,) = airflow.rows("SELECT * FROM ops.sync WHERE connection = %s AND mode = 'initial'", NAME)
    return sync


@pytest.fixture(scope="module")
def rejected(airflow: Airflow, synced: dict[str, Any]) -> int:
    """How many orders a wrong mapping has rejected; the mapping is corrected since."""
    change(airflow, overrides={"order": {"total_amount": {"source": "name"}}})
    now = datetime.now(UTC)
    window = {"window_start": (now - timedelta(hours=12)).isoformat(), "window_end": now.isoformat()}
    conf = {"connections": [NAME], "mode": "window", **window, "max_reject_share": 1}
    assert airflow.run(DAG, conf).state == "success"
    change(airflow, overrides={})
    (found,) = airflow.rows(OPEN_REJECTS, NAME)
    return int(found["count"])


OPEN_REJECTS = "SELECT count(*) FROM ops.reject WHERE connection = %s AND resolved_at IS NULL"


def change(airflow: Airflow, **options: Any) -> None:
    """Change the connection's entry in connections.yaml, as a person would."""
    file = Path(airflow.installation.environment["ORDERHOUSE_CONNECTIONS"])
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["connections"][NAME] |= options
    file.write_text(yaml.safe_dump(document), encoding="utf-8")


def test_a_sync_that_a_button_started_finishes_before_the_users_eyes(synced: dict[str, Any]) -> None:
    assert (synced["state"], synced["mode"], synced["triggered_by"]) == ("succeeded", "initial", "admin")
    assert synced["orders_inserted"] > 0


@pytest.mark.usefixtures("synced")
def test_a_connection_is_tested_step_by_step(window: Visitor) -> None:
    window.open(PAGES["connection"])
    window.press("Test connection", confirm=False)
    steps = window.page.locator("#steps li")
    expect(steps).to_have_count(6, timeout=RUN_MS)
    expect(steps.locator(".state.passed")).to_have_count(6)
    window.picture("connection")


def test_a_rejected_order_is_replayed_then_all_of_them(window: Visitor, airflow: Airflow, rejected: int) -> None:
    assert rejected > 1
    window.open(PAGES["rejects"])
    window.page.locator("tbody a").first.click()
    expect(window.page.locator(".payload .marked").first).to_be_visible()
    window.picture("reject")
    window.press("Replay", confirm=False)
    window.finished(NAME)
    assert airflow.rows(OPEN_REJECTS, NAME) == [{"count": rejected - 1}]
    window.open(PAGES["rejects"])
    window.picture("rejects")
    window.press("Replay all")
    window.finished(NAME)
    expect(window.page.get_by_text("No rejected order waits.")).to_be_visible()
    assert airflow.rows(OPEN_REJECTS, NAME) == [{"count": 0}]


@pytest.mark.usefixtures("synced")
def test_a_discovered_field_is_mapped_by_its_line_and_has_its_values_after_a_remap(
    window: Visitor, airflow: Airflow
) -> None:
    window.open(PAGES["mapping"])
    row = window.page.locator("tr", has=window.page.get_by_role("rowheader", name="custom_budget", exact=True))
    (line,) = yaml.safe_load(row.locator("code.paste").inner_text())
    assert line == {"table": "order", "source": "custom_budget", "name": "budget", "type": "decimal"}
    change(airflow, custom_fields=[line])
    window.press("Remap")
    window.finished(NAME)
    expect(window.page.get_by_role("rowheader", name="budget", exact=True)).to_be_visible()
    query = "SELECT count(*) FROM procurement.purchase_order WHERE connection = %s AND custom_fields ? 'budget'"
    (found,) = airflow.rows(query, NAME)
    assert found["count"] > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("synced")
def test_every_page_opens_in_light_and_dark_and_the_console_stays_empty(
    browser: Browser, airflow: Airflow, scheme: str
) -> None:
    with visitor(browser, airflow, scheme) as window:
        for name, path in PAGES.items():
            window.open(path)
            expect(window.page.locator("h1")).to_be_visible()
            is_dark = window.page.evaluate("document.documentElement.classList.contains('dark')")
            assert is_dark is (scheme == "dark")
            window.picture(f"{name}-{scheme}")
        assert window.complaints == []


@pytest.mark.usefixtures("synced")
def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, airflow: Airflow) -> None:
    with visitor(browser, airflow) as window:
        window.page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
        for path in PAGES.values():
            window.open(path)
            expect(window.page.locator("h1")).to_be_visible()
            assert (path, window.page.evaluate("document.documentElement.scrollWidth")) == (path, PHONE_WIDTH)


FOLLOWED = [
    ({"status": 401, "body": "<html>Sign in</html>"}, "is not followed any more. HTTP 401"),
    ({"status": 404, "json": {"detail": "There is no such run"}}, "is not followed any more. HTTP 404"),
    ({"json": {"state": "failed"}}, "failed; its log says why."),
]


@pytest.mark.parametrize(("answer", "told"), FOLLOWED)
@pytest.mark.usefixtures("synced")
def test_a_page_says_so_where_a_run_ends_without_a_sync_or_cannot_be_followed_any_more(
    browser: Browser, airflow: Airflow, answer: dict[str, Any], told: str
) -> None:
    begun = {"dag_id": DAG, "run_id": "a run", "state": "queued", "path": "/", "is_dag_paused": False}
    with visitor(browser, airflow) as window:
        window.page.route("**/sync", lambda route: route.fulfill(status=202, json=begun))
        window.page.route(f"**/{DAG}/dagRuns/a%20run", lambda route: route.fulfill(**answer))
        window.open(PAGES["connection"])
        window.press("Sync now", confirm=False)
        expect(window.page.get_by_text(f"The run of {NAME} {told}")).to_be_visible()


@pytest.mark.usefixtures("synced")
def test_the_pages_stand_in_airflows_navigation_and_lead_to_its_own_pages(browser: Browser, airflow: Airflow) -> None:
    with visitor(browser, airflow, "dark") as window:
        window.page.goto(f"{window.url}/plugin/orderhouse")
        window.inside.get_by_role("link", name=NAME).first.click()
        expect(window.inside.get_by_role("heading", name=re.compile(NAME))).to_be_visible()
        window.picture("inside-airflow", settle_ms=1000)
        window.inside.get_by_role("link", name=DAG).click()
        window.page.wait_for_url(lambda address: address.endswith(f"/dags/{DAG}"))


@pytest.mark.usefixtures("synced")
def test_the_pages_are_worked_with_by_keyboard(window: Visitor) -> None:
    window.open("/")
    window.page.keyboard.press("/")
    window.page.keyboard.type(NAME)
    window.page.keyboard.press("Enter")
    expect(window.page.locator("tbody th")).to_have_count(1)
    window.page.locator("h1").click()
    window.page.keyboard.press("Tab")
    focused = "getComputedStyle(document.activeElement).outlineStyle"
    assert window.page.evaluate(focused) != "none"
