"""The pages over a real warehouse, as users of each role get them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orchestration.ui.wording import coded
from include.orderhouse.warehouse.status import reconnect, set_status
from tests.plugin.warehouse import HOSTILE, REJECTED

MOUNT = "/orderhouse"
PAGES = (
    "/",
    "/connections/acme_us",
    "/connections/globex",
    "/mapping",
    "/mapping/odoo",
    "/mapping/odoo?connection=acme_us",
    "/rejects",
    "/rejects?connection=acme_us&state=all&since=2020-01-01&until=2999-01-01",
    f"/rejects/{REJECTED}",
    "/runs",
    "/runs?connection=globex&state=failed&mode=incremental",
    "/api",
)
Visit = Callable[[str], TestClient]


class Markup(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str, attribute: str) -> list[str]:
        """An attribute of all tags of a name that have it."""
        return [str(attributes[attribute]) for tag, attributes in self.tags if tag == name and attribute in attributes]

    def actions(self) -> list[str]:
        """What its buttons that act do."""
        attributes = ("data-post", "data-dismiss", "data-chosen", "data-test")
        return [found for attribute in attributes for found in self.all("button", attribute)]


def show(client: TestClient, path: str) -> Markup:
    answer = client.get(f"{MOUNT}{path}", headers={"Accept": "text/html"})
    assert (path, answer.status_code) == (path, 200)
    return Markup(answer.text)


@pytest.fixture(scope="module")
def seen(warehouse: sa.Engine) -> sa.Engine:
    """Fields and drift of a source, with hostile names and samples."""
    fields = [
        ("x_budget", ["number"], "12.50"),
        ("order_line.x_phase", ["string"], HOSTILE),
        (HOSTILE, ["string"], "v"),
    ]
    fields += [("name", ["string"], HOSTILE), ("order_line", ["array"], None), ("tags", ["array"], None)]
    fields += [("tags.color", ["number"], "3"), ("x_review_date", ["string"], "2026-01-31")]
    with warehouse.begin() as session:
        for path, types, sample in fields:
            session.execute(_FIELD, {"path": path, "types": types, "sample": sample})
        session.execute(_DRIFT, {"path": HOSTILE})
    return warehouse


@pytest.fixture
def disconnected(seen: sa.Engine) -> Iterator[str]:
    """A connection with loaded orders and a reject."""
    set_status(seen, "acme_us", "acme", "odoo", "disconnected")
    yield "acme_us"
    reconnect(seen, "acme_us")
    set_status(seen, "acme_us", "acme", "odoo", "online")


@pytest.mark.usefixtures("seen")
def test_nothing_that_a_source_gives_becomes_markup(visit: Visit) -> None:
    for path in PAGES:
        page = show(visit("ada"), path)
        assert page.all("script", "src") == [f"{MOUNT}/assets/script.js"]
        assert sum(tag == "script" for tag, _ in page.tags) == 1
        attributes = [name for _, found in page.tags for name in found]
        assert [name for name in attributes if name.startswith("on") or name == "style"] == []


@pytest.mark.usefixtures("seen")
def test_who_may_only_look_is_shown_no_button_that_acts(visit: Visit) -> None:
    for path in PAGES:
        assert show(visit("vic"), path).actions() == []


@pytest.mark.usefixtures("seen")
def test_every_link_of_a_page_leads_somewhere(visit: Visit) -> None:
    client = visit("ada")
    for path in PAGES:
        for address in show(client, path).all("a", "href"):
            if address.startswith(MOUNT) and "/reports/" not in address:
                assert client.get(address).status_code == 200, address


@pytest.mark.usefixtures("seen")
def test_what_needs_attention_comes_first_and_says_what_to_do(visit: Visit) -> None:
    page = show(visit("vic"), "/")
    names = [link.rpartition("/")[2] for link in page.all("a", "href") if "/connections/" in link]
    assert names == ["acme_us", "globex", "acme_eu", "acme_off", "initech"]
    assert "Renew the password." in page.text
    assert "/dags/purchase_orders__sap_s4hana/runs/manual__1" in page.all("a", "href")
    assert "acme_eu" not in show(visit("vic"), "/?state=attention").text
    assert "globex" not in show(visit("vic"), "/?search=ODOO").text


@pytest.mark.parametrize(
    ("run_id", "links"),
    [
        ("command line/1", set()),
        ("purchase_orders__odoo/manual__1", {"/dags/purchase_orders__odoo/runs/manual__1"}),
        ("purchase_orders__notified/asset__1", {"/dags/purchase_orders__notified/runs/asset__1"}),
    ],
)
def test_the_log_of_a_run_is_linked_where_it_ran_in_airflow(
    visit: Visit, warehouse: sa.Engine, run_id: str, links: set[str]
) -> None:
    with warehouse.begin() as session:
        sync_id = session.execute(_FAILED_RUN, {"run_id": run_id}).scalar_one()
    for path in ("/?search=acme_us", "/connections/acme_us", f"/runs/{sync_id}"):
        page = show(visit("ada"), path)
        assert "no answer" in page.text
        assert {link for link in page.all("a", "href") if link.startswith("/dags/") and "/runs/" in link} == links
    with warehouse.begin() as session:
        session.execute(sa.text("DELETE FROM ops.sync WHERE sync_id = :id"), {"id": sync_id})


_FAILED_RUN = sa.text("""
    INSERT INTO ops.sync (connection, sync_id, customer, connector, mode, run_id, triggered_by, state, attempts,
        mapping_version, started_at, finished_at, error_code, error_message)
    VALUES ('acme_us', gen_random_uuid(), 'acme', 'odoo', 'incremental', :run_id, 'ada', 'failed', 1, 1,
        now(), now(), 'SOURCE_TIMEOUT', 'no answer')
    RETURNING sync_id
