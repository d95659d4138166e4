"""Who may come in, held against every route that the application has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from include.orchestration.navigation import MOUNT
from include.orchestration.ui import access, gate
from include.orchestration.ui.gate import SAFE_METHODS, SIGNED
from tests.plugin.conftest import ROLES


def mounted(app: Any) -> Any:
    """The plugin's application, as Airflow mounted it."""
    (found,) = (route.app for route in app.routes if isinstance(route, Mount) and route.path == MOUNT)
    return found


def walk(app: Starlette, prefix: str = MOUNT) -> Iterator[tuple[str, str]]:
    """Every method and path that the application answers, those of applications mounted in it included."""
    for route in app.routes:
        if isinstance(route, Mount):
            yield from walk(route.app, prefix + route.path)
            continue
        path = re.sub(r"{[^}]*}", "00000000-0000-0000-0000-000000000000", prefix + route.path)
        yield from ((method, path) for method in sorted(route.methods or {"GET"}))


def bearer(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"Authorization": f"Bearer {token}"}


def test_the_walk_finds_the_routes(airflow_app: Any) -> None:
    routes = set(walk(mounted(airflow_app)))
    assert ("GET", f"{MOUNT}/assets/00000000-0000-0000-0000-000000000000") in routes
    assert all(isinstance(route, APIRoute | Mount) for route in mounted(airflow_app).routes), "a kind to be looked at"


def test_nothing_answers_without_a_login(airflow_app: Any, client: TestClient) -> None:
    """H34: what a plugin mounts has no check but its own. Receivers of signed messages refuse what is not signed."""
    unknown = [("GET", f"{MOUNT}/"), ("GET", f"{MOUNT}/no/such/page"), ("DELETE", f"{MOUNT}/api/v1/nothing")]
    for method, path in [*walk(mounted(airflow_app)), *unknown]:
        answer = client.request(method, path)
        assert (method, path, answer.status_code) == (method, path, 401)
        assert answer.headers["x-request-id"]


@pytest.mark.parametrize("credentials", ["made.up.token", "", "x" * 5000], ids=["made up", "empty", "long"])
def test_nothing_answers_to_a_made_up_token(airflow_app: Any, client: TestClient, credentials: str) -> None:
    for method, path in walk(mounted(airflow_app)):
        if path.startswith(MOUNT + SIGNED):
            continue
        assert client.request(method, path, headers=bearer(credentials)).status_code == 401
        assert client.request(method, path, cookies={"_token": credentials}).status_code == 401


def test_a_viewer_cannot_act(airflow_app: Any, client: TestClient, token: dict[str, str]) -> None:
    for method, path in walk(mounted(airflow_app)):
        if method in SAFE_METHODS or path.startswith(MOUNT + SIGNED):
            continue
        answer = client.request(method, path, headers=bearer(token["vic"]), json={})
        assert (method, path, answer.status_code) == (method, path, 403)
        assert answer.json()["error"]["code"] == "FORBIDDEN"


def test_a_login_opens_what_there_is(client: TestClient, token: dict[str, str]) -> None:
    for name in ROLES:
        assert client.get(f"{MOUNT}/assets/style.css", headers=bearer(token[name])).status_code == 200
        assert client.get(f"{MOUNT}/assets/style.css", cookies={"_token": token[name]}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_no_page_of_another_site_can_act_with_a_users_cookie(
    client: TestClient, token: dict[str, str], headers: dict[str, str]
) -> None:
    cookies = {"_token": token["ada"]}
    answer = client.post(f"{MOUNT}/api/v1/anything", headers=headers, cookies=cookies)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "CROSS_SITE_REQUEST")


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {"Origin": "https://testserver"}]
)
def test_the_pages_themselves_can_act(client: TestClient, token: dict[str, str], headers: dict[str, str]) -> None:
    answer = client.post(f"{MOUNT}/api/v1/anything", headers=headers, cookies={"_token": token["ada"]})
    assert answer.status_code == 404


