"""What the pages' script does in a browser: what it asks, what it sends, and what it tells of the runs it follows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route, expect
from starlette.testclient import TestClient

from tests.e2e.browser import chromium
from tests.plugin.warehouse import REJECTED

Visit = Callable[[str], TestClient]
SITE = "http://airflow.example"
ODOO = "purchase_orders__odoo"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the module."""
    with chromium() as found:
        yield found


class Site:
    """The application as a browser sees it; ``answers`` has, by path, what others would give. Time goes faster here."""

    def __init__(self, page: Page, client: TestClient) -> None:
        self.page, self.client = page, client
        self.answers: dict[str, list[tuple[int, Any]]] = {}
        self.sent: list[tuple[str, Any]] = []
        page.route(f"{SITE}/**", self.serve)

    def serve(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.method == "POST":
            self.sent.append((path.removeprefix("/orderhouse/api/v1/"), route.request.post_data_json))
        if told := self.answers.get(path):
            status, body = told.pop(0) if len(told) > 1 else told[0]
            text = body if isinstance(body, str) else json.dumps(body)
            route.abort() if status == 0 else route.fulfill(status=status, body=text)
            return
        headers = {
            name: route.request.headers[name] for name in ("accept", "content-type") if name in route.request.headers
        }
        where = route.request.url.removeprefix(SITE)
        answer = self.client.request(
            route.request.method, where, headers=headers, content=route.request.post_data_buffer
        )
        body = answer.content.replace(b"FOLLOW_EVERY_MS = 2000", b"FOLLOW_EVERY_MS = 100")
        route.fulfill(
            status=answer.status_code, headers={**answer.headers, "content-length": str(len(body))}, body=body
        )

    def open(self, path: str) -> None:
        self.page.goto(f"{SITE}/orderhouse{path}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def told(self, text: str, is_bad: bool) -> None:
        """Wait until the page tells this."""
        line = self.page.locator("#told p", has_text=re.compile(re.escape(text)))
        expect(line).to_be_visible(timeout=20_000)
        assert (line.get_attribute("class") == "bad") is is_bad

    def runs(self, connection: str, *states: tuple[int, Any], ledger: str | None = None) -> None:
        """A run of this connection can be started; what Airflow tells of it each time, and how its sync ended."""
        run_id = f"manual__{connection}"
        run = {"dag_id": ODOO, "run_id": run_id, "state": "queued", "is_dag_paused": False, "path": f"/dags/{ODOO}"}
        self.answers[f"/orderhouse/api/v1/connections/{connection}/sync"] = [(202, run)]
        self.answers[f"/api/v2/dags/{ODOO}/dagRuns/{run_id}"] = list(states)
        self.ledger = [{"run_id": f"{ODOO}/{run_id}", "state": ledger}] if ledger else []
        self.answers["/orderhouse/api/v1/runs"] = [(200, {"data": self.ledger})]

    def goes_on(self, connection: str, *states: tuple[int, Any]) -> None:
        """What Airflow tells of this connection's run from now on; what it told last before may have come often."""
        self.answers[f"/api/v2/dags/{ODOO}/dagRuns/manual__{connection}"] = list(states)


@pytest.fixture
def site(browser: Browser, visit: Visit, warehouse: sa.Engine) -> Iterator[Site]:
    """The pages as somebody sees them who may act."""
    context = browser.new_context()
    yield Site(context.new_page(), visit("uma"))
    context.close()


DONE, FAILED, RUNNING, NOBODY = (
    (200, {"state": "success"}),
    (200, {"state": "failed"}),
    (200, {"state": "running"}),
    (0, ""),
)


def test_a_run_is_followed_to_its_end_though_nobody_answers_for_a_while(site: Site) -> None:
    site.open("/connections/acme_us")
    site.runs("acme_us", NOBODY, ledger="succeeded")
    site.press("Sync now")
    site.told("The run of acme_us is queued.", is_bad=False)
    site.goes_on("acme_us", NOBODY, RUNNING, DONE)
    site.told("The run of acme_us succeeded.", is_bad=False)
    assert site.sent == [("connections/acme_us/sync", {"mode": "auto"})]


@pytest.mark.parametrize(
    ("ledger", "told"),
    [
        ("failed", "failed."),
        ("stopped", "stopped."),
        (None, "failed; its log says why."),
        ("succeeded", "failed; its log"),
    ],
)
def test_a_run_that_fails_is_told_to_have_failed_whatever_its_sync_came_to(
    site: Site, ledger: str | None, told: str
) -> None:
    site.open("/connections/acme_us")
    site.runs("acme_us", FAILED, ledger=ledger)
    site.press("Sync now")
    site.told(f"The run of acme_us {told}", is_bad=True)


@pytest.mark.parametrize(("end", "told"), [(DONE, "succeeded."), (FAILED, "failed; its log says why.")])
def test_of_runs_that_are_followed_together_none_is_forgotten(site: Site, end: tuple[int, Any], told: str) -> None:
    """A reload at the end of the first would leave the user without a word about the others."""
    site.open("/")
    site.runs("acme_eu", RUNNING)
    site.runs("acme_us", DONE)
    for name in ("acme_eu", "acme_us"):
        site.press(f"Sync now: {name}")
    site.told("The run of acme_us succeeded.", is_bad=False)
    site.goes_on("acme_eu", end)
    site.told(f"The run of acme_us succeeded. The run of acme_eu {told}", is_bad=end == FAILED)


def test_a_run_that_cannot_be_followed_any_more_is_told_with_the_reason(site: Site) -> None:
    site.open("/connections/acme_us")
    site.runs("acme_us", (502, "<html>Bad gateway</html>"))
    site.press("Sync now")
    site.told("The run of acme_us is not followed any more. HTTP 502, and no answer that can be read.", is_bad=True)


def test_a_question_comes_before_what_costs_and_its_no_is_one(site: Site) -> None:
    site.open("/connections/acme_us")
    site.runs("acme_us", DONE)
    for end in (lambda: site.press("Cancel"), lambda: site.page.keyboard.press("Escape")):
        site.press("Reconcile")
        expect(site.page.get_by_role("dialog")).to_be_visible()
        end()
        expect(site.page.get_by_role("dialog")).to_have_count(0)
    assert site.sent == []
    site.press("Reconcile")
    site.press("Go ahead")
    site.told("The run of acme_us succeeded.", is_bad=False)
    assert site.sent == [("connections/acme_us/sync", {"mode": "reconcile"})]


def test_what_the_api_refuses_is_told_in_its_words(site: Site) -> None:
    site.open("/connections/acme_us")
    site.answers["/orderhouse/api/v1/connections/acme_us/sync"] = [(409, {"error": {"message": "It is disconnected."}})]
    site.press("Sync now")
    site.told("It is disconnected.", is_bad=True)
    expect(site.page.get_by_role("button", name="Sync now", exact=True)).to_be_enabled()


def test_a_test_of_a_connection_lists_its_steps_or_tells_why_there_are_none(site: Site) -> None:
    site.open("/connections/acme_us")
    steps = [
        {"name": "address", "state": "passed", "message": "It answers."},
        {"name": "tls", "state": "failed", "message": "<b>"},
    ]
    site.answers["/orderhouse/api/v1/connections/acme_us/test"] = [
        (200, {"steps": steps}),
        (503, {"error": {"message": "No warehouse."}}),
    ]
    site.press("Test connection")
    expect(site.page.locator("#steps li")).to_have_text(["passedaddressIt answers.", "failedtls<b>"])
    assert site.page.locator("#steps .state.failed").count() == 1
    site.press("Test connection")
    site.told("No warehouse.", is_bad=True)
    assert site.page.locator("#steps li").count() == 0


def test_rejects_are_chosen_and_dismissed_with_a_reason_that_must_be_given(site: Site) -> None:
    site.open("/rejects?connection=acme_us")
    site.press("Dismiss chosen")
    site.told("Choose some first.", is_bad=True)
    site.page.get_by_label("Choose all").check()
    site.answers["/orderhouse/api/v1/rejects/dismiss"] = [(200, {"dismissed": 1})]
    site.press("Dismiss chosen")
    expect(site.page.get_by_text("Give up 1 rejected order(s)?")).to_be_visible()
    site.press("Go ahead")
    assert site.sent == [], "the reason is empty"
    site.page.get_by_role("textbox", name="Reason").fill("The order was a test.")
    site.press("Go ahead")
    site.told("Dismissed: 1.", is_bad=False)
    told = {"connection": "acme_us", "reject_ids": [REJECTED], "reason": "The order was a test."}
    assert site.sent == [("rejects/dismiss", told)]


def test_rejects_that_are_chosen_are_replayed_alone(site: Site) -> None:
    site.open("/rejects?connection=acme_us")
    site.runs("acme_us", DONE)
    site.page.get_by_label("Choose all").check()
    site.press("Replay chosen")
    site.told("The run of acme_us succeeded.", is_bad=False)
    assert site.sent == [("connections/acme_us/sync", {"mode": "replay", "reject_ids": [REJECTED]})]


def test_a_slash_goes_to_the_search_unless_somebody_writes(site: Site) -> None:
    site.open("/")
    search = site.page.get_by_role("searchbox")
    site.page.keyboard.press("/")
    expect(search).to_be_focused()
    site.page.keyboard.type("a/b")
    expect(search).to_have_value("a/b")
