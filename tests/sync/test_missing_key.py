"""A master key that is not the one: every sync fails, and the ledger, hence pages and webhooks, must tell so."""

from __future__ import annotations

import base64
import secrets

import pytest

from include.orderhouse.errors import KeyMissing
from include.orderhouse.sync import steps
from include.orderhouse.sync.failed.failure import record_failure
from tests.sandbox.running import Sandbox
from tests.sync.conftest import Connect, System


def set_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the master key that the customer's data key is wrapped by."""
    monkeypatch.setenv("ORDERHOUSE_MASTER_KEY", base64.b64encode(secrets.token_bytes(32)).decode())


def at(connect: Connect, odoo: Sandbox, mark: str | None) -> System:
    """The connection as another process opens it, with its watermark."""
    found = connect("odoo", odoo)
    found.watermark.text = mark
    return found


def test_a_sync_without_the_key_is_noted_and_succeeds_once_the_key_is_back(
    synced: System, odoo: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = synced.watermark.text
    with monkeypatch.context() as changed:
        set_another_key(changed)
        with pytest.raises(KeyMissing):
            at(connect, odoo, mark).sync(run_id="the run")
    row = synced.last_sync()
    assert (row["state"], row["error_code"], row["mode"]) == ("failed", "KEY_MISSING", "incremental")
    assert "wrapped by master key" in row["error_message"]
    (event,) = synced.rows("SELECT data ->> 'sync_id' AS told FROM ops.webhook_event WHERE kind = 'sync.failed'")
    assert event["told"] == str(row["sync_id"])
    row = at(connect, odoo, mark).sync(run_id="the run")
    assert (row["state"], row["attempts"], row["error_code"]) == ("succeeded", 2, None)


def test_a_sync_that_loses_the_key_on_its_way_is_noted_in_its_own_row(
    synced: System, odoo: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = synced.request(run_id="the run")
    staged = synced.sync_until("extract", request)
    planned = synced.ledger_row(staged)
    set_another_key(monkeypatch)
    without = at(connect, odoo, synced.watermark.text)
    with pytest.raises(KeyMissing) as failed:
        steps.transform(without.runtime, staged)
    record_failure(without.runtime, request, failed.value)
    row = synced.ledger_row(staged)
    assert (row["state"], row["error_code"]) == ("failed", "KEY_MISSING")
    assert [row[name] for name in ("window_start", "attempts", "scope")] == [
        planned[name] for name in ("window_start", "attempts", "scope")
    ]
