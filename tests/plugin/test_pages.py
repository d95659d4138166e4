"""The pages over a real warehouse, as users of each role get them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orchestration.ui.pages import connections
from include.orchestration.ui.wording import coded
from tests.plugin.browsing import MOUNT, PAGES, Markup, Visit, seen, show
from tests.plugin.warehouse import HOSTILE, REJECTED

__all__ = ["seen"]


@pytest.mark.usefixtures("seen")
def test_nothing_that_a_source_gives_becomes_markup(visit: Visit) -> None:
    for path in PAGES:
        page = show(visit("ada"), path)
        assert page.all("script", "src") == [f"{MOUNT}/assets/script.js"]
        assert sum(tag == "script" for tag, _ in page.tags) == 1
        attributes = [name for _, found in page.tags for name in found]
        assert [name for name in attributes if name.startswith("on") or name == "style"] == []


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
    found = show(visit("vic"), "/?search=%20ODOO").text
    assert ["acme_us" in found, "globex" in found] == [True, False]


@pytest.mark.usefixtures("seen")
def test_every_connection_is_reached_from_page_to_page(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ROWS", 2)
    pages = [show(visit("vic"), query) for query in ("/", "/?page=2", "/?page=3")]
    links = [{link for link in page.all("a", "href") if "/connections/" in link} for page in pages]
    assert [len(found) for found in links] == [2, 2, 1]
    assert len(set().union(*links)) == 5
    assert [f"Page {number} of 3, 5 connections" in page.text for number, page in enumerate(pages, 1)] == [True] * 3
    assert ["?page=2" in pages[0].all("a", "href"), "?page=4" in pages[2].all("a", "href")] == [True, False]


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
def test_the_fields_at_fault_are_marked_in_the_payload(visit: Visit) -> None:
    page = show(visit("vic"), f"/rejects/{REJECTED}")
    marked = [attributes["title"] for tag, attributes in page.tags if attributes.get("class") == "line marked"]
    assert marked == [f"total_amount: {HOSTILE}", "quantity_ordered: no number"]
    assert '"amount_total": "no number"' in page.text


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