""")


@pytest.mark.usefixtures("seen")
def test_users_who_may_trigger_get_the_buttons_of_what_is_enabled(visit: Visit) -> None:
    page = show(visit("uma"), "/")
    assert set(page.all("button", "data-post")) == {
        f"connections/{name}/sync" for name in ("acme_us", "acme_eu", "globex", "initech")
    }
    bodies = show(visit("uma"), "/connections/acme_us").all("button", "data-body")
    assert [re.findall(r'"mode": "(\w+)"', body) for body in bodies] == [
        ["auto"], ["initial"], ["full_resync"], ["reconcile"], ["remap"]
    ]  # fmt: skip


RUN = "connections/acme_us/sync"


@pytest.mark.parametrize(
    ("path", "actions"),
    [
        ("/mapping/odoo?connection=acme_us", [RUN]),
        ("/rejects?connection=acme_us", [RUN, "replay", "dismiss"]),
        (f"/rejects/{REJECTED}", [RUN, REJECTED]),
    ],
)
@pytest.mark.usefixtures("seen")
def test_remap_replay_and_dismiss_are_offered_where_there_is_something_to_do(
    visit: Visit, path: str, actions: list[str]
) -> None:
    assert show(visit("uma"), path).actions() == actions


@pytest.mark.parametrize(
    ("path", "actions"),
    [
        ("/connections/{}", []),
        ("/mapping/odoo?connection={}", []),
        ("/rejects?connection={}", ["dismiss"]),
        (f"/rejects/{REJECTED}", [REJECTED]),
    ],
)
def test_no_page_offers_a_run_of_a_disconnected_connection_and_each_says_why(
    visit: Visit, disconnected: str, path: str, actions: list[str]
) -> None:
    page = show(visit("uma"), path.format(disconnected))
    assert page.actions() == actions
    assert "acme_us is disconnected: nothing of it is read or loaded; what it has loaded stays." in page.text
    assert "To sync it again: scripts/orderhouse reconnect acme_us." in page.text


@pytest.mark.parametrize("path", ["/connections/acme_off", "/mapping/odoo?connection=acme_off"])
@pytest.mark.usefixtures("seen")
def test_no_page_offers_a_run_of_what_is_not_enabled(visit: Visit, path: str) -> None:
    page = show(visit("uma"), path)
    assert page.actions() == []
    assert "acme_off is not enabled in connections.yaml." in page.text


@pytest.mark.usefixtures("seen")
def test_the_fields_at_fault_are_marked_in_the_payload(visit: Visit) -> None:
    page = show(visit("vic"), f"/rejects/{REJECTED}")
    marked = [attributes["title"] for tag, attributes in page.tags if attributes.get("class") == "line marked"]
    assert marked == [f"total_amount: {HOSTILE}", "quantity_ordered: no number"]
    assert '"amount_total": "no number"' in page.text


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


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "9999-12-31"])
@pytest.mark.usefixtures("seen")
def test_what_is_no_day_is_refused(visit: Visit, day: str) -> None:
    assert visit("vic").get(f"{MOUNT}/rejects?until={day}").status_code == 422


@pytest.mark.usefixtures("seen")
def test_what_nothing_reads_comes_with_the_line_that_maps_it(visit: Visit) -> None:
    told = visit("vic").get(f"{MOUNT}/api/v1/connectors/odoo/mapping?connection=acme_us").json()
    lines = {field["path"]: field["line"] for field in told["unmapped"]}
    assert {field["share"] for field in told["unmapped"]} == {0.4}, "of the latest syncs"
    assert lines["x_budget"] == "- {table: order, source: x_budget, name: budget, type: decimal}"
    assert lines["x_review_date"] == "- {table: order, source: x_review_date, name: review_date, type: date}"
    assert lines["order_line.x_phase"] == "- {table: line, source: x_phase, name: phase, type: text}"
    assert lines["tags.color"] is None, "a custom field is read from an order or a line"
    assert "name" not in lines, "it is mapped"
    page = show(visit("vic"), "/mapping/odoo?connection=acme_us")
    assert lines["x_budget"] in page.text
    assert "vanished" in page.text


@pytest.mark.usefixtures("seen")
def test_a_run_adds_up_what_it_read(visit: Visit) -> None:
    (run,) = visit("vic").get(f"{MOUNT}/api/v1/runs?state=succeeded&limit=1").json()["data"]
    page = show(visit("vic"), f"/runs/{run['sync_id']}")
    assert page.text.count("all accounted for") + page.text.count("not told") == 2


@pytest.mark.usefixtures("seen")
def test_pages_know_the_path_that_airflow_is_served_below(airflow_app: Any, token: dict[str, str]) -> None:
    client = TestClient(airflow_app, root_path="/prefix", headers={"Authorization": f"Bearer {token['ada']}"})
    before, airflow_app.root_path = airflow_app.root_path, "/prefix"
    try:
        page = Markup(client.get("/prefix/orderhouse/", headers={"Accept": "text/html"}).text)
    finally:
        airflow_app.root_path = before
    addresses = page.all("a", "href") + page.all("link", "href") + page.all("script", "src")
    assert [found for found in addresses if not found.startswith(("/prefix/", "#", "?"))] == []
    assert "/prefix/dags/purchase_orders__sap_s4hana" in addresses


@pytest.mark.usefixtures("seen")
def test_the_pages_say_so_when_there_is_no_such_thing(visit: Visit) -> None:
    for path in ("/connections/nothing", "/mapping/nothing", f"/rejects/{'0' * 8}-0000-0000-0000-{'0' * 12}"):
        answer = visit("vic").get(f"{MOUNT}{path}", headers={"Accept": "text/html"})
        assert (answer.status_code, "<h1>404" in answer.text) == (404, True)


def test_code_in_a_text_is_no_markup_of_its_own() -> None:
    assert coded("a `<b>` & ``c``") == "a <code>&lt;b&gt;</code> &amp; <code>c</code>"


@pytest.mark.parametrize("name", ["nothing.css", "%2e%2e", "..%2fgate.py", "style.css%00"])
def test_there_are_no_assets_but_those_of_the_pages(visit: Visit, name: str) -> None:
    assert visit("vic").get(f"{MOUNT}/assets/{name}").status_code == 404


_FIELD = sa.text("""
    INSERT INTO ops.source_field
        (connection, path, json_types, records, present, recent_records, recent_present, sample,
         first_seen_at, last_seen_at, sync_id)
    VALUES ('acme_us', :path, :types, 1000, 40, '{40, 60}', '{10, 30}', :sample, now(), now(), gen_random_uuid())
""")
_DRIFT = sa.text("""
    INSERT INTO ops.drift (connection, sync_id, path, kind, is_mapped, before, noted_at)
    SELECT connection, sync_id, :path, 'vanished', true, 'string', now() FROM ops.sync
    WHERE connection = 'acme_us' LIMIT 1
""")
