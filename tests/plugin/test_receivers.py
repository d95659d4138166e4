"""The receivers as Airflow serves them, over a real warehouse: what is genuine is kept before it is answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from airflow.assets.manager import asset_manager
from airflow.sdk.exceptions import AirflowSecretsBackendAccessDenied
from airflow.secrets.environment_variables import EnvironmentVariablesBackend
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from include.orchestration.announcement import MAIL
from include.orchestration.navigation import MOUNT
from include.orchestration.ui import receivers
from include.orchestration.ui.gate import SIGNED
from include.orchestration.ui.surroundings import warehouse
from include.orchestration.vault import CUSTOMER, Revoked
from include.orderhouse.notification import Call, Notice, Notifications
from include.orderhouse.webhooks.receiving import KEPT_FOR, LARGEST_BODY, OLDEST, receive
from tests.warehouse.conftest import engine, url
from tests.warehouse.orders import rows

__all__ = ["engine", "url"]

SECRET = "a-planted-secret-of-the-tests"
WEAK = "fifteen letters"
CONNECTIONS = """
connections:
  acme_odoo: {connector: odoo, customer: acme, notifications: acme_hook}
  acme_books: {connector: quickbooks, customer: acme, notifications: acme_hook, settings: {realm_id: "1"}}
  acme_bc: {connector: business_central, customer: acme, notifications: acme_hook, settings: {root: v2.0}}
  acme_deaf: {connector: odoo, customer: acme}
  acme_secretless: {connector: odoo, customer: acme, notifications: nowhere}
  acme_weak: {connector: odoo, customer: acme, notifications: weak_hook}
  acme_typo: {connector: odoo, customer: acme, notifications: acme_hook, sync_evry: 1h}
"""
BASIC = {"Authorization": "Basic " + base64.b64encode(f"odoo:{SECRET}".encode()).decode()}
INBOX = "SELECT connection, order_ids, problem IS NULL FROM ops.notification ORDER BY received_at"


@pytest.fixture
def client(
    airflow_app: Any, engine: sa.Engine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """A sender that has no login."""
    file = tmp_path / "connections.yaml"
    file.write_text(CONNECTIONS, encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    for name, password in (("acme_hook", SECRET), ("weak_hook", WEAK)):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps({"conn_type": "http", "password": password}))
    warehouse.cache_clear()
    with TestClient(airflow_app, follow_redirects=False, raise_server_exceptions=False) as sender:
        yield sender
    warehouse().dispose()
    warehouse.cache_clear()


@pytest.fixture
def announced(airflow_app: Any) -> Iterator[None]:
    """The asset, known to Airflow."""
    from airflow.models.asset import AssetActive, AssetEvent, AssetModel
    from airflow.utils.session import create_session

    with create_session() as session:
        asset = AssetModel(name=MAIL.name, uri=str(MAIL.uri), group="asset", extra={})
        session.add(asset)
        session.flush()
        session.add(AssetActive.for_asset(asset))
        key = asset.id
    yield
    with create_session() as session:
        session.execute(sa.delete(AssetEvent).where(AssetEvent.asset_id == key))
        session.execute(sa.delete(AssetModel).where(AssetModel.id == key))


def address(connection: str) -> str:
    return f"{MOUNT}{SIGNED}{connection}"


def about(order: int) -> dict[str, Any]:
    return {"_id": order, "_model": "purchase.order", "_action": "Tell"}


def test_a_genuine_notification_is_kept_and_answered(client: TestClient, engine: sa.Engine) -> None:
    client.post(address("acme_odoo"), json=about(1), headers=BASIC)
    answer = client.post(address("acme_odoo"), json=about(42), headers=BASIC)
    assert (answer.status_code, answer.content) == (202, b"")
    assert rows(engine, INBOX) == [("acme_odoo", ["1"], True), ("acme_odoo", ["42"], True)]


def test_what_airflow_cannot_be_told_of_is_answered_all_the_same(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The courier tells within a minute."""
    failing = Mock(side_effect=OperationalError("INSERT", {}, Exception("database is locked")))
    monkeypatch.setattr(asset_manager, "register_asset_change", failing)
    assert client.post(address("acme_odoo"), json=about(42), headers=BASIC).status_code == 202
    failing.assert_called_once()
    assert [record.getMessage() for record in caplog.records] == ["A notification could not be announced"]


