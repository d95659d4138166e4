"""Retention: what is older goes, of this connection only; what is younger, or still wanted, stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.orderhouse.configuration.options import Options, Retention
from include.orderhouse.errors import StorageUnavailable
from include.orderhouse.sync.failed.waits import refused_since
from include.orderhouse.sync.request import Mode
from include.orderhouse.upkeep import maintenance
from include.orderhouse.upkeep.maintenance import maintain
from include.orderhouse.warehouse.records import retention
from include.orderhouse.warehouse.syncs.ledger import fail_sync
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import System, lose_numbers

KEEP = Retention(raw=timedelta(days=30), rejects=timedelta(days=10), staged=timedelta(days=7))


def aged(system: System, statement: str) -> None:
    with system.runtime.warehouse.begin() as warehouse:
        warehouse.execute(sa.text(statement))


def pass_days(days: int) -> str:
    """All of a sync happened that long ago."""
    past = f"interval '{days} days'"
    return ", ".join(f"{name} = {name} - {past}" for name in ("started_at", "attempted_at", "finished_at"))


def removed(system: System, keep: Retention, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    monkeypatch.setenv("ORDERHOUSE_STAGING_URL", str(system.runtime.staging_url))
    found = system.runtime.connection
    kept = found.model_copy(update={"options": found.options.model_copy(update={"retention": keep})})
    told, failures = maintain(system.runtime.warehouse, [kept])
    assert failures == {}
    return told[found.name]


def test_records_go_when_their_time_is_over_and_anothers_stay(synced: System, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(
        synced,
        """
        INSERT INTO ops.order_raw SELECT 'another', order_id, source_order_id, now() - interval '9 years', payload,
            sync_id, payload_hash FROM ops.order_raw
        """,
    )
    aged(synced, "UPDATE ops.order_raw SET fetched_at = now() - interval '29 days' WHERE connection = 'odoo'")
    oldest = "(SELECT order_id FROM ops.order_raw WHERE connection = 'odoo' ORDER BY 1 LIMIT 3)"
    aged(synced, f"UPDATE ops.order_raw SET fetched_at = now() - interval '31 days' WHERE order_id IN {oldest}")
    assert removed(synced, Retention(), monkeypatch)["closed rejects"] == 0
    assert removed(synced, KEEP, monkeypatch)["raw records"] == 3
    assert removed(synced, KEEP, monkeypatch)["raw records"] == 0
    counts = "SELECT connection, count(*) AS kept FROM ops.order_raw GROUP BY 1 ORDER BY 1"
    assert [tuple(row.values()) for row in synced.rows(counts)] == [("another", 40), ("odoo", 37)]
    assert len(synced.order_ids()) == 40
    assert synced.sync(Mode.REMAP)["orders_extracted"] == 37


def test_a_record_that_went_comes_back_with_its_orders_next_version(
    odoo: Sandbox, synced: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged(synced, "UPDATE ops.order_raw SET fetched_at = now() - interval '31 days'")
    assert removed(synced, KEEP, monkeypatch)["raw records"] == 40
    odoo.clock.advance(3600)
    odoo.act(history.change_header, order_id=int(min(synced.order_ids(), key=int)), memo="Changed")
    row = synced.sync()
    assert row["orders_updated"] >= 1
    replaced = row["orders_updated"] + row["orders_unchanged"]
    assert synced.rows("SELECT count(*) AS kept FROM ops.order_raw") == [{"kept": replaced}]


def test_closed_rejects_go_and_waiting_ones_lose_their_payload_only(
    odoo: Sandbox, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    odoo.act(lose_numbers, sorted(odoo.company.orders)[:3])
    system.sync(max_reject_share="1")
    aged(system, "UPDATE ops.reject SET fetched_at = now() - interval '31 days'")
    aged(system, "UPDATE ops.reject SET rejected_at = now() - interval '12 days'")
    closed = "UPDATE ops.reject SET resolved_at = now() - interval '11 days', resolution = 'superseded'"
    aged(system, f"{closed} WHERE reject_id = (SELECT reject_id FROM ops.reject ORDER BY 1 LIMIT 1)")
    told = removed(system, KEEP, monkeypatch)
    assert (told["closed rejects"], told["payloads of rejects"]) == (1, 2)
    again = removed(system, KEEP, monkeypatch)
    assert (again["closed rejects"], again["payloads of rejects"]) == (0, 0)
    assert [row["payload"] for row in system.rows("SELECT payload FROM ops.reject")] == [None, None]


def test_staged_files_of_abandoned_syncs_and_old_reports_go(synced: System, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = synced.sync_until("extract", synced.request(Mode.FULL_RESYNC, run_id="under way"))
    old = synced.sync_until("validate", synced.request(Mode.FULL_RESYNC, run_id="abandoned"))
    aged(synced, f"UPDATE ops.sync SET {pass_days(95)} WHERE sync_id = '{old}'")
    told = removed(synced, KEEP, monkeypatch)
    folders = {path.name for path in (Path(str(synced.runtime.staging_url)) / "odoo").iterdir()}
    assert (told["staged syncs"], told["reports"]) == (1, 1)
    assert folders == {"discovered", fresh}


def test_the_files_of_a_sync_that_the_warehouse_does_not_know_go_and_other_files_stay(
    synced: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were of a warehouse that was made anew."""
    place = Path(str(synced.runtime.staging_url)) / "odoo"
    (place / "5f3c0000-0000-0000-0000-000000000001" / "raw").mkdir(parents=True)
    (place / "read me").touch()
    assert removed(synced, KEEP, monkeypatch)["staged syncs"] == 1
    assert {path.name for path in place.iterdir()} == {"discovered", "read me"}


