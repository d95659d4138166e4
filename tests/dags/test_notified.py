"""Whose notifications a run takes on, and which connections it reads then."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from include.orchestration import notified
from include.orderhouse.configuration.connections import connections_file
from include.orderhouse.warehouse.messages.inbox import Letter, has_mail, keep, runs_with_unread_mail
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.conftest import engine, url
from tests.warehouse.orders import rows

__all__ = ["engine", "url"]

CONNECTIONS = """
customers: {globex: {}}
connections:
  acme: {connector: odoo, customer: acme, notifications: hook}
  acme_eu: {connector: odoo, customer: acme, notifications: hook}
  acme_off: {connector: odoo, customer: acme, notifications: hook, enabled: false}
  acme_left: {connector: odoo, customer: acme, notifications: hook}
  acme_typo: {connector: odoo, customer: acme, notifications: hook, sync_evry: 1h}
  acme_off_typo: {connector: odoo, customer: acme, notifications: hook, sync_evry: 1h, enabled: false}
  globex: {connector: odoo, customer: globex, notifications: hook}
  globex_typo: {connector: odoo, customer: globex, notifications: hook, sync_evry: 1h}
"""
RUN = SimpleNamespace(dag_id="purchase_orders__notified", run_id="asset__1")


class Synced:
    """A watermark, which acme alone has."""

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def read(self) -> str | None:
        return "2026-01-31T08:00:00Z" if self._connection == "acme" else None


@pytest.fixture(autouse=True)
def inbox(engine: sa.Engine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """The warehouse of these connections, one of which has left."""
    file = tmp_path / "connections.yaml"
    file.write_text(CONNECTIONS, encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    monkeypatch.setattr(notified, "TaskWatermark", Synced)
    monkeypatch.setattr(notified, "get_current_context", lambda: {"dag_run": RUN})
    set_status(engine, "acme_left", "acme", "odoo", "disconnected")
    return engine


def told(inbox: sa.Engine, *connections: str, **letter: Any) -> None:
    """Each of these connections is told of."""
    for name in connections:
        keep(inbox, Letter(name, b"1", **letter))


def read(customer: str | None = None) -> list[str]:
    """What the run reads of a customer with DAGs of its own, or of all others."""
    return list(notified.mail.function(customer))


def test_a_run_reads_the_enabled_connections_that_were_told_of(inbox: sa.Engine) -> None:
    told(inbox, "acme", "acme_off", "acme_left", "no_longer_there", order_ids=("1",))
    assert read() == ["acme"]
    assert not has_mail(inbox), "what nobody reads does not wait for ever"
    assert read() == ["acme"], "the same task, tried again"
    assert rows(inbox, "SELECT DISTINCT taken_by FROM ops.notification") == [("purchase_orders__notified/asset__1",)]


def test_a_source_that_refuses_the_credentials_sees_no_login_for_each_notification(inbox: sa.Engine) -> None:
    set_status(inbox, "acme", "acme", "odoo", "needs_reauthorisation")
    told(inbox, "acme", order_ids=("1",))
    assert read() == []
    assert runs_with_unread_mail(inbox) == set(), "it rests"
    set_status(inbox, "acme", "acme", "odoo", "online")
    with inbox.begin() as warehouse:
        warehouse.execute(sa.text("UPDATE ops.notification SET taken_at = taken_at - interval '10 minutes'"))
    assert runs_with_unread_mail(inbox) == {"purchase_orders__notified/asset__1"}


def test_an_entry_that_cannot_be_used_is_read_so_that_its_task_says_why(inbox: sa.Engine) -> None:
    told(inbox, "acme_typo", "acme_off_typo", order_ids=("1",))
    assert read() == ["acme_typo"]


def test_each_customer_with_dags_of_its_own_is_read_by_these_alone(
    inbox: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(inbox, "acme", "globex", "globex_typo", order_ids=("1",))
    assert read() == ["acme"]
    assert has_mail(inbox)
    monkeypatch.setattr(RUN, "dag_id", "purchase_orders__notified__globex")
    assert read("globex") == ["globex", "globex_typo"]
    assert not has_mail(inbox)


def test_what_waits_for_a_customer_that_is_told_of_nothing_any_more_does_not_wait_for_ever(inbox: sa.Engine) -> None:
    """The DAG that would have read it is gone; what changed comes with the next incremental sync."""
    file = connections_file()
    file.write_text(CONNECTIONS.replace("customer: globex, notifications: hook", "customer: globex"), encoding="utf-8")
    told(inbox, "acme", "globex", "globex_typo", order_ids=("1",))
    assert read() == ["acme"]
    assert not has_mail(inbox)


def test_what_names_no_order_starts_no_sync(inbox: sa.Engine) -> None:
    told(inbox, "acme")
    assert read() == []


def test_what_is_not_understood_is_an_ordinary_sync_where_there_was_one_before(inbox: sa.Engine) -> None:
    told(inbox, "acme", "acme_eu", problem="no JSON")
    assert read() == ["acme"]