@pytest.mark.parametrize(
    ("connection", "headers"),
    [
        ("acme_odoo", {}),
        ("acme_odoo", {"Authorization": "Bearer wrong"}),
        ("acme_odoo", {"Authorization": "Basic b2RvbzpHIQ=="}),
        ("acme_books", {"intuit-signature": "AAAA"}),
        ("acme_books", BASIC),
        ("acme_bc", BASIC),
        ("acme_deaf", BASIC),
        ("nobody", BASIC),
    ],
)
def test_what_is_not_genuine_is_refused_alike_and_not_kept(
    client: TestClient, engine: sa.Engine, connection: str, headers: dict[str, str]
) -> None:
    answer = client.post(address(connection), json=about(42), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "This is no notification of a connection that takes any."
    assert rows(engine, INBOX) == []


def test_a_flood_of_what_is_not_genuine_does_not_read_the_secret_each_time(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    receivers._stored.cache_clear()
    monkeypatch.setattr(receivers, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    wrong = {"Authorization": "Basic " + base64.b64encode(b"odoo:a-wrong-secret-of-some-length").decode()}
    assert {client.post(address("acme_odoo"), json=about(1), headers=wrong).status_code for _ in range(20)} == {401}
    assert receivers._stored.cache_info().misses == 1
    monkeypatch.setattr(receivers, "time", SimpleNamespace(monotonic=lambda: 1011.0))
    assert client.post(address("acme_odoo"), json=about(1), headers=BASIC).status_code == 202
    assert receivers._stored.cache_info().misses == 2


def test_a_secret_that_the_vault_holds_for_another_customer_proves_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {"conn_type": "http", "password": SECRET, "extra": {CUSTOMER: "globex"}}
    monkeypatch.setenv("AIRFLOW_CONN_ACME_HOOK", json.dumps(held))
    receivers._stored.cache_clear()
    assert client.post(address("acme_odoo"), json=about(1), headers=BASIC).status_code == 503
    receivers._stored.cache_clear()


@pytest.mark.parametrize(("error", "reads"), [(AirflowSecretsBackendAccessDenied, 2), (Revoked, 1)])
def test_a_secret_that_is_denied_proves_nothing_and_its_name_is_not_told(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, error: type[Exception], reads: int
) -> None:
    asked: list[str] = []

    def denies(backend: object, conn_id: str, team_name: str | None = None) -> None:
        asked.append(conn_id)
        raise error(f"{conn_id} is denied")

    monkeypatch.setattr(EnvironmentVariablesBackend, "get_conn_value", denies)
    monkeypatch.setattr(receivers, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    receivers._stored.cache_clear()
    answers = [client.post(address("acme_odoo"), json=about(1), headers=BASIC) for _ in range(2)]
    receivers._stored.cache_clear()
    assert {answer.status_code for answer in answers} == {503}
    assert "acme_hook" not in "".join(answer.text for answer in answers)
    assert asked == ["acme_hook"] * reads, "what is revoked stays so for a while, what cannot be read may be back"


@pytest.mark.parametrize("connection", ["acme_secretless", "acme_weak", "acme_typo"])
def test_without_a_secret_to_verify_with_nothing_is_taken(
    client: TestClient, engine: sa.Engine, connection: str
) -> None:
    for headers in ({"Authorization": "Basic b2Rvbzo="}, {"Authorization": f"Bearer {WEAK}"}, {}):
        assert client.post(address(connection), json=about(42), headers=headers).status_code == 503
    assert rows(engine, INBOX) == []


def test_a_notification_of_unknown_shape_is_kept_and_answered(client: TestClient, engine: sa.Engine) -> None:
    strange = (b'{"_model": "res.partner", "_id": 3}', b'{"_model": "\\u0000", "_id": 3}', b"<xml/>", b"", b"\xff\xfe")
    for content in strange:
        assert client.post(address("acme_odoo"), content=content, headers=BASIC).status_code == 202
    assert rows(engine, INBOX) == [("acme_odoo", [], False)] * len(strange)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: TestClient, engine: sa.Engine) -> None:
    answer = client.post(address("acme_odoo"), content=b" " * (LARGEST_BODY + 1), headers=BASIC)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "BODY_TOO_LARGE")
    assert client.post(address("acme_odoo"), content=b" " * LARGEST_BODY, headers=BASIC).status_code == 202


def intuit(**more: Any) -> dict[str, Any]:
    event = {"specversion": "1.0", "id": "e-1", "source": "intuit.x", "type": "qbo.purchaseorder.updated.v1"}
    return {**event, "intuitentityid": "145", "intuitaccountid": "1", "time": "2999-01-01T00:00:00Z", **more}


def signed(body: bytes) -> dict[str, str]:
    return {"intuit-signature": base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()}


def test_an_id_with_a_character_that_no_database_holds_is_not_understood(client: TestClient, engine: sa.Engine) -> None:
    body = json.dumps([intuit(intuitentityid="1\0")]).encode()
    assert client.post(address("acme_books"), content=body, headers=signed(body)).status_code == 202
    assert rows(engine, INBOX) == [("acme_books", [], False)]


def test_an_order_that_is_told_as_deleted_is_kept_as_such(client: TestClient, engine: sa.Engine) -> None:
    body = json.dumps([intuit(type="qbo.purchaseorder.deleted.v1")]).encode()
    client.post(address("acme_books"), content=body, headers=signed(body))
    assert rows(engine, "SELECT order_ids, deleted_ids FROM ops.notification") == [(["145"], ["145"])]


def test_a_replay_is_answered_and_changes_nothing(client: TestClient, engine: sa.Engine) -> None:
    body = json.dumps([intuit()]).encode()
    for _ in range(3):
        assert client.post(address("acme_books"), content=body, headers=signed(body)).status_code == 202
        with engine.begin() as session:
            session.execute(sa.text("UPDATE ops.notification SET taken_at = now(), taken_by = 'run'"))
    assert rows(engine, INBOX) == [("acme_books", ["145"], True)]


def test_a_replay_of_what_has_long_been_forgotten_is_refused(client: TestClient, engine: sa.Engine) -> None:
    assert OLDEST < KEPT_FOR
    for age, status in ((OLDEST + timedelta(minutes=1), 401), (OLDEST - timedelta(minutes=1), 202)):
        body = json.dumps([intuit(time=(datetime.now(UTC) - age).isoformat())]).encode()
        assert client.post(address("acme_books"), content=body, headers=signed(body)).status_code == status
    assert rows(engine, INBOX) == [("acme_books", ["145"], True)]


def test_what_a_connector_says_of_what_it_does_not_understand_is_kept_in_short(engine: sa.Engine) -> None:
    def read(call: Call, settings: object) -> Notice:
        raise ValueError("no order: \0" + "x" * 1000)

    notifications = Notifications(is_genuine=lambda call, secret: True, read=read)
    connector, options = SimpleNamespace(notifications=notifications), SimpleNamespace(notifications="hook")
    connection: Any = SimpleNamespace(name="acme", connector=connector, options=options, settings=None)
    assert receive(engine, connection, Call({}, {}, b""), lambda: SECRET).is_first
    assert rows(engine, "SELECT problem FROM ops.notification") == [("no order: " + "x" * 490,)]


def test_business_central_gets_its_token_back_as_plain_text(client: TestClient) -> None:
    answer = client.post(address("acme_bc"), params={"validationToken": "abc-1"})
    assert (answer.status_code, answer.text) == (200, "abc-1")
    assert answer.headers["content-type"].startswith("text/plain")
    assert client.post(address("acme_odoo"), params={"validationToken": "abc-1"}).status_code == 401


def test_a_burst_is_announced_once(client: TestClient, engine: sa.Engine, announced: None) -> None:
    def send(number: int) -> int:
        return client.post(address("acme_odoo"), json=about(number), headers=BASIC).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(60))) == {202}
    assert len(rows(engine, INBOX)) == 60
    assert events() == 1


def events() -> int:
    """How often Airflow was told."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session

    with create_session() as session:
        mail = sa.select(AssetModel.id).where(AssetModel.name == MAIL.name).scalar_subquery()
        return int(session.scalar(sa.select(sa.func.count()).where(AssetEvent.asset_id == mail)) or 0)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_a_post_needs_no_login(client: TestClient, method: str) -> None:
    assert client.request(method, address("acme_odoo"), headers=BASIC).status_code in (401, 403)
