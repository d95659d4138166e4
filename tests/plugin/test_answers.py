"""When a notification is answered: after it is kept, and before anything else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orchestration.ui import receivers
from include.orderhouse.ports import claim_port
from include.standalone.airflow_api import wait_for
from tests.plugin.test_receivers import BASIC, INBOX, about, address, announced, client, events
from tests.warehouse.conftest import engine, url
from tests.warehouse.orders import rows
from tests.webhooks.receiver import served

__all__ = ["announced", "client", "engine", "url"]

SECONDS = 60.0
BUSY = "LOCK TABLE procurement.purchase_order, ops.sync, ops.order_raw, ops.order_version IN ACCESS EXCLUSIVE MODE"
"""What a sync does not get past."""
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%ops.notification%'"


@pytest.fixture
def airflow_url(airflow_app: Any, client: TestClient) -> Iterator[str]:
    """The application, listening."""
    port = claim_port(0, "the tests", "none")
    with served(airflow_app, port):
        yield f"http://127.0.0.1:{port}"


def post(airflow_url: str, order: int) -> int:
    where = airflow_url + address("acme_odoo")
    return httpx.post(where, json=about(order), headers=BASIC, trust_env=False, timeout=SECONDS).status_code


def test_neither_a_sync_nor_airflow_keeps_a_source_waiting_for_its_answer(
    airflow_url: str, engine: sa.Engine, announced: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_answered, announce = Event(), receivers.announce_mail

    def slow() -> None:
        assert is_answered.wait(SECONDS)
        announce()

    monkeypatch.setattr(receivers, "announce_mail", slow)
    with engine.begin() as busy:
        busy.execute(sa.text(BUSY))
        assert post(airflow_url, 42) == 202
        assert rows(engine, INBOX) == [("acme_odoo", ["42"], True)]
        is_answered.set()
    assert wait_for(lambda: events() == 1, SECONDS), "Airflow is told in the end"


def test_what_cannot_be_kept_is_not_answered_as_if_it_were(airflow_url: str, engine: sa.Engine) -> None:
    with ThreadPoolExecutor() as pool:
        with engine.begin() as busy:
            busy.execute(sa.text("LOCK TABLE ops.notification IN SHARE MODE"))
            answer = pool.submit(post, airflow_url, 42)
            assert wait_for(lambda: rows(engine, WAITING) != [], SECONDS)
            assert not answer.done()
        assert answer.result(SECONDS) == 202
    assert rows(engine, INBOX) == [("acme_odoo", ["42"], True)]