def test_reports_are_kept_for_their_own_time(synced: System, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(synced, f"UPDATE ops.sync SET {pass_days(20)}")
    assert removed(synced, Retention(staged=timedelta(days=7)), monkeypatch)["reports"] == 0
    assert removed(synced, Retention(reports=timedelta(days=19)), monkeypatch)["reports"] == 1


def test_a_connection_whose_files_cannot_be_reached_holds_up_no_other(
    synced: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, whole = synced.runtime.connection, retention.enforce

    def enforce(engine: sa.Engine, name: str, keep: Retention) -> dict[str, int]:
        if name == "first":
            raise StorageUnavailable("The bucket is away.", action="Check it.")
        return whole(engine, name, keep)

    monkeypatch.setattr(maintenance, "enforce", enforce)
    every = [known.model_copy(update={"name": name}) for name in ("first", "odoo", "never synced")]
    told, failures = maintain(synced.runtime.warehouse, every)
    assert {name: counts["staged syncs"] for name, counts in told.items()} == {"odoo": 0, "never synced": 0}
    assert {name: error.code for name, error in failures.items()} == {"first": "STORAGE_UNAVAILABLE"}


def test_the_files_of_a_sync_that_was_cleared_after_a_long_while_stay_while_it_runs(
    synced: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were they removed, the transform would map only the pages that came afterwards, and nobody would know."""
    request = synced.request(Mode.FULL_RESYNC, run_id="cleared")
    staged = synced.sync_until("extract", request)
    fail_sync(synced.runtime.warehouse, "odoo", staged, "SOURCE_TIMEOUT", "no answer")
    aged(synced, f"UPDATE ops.sync SET {pass_days(30)} WHERE sync_id = '{staged}'")
    synced.sync_until("extract", request)
    assert removed(synced, KEEP, monkeypatch)["staged syncs"] == 0
    assert synced.ledger_row(synced.sync_until("load", request))["orders_extracted"] == 40


def test_the_files_of_a_sync_that_fetches_for_longer_than_others_are_kept_stay(
    synced: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged, short = synced.sync_until("extract", synced.request(Mode.FULL_RESYNC)), Retention(staged=timedelta(days=1))
    aged(synced, f"UPDATE ops.sync SET {pass_days(4)}")
    assert removed(synced, short, monkeypatch)["staged syncs"] == 0
    fail_sync(synced.runtime.warehouse, "odoo", staged, "SOURCE_TIMEOUT", "no answer")
    aged(synced, f"UPDATE ops.sync SET {pass_days(2)}")
    assert removed(synced, short, monkeypatch)["staged syncs"] == 1


def test_the_files_of_a_sync_that_waits_for_its_source_before_it_has_a_plan_stay(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were they removed, it would begin to wait anew, for two hours after each night."""
    request, first = system.request(run_id="refused"), datetime(2026, 10, 1, 2, tzinfo=UTC)
    assert refused_since(system.runtime, request, first, is_first=True) == first
    assert removed(system, KEEP, monkeypatch)["staged syncs"] == 0
    assert refused_since(system.runtime, request, first + timedelta(hours=1), is_first=False) == first
    assert system.rows("SELECT state, mode, run_id FROM ops.sync") == [
        {"state": "running", "mode": "initial", "run_id": "refused"}
    ]


def test_retention_is_an_option_of_a_connection() -> None:
    written = {"raw": "365d", "staged": "12h"}
    options = Options.model_validate({"connector": "odoo", "customer": "acme", "retention": written})
    assert options.retention.raw == timedelta(days=365)
    assert (options.retention.staged, options.retention.rejects) == (timedelta(hours=12), timedelta(days=90))