def test_the_pages_can_act_behind_a_proxy_that_calls_airflow_by_another_name(
    client: TestClient, token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(origin: str) -> int:
        cookies = {"_token": token["ada"]}
        return client.post(f"{MOUNT}/api/v1/anything", headers={"Origin": origin}, cookies=cookies).status_code

    assert act("https://airflow.example.com") == 403
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com/below")
    assert act("https://airflow.example.com") == 404
    assert act("https://evil.example") == 403


def test_a_page_of_another_site_cannot_act_with_a_token_either(client: TestClient, token: dict[str, str]) -> None:
    headers = bearer(token["ada"])
    assert client.post(f"{MOUNT}/api/v1/anything", headers=headers).status_code == 404
    answer = client.post(f"{MOUNT}/api/v1/anything", headers=headers | {"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "CROSS_SITE_REQUEST")


def test_another_site_may_link_to_a_page_but_not_embed_it(client: TestClient, token: dict[str, str]) -> None:
    cookies, page = {"_token": token["ada"]}, f"{MOUNT}/assets/style.css"
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get(page, headers={**foreign, "Sec-Fetch-Dest": "document"}, cookies=cookies).status_code == 200
    for other in ({"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "no-cors"}):
        assert client.get(page, headers={**foreign, **other}, cookies=cookies).status_code == 403
    sibling = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}
    assert client.get(page, headers=sibling, cookies=cookies).status_code == 403
    answer = client.get(page, cookies=cookies)
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


def test_a_person_is_shown_where_to_log_in(client: TestClient) -> None:
    answer = client.get(f"{MOUNT}/", headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert f"/auth/login?{urlencode({'next': MOUNT + '/'})}" in answer.text


def test_a_redirect_names_no_host(client: TestClient, token: dict[str, str]) -> None:
    answer = client.get(f"{MOUNT}/mapping/?a=1", headers=bearer(token["vic"]))
    assert (answer.status_code, answer.headers["location"]) == (307, f"{MOUNT}/mapping?a=1")


def test_no_answer_is_kept_by_a_proxy_or_read_as_another_type(client: TestClient, token: dict[str, str]) -> None:
    for path, kept in {"mapping": "private, no-store", "assets/style.css": "private, no-cache"}.items():
        headers = client.get(f"{MOUNT}/{path}", headers=bearer(token["vic"])).headers
        assert headers["cache-control"] == kept
        assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("same-origin", "nosniff")


def test_what_breaks_is_in_the_log_under_the_requests_id_and_not_in_the_answer(
    client: TestClient, token: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(_: object) -> bool:
        raise RuntimeError("planted")

    monkeypatch.setattr(access.Access, "may_look", break_down)
    answer = client.get(f"{MOUNT}/api/v1/connections", headers=bearer(token["ada"]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert "planted" not in answer.text
    (told,) = [record for record in caplog.records if record.name == gate.__name__]
    assert answer.headers["x-request-id"] in told.getMessage()
    assert "planted" in str(told.exc_info)


def test_an_outage_of_airflows_own_database_is_told_as_one_that_passes(
    client: TestClient, token: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def nobody_answers(*_: object) -> None:
        raise sa.exc.OperationalError("SELECT secret", None, OSError("no one listens"))

    monkeypatch.setattr(access.DagModel, "get_dag_id_to_team_name_mapping", nobody_answers)
    answer = client.get(f"{MOUNT}/", headers={**bearer(token["ada"]), "Accept": "text/html"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "Airflow&#39;s own database cannot be reached just now." in answer.text
    (told,) = [record.getMessage() for record in caplog.records if record.name == gate.__name__]
    assert answer.headers["x-request-id"] in told
    assert "no one listens" in told
    assert "secret" not in answer.text + told


def test_what_is_no_request_of_http_is_not_let_in(client: TestClient) -> None:
    with pytest.raises(RuntimeError, match="no rule for websocket"), client.websocket_connect(f"{MOUNT}/mapping"):
        pass
