"""What the nightly task does of all connections, whatever one entry is like."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from include.orchestration.maintenance import enforce_retention
from include.orderhouse.errors import ConfigurationInvalid, StorageUnavailable
from include.orderhouse.warehouse.messages.inbox import Letter, keep, take
from tests.warehouse.conftest import engine, url
from tests.warehouse.orders import rows
from tests.webhooks.conftest import deliverer, happened

__all__ = ["engine", "url"]


@pytest.fixture
def file(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The connections of a warehouse, one of which works."""
    found = tmp_path / "connections.yaml"
    found.write_text("connections: {acme: {connector: odoo, customer: acme}}", encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(found))
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    monkeypatch.setenv("ORDERHOUSE_HOME", str(tmp_path))
    return found


def test_old_events_and_notifications_go_and_the_audit_log_is_sealed(engine: sa.Engine, file: Path) -> None:
    happened(engine)
    deliverer(engine, "http://127.0.0.1:1/", subscriptions={}).distribute()
    keep(engine, Letter("acme", b"1", ("1",)))
    take(engine, "run")
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.webhook_event SET occurred_at = now() - interval '31 days'"))
        session.execute(sa.text("UPDATE ops.notification SET received_at = now() - interval '15 days'"))
    assert list(enforce_retention.function()) == ["acme"]
    assert rows(engine, "SELECT 1 FROM ops.webhook_event UNION ALL SELECT 2 FROM ops.notification") == []
    actions = rows(engine, "SELECT action FROM ops.audit ORDER BY audit_id")
    assert [action for (action,) in actions] == ["retention.enforced", "audit.sealed"]


def test_an_entry_that_cannot_be_used_is_told_when_all_others_are_done(engine: sa.Engine, file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8")[:-1] + ", wrong: {connector: odoo}}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="'wrong', customer: is required"):
        enforce_retention.function()
    ((details,),) = rows(engine, "SELECT details FROM ops.audit WHERE action = 'retention.enforced'")
    assert list(details) == ["acme"]


def test_a_connection_that_cannot_be_seen_to_is_told_when_all_others_are_done(engine: sa.Engine, file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8")[:-1] + ", beta: {connector: odoo, customer: beta}}")
    staged = file.parent / "staging" / "acme"
    staged.parent.mkdir()
    staged.symlink_to(staged)
    with pytest.raises(StorageUnavailable, match="staging/acme"):
        enforce_retention.function()
    ((details,),) = rows(engine, "SELECT details FROM ops.audit WHERE action = 'retention.enforced'")
    assert list(details) == ["beta"]


def test_a_mistake_in_the_list_of_whom_to_call_shows_before_somebody_has_to_be(engine: sa.Engine, file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8") + "\nalerts: {on_failur: []}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"alerts, on_failur: there is no such option"):
        enforce_retention.function()
    assert rows(engine, "SELECT count(*) FROM ops.audit") == [(2,)]


def test_a_connection_without_an_entry_is_named_as_one_of_which_nothing_is_removed(
    engine: sa.Engine, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with engine.begin() as session:
        for name in ("acme", "left", "wrong"):
            held = sa.text("INSERT INTO ops.connection_total VALUES (:name, 1, 1, NULL, now())")
            session.execute(held, {"name": name})
    file.write_text(file.read_text(encoding="utf-8")[:-1] + ", wrong: {connector: odoo}}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="wrong"):
        enforce_retention.function()
    told = [record.getMessage() for record in caplog.records if "no entry" in record.getMessage()]
    assert told == ["left has no entry in connections.yaml: the warehouse keeps all of it, whatever its age"]


def test_an_own_master_key_of_no_customer_is_told_every_night(
    engine: sa.Engine, file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suffix in ("ACME", "ACEM"):
        monkeypatch.setenv(f"ORDERHOUSE_MASTER_KEY_FILE__{suffix}", "/a/file")
    enforce_retention.function()
    told = [record.getMessage() for record in caplog.records if "own master keys" in record.getMessage()]
    assert len(told) == 1
    assert "no customer uses ORDERHOUSE_MASTER_KEY_FILE__ACEM. End the setting in its customer's name" in told[0]
