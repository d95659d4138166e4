"""The pages and the API behind a reverse proxy, below a path, served by two API servers in turn."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from time import monotonic
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from include.orderhouse.home import Home
from include.standalone.airflow_api import wait_for
from include.standalone.environment import ADMIN
from include.standalone.processes import Processes
from tests.e2e.browser import Visitor, chromium, enter_password
from tests.e2e.installation import RUN_SECONDS, Airflow
from tests.e2e.proxy import PREFIX, SERVER, Proxy, free_ports, proxying
from tests.e2e.test_pages import DAG, NAME, PAGES

PER_MINUTE = 30


@pytest.fixture(scope="module")
def proxy(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy before two further API servers of the same Airflow."""
    front, *servers = free_ports(3)
    processes = Processes(Home(tmp_path_factory.mktemp("proxied")).create())
    told = {"AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{front}{PREFIX}"}
    told["ORDERHOUSE_API_REQUESTS_PER_MINUTE"] = str(PER_MINUTE)
    try:
        for port in servers:
            environment = {**airflow.installation.environment, **told, "AIRFLOW__API__PORT": str(port)}
            processes.start(f"api-server-{port}", [sys.executable, "-m", "airflow", "api-server"], environment)
        with proxying(front, tuple(servers)) as found:
            assert wait_for(lambda: not processes.ended() and all(map(is_up, servers)), RUN_SECONDS)
            yield found
    finally:
        processes.stop()


def is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{PREFIX}/api/v2/version", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def token(proxy: Proxy, airflow: Airflow) -> str:
    """The administrator's token, by the proxy."""
    login = {"username": ADMIN, "password": airflow.installation.host.admin_password}
    answer = httpx.post(f"{proxy.url}/auth/token", json=login, trust_env=False, timeout=60)
    return str(answer.raise_for_status().json()["access_token"])


@pytest.fixture(scope="module")
def window(proxy: Proxy, airflow: Airflow) -> Iterator[Visitor]:
    """A window in which somebody has come to the pages, was sent to Airflow's login, and is back."""
    airflow.api.pause(DAG, False)
    with chromium() as browser:
        yield arrive(browser, proxy, airflow.installation.host.admin_password)


def arrive(browser: Browser, proxy: Proxy, password: str) -> Visitor:
    page, complaints = browser.new_page(), list[str]()
    page.set_default_timeout(60_000)
    page.goto(f"{proxy.url}/orderhouse{PAGES['connection']}")
    page.get_by_role("link", name="Log in to Airflow").click()
    enter_password(page, password)
    expect(page.get_by_role("heading", name=re.compile(NAME))).to_be_visible()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return Visitor(page, proxy.url, complaints)


def test_the_pages_and_their_buttons_work_below_the_path_of_a_proxy(window: Visitor, proxy: Proxy) -> None:
    assert window.page.url == f"{proxy.url}/orderhouse{PAGES['connection']}"
    window.press("Remap")
    window.finished(NAME)
    for path in PAGES.values():
        window.open(path)
        expect(window.page.locator("h1")).to_be_visible()
        assert window.page.evaluate("getComputedStyle(document.querySelector('header nav')).display") == "flex"
        links = window.page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)")
        assert [link for link in links if not link.startswith(f"{proxy.url}/")] == []
    assert window.complaints == []
    assert min(proxy.served[port] for port in proxy.servers) > 0


def test_airflows_own_ui_leads_to_the_pages_and_they_lead_back(window: Visitor, proxy: Proxy) -> None:
    window.page.goto(f"{proxy.url}/plugin/orderhouse")
    window.inside.get_by_role("link", name=NAME).first.click()
    expect(window.inside.get_by_role("heading", name=re.compile(NAME))).to_be_visible()
    window.inside.get_by_role("link", name=DAG).click()
    window.page.wait_for_url(f"{proxy.url}/dags/{DAG}")


@pytest.mark.parametrize("keeps_host", [True, False])
def test_only_the_pages_at_the_proxys_address_may_act(proxy: Proxy, token: str, keeps_host: bool) -> None:
    proxy.keeps_host = keeps_host
    statuses = {
        origin: httpx.post(
            f"{proxy.url}/orderhouse/api/v1/nothing",
            headers={"Origin": origin},
            cookies={"_token": token},
            trust_env=False,
            timeout=60,
        ).status_code
        for origin in (proxy.origin, "http://evil.example", f"{proxy.origin}.evil.example", "null")
    }
    proxy.keeps_host = False
    assert list(statuses.values()) == [404, 403, 403, 403]


def test_a_redirect_stays_at_the_address_of_the_proxy(proxy: Proxy, token: str) -> None:
    answer = httpx.get(f"{proxy.url}/orderhouse/mapping/", cookies={"_token": token}, trust_env=False, timeout=60)
    assert answer.status_code == 307
    place = urlsplit(answer.headers["location"])
    assert (place.netloc, place.path) == ("", f"{PREFIX}/orderhouse/mapping")


def test_servers_count_a_clients_requests_together(proxy: Proxy, token: str) -> None:
    began, asked = monotonic(), 2 * PER_MINUTE
    path = f"{proxy.url}/orderhouse/api/v1/connections/qb_rotating/sync-status"
    let_in = Counter[str]()
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60) as client:
        for answer in (client.get(path) for _ in range(asked)):
            let_in[answer.headers[SERVER]] += answer.is_success
    refilled = (monotonic() - began) * PER_MINUTE / 60
    assert len(let_in) == 2
    assert PER_MINUTE <= let_in.total() <= PER_MINUTE + refilled + 1
