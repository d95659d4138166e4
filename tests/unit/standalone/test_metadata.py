"""Airflow's database: what a start says of one that cannot be used, and when it migrates."""

from __future__ import annotations

import shutil

import psycopg
import pytest

from include.orderhouse.errors import WarehouseUnavailable
from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import Server, embedded_postgres
from include.standalone import metadata
from include.standalone.environment import AirflowHost
from include.standalone.metadata import MetadataMigration


def test_a_database_that_cannot_be_used_is_one_message_with_the_servers_log(home: Home) -> None:
    with embedded_postgres(home, port=0) as server:
        with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
            session.execute("ALTER DATABASE airflow ALLOW_CONNECTIONS false")
        with pytest.raises(WarehouseUnavailable, match="Airflow's database, in the embedded PostgreSQL") as raised:
            MetadataMigration(AirflowHost(home, server, 8080), {})
    assert "not currently accepting connections" in raised.value.message
    assert str(home.postgres_log) in raised.value.action


@pytest.mark.parametrize("stamp", [None, "", '["3.'])
def test_a_note_that_is_missing_or_torn_counts_as_none(
    stamp: str | None, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(MetadataMigration, "_start", lambda *_: started.append("airflow db migrate"))
    monkeypatch.setattr(MetadataMigration, "_read_state", lambda _: ["3.3.0", None])
    host = AirflowHost(home, Server(home.postgres, 5432, "secret"), 8080)
    if stamp is not None:
        host.migrated.write_text(stamp, encoding="utf-8")
    MetadataMigration(host, {})
    assert started
    host.migrated.write_text('["3.3.0", null]', encoding="utf-8")
    MetadataMigration(host, {})
    assert len(started) == 1


def test_a_migration_that_fails_is_told_by_its_last_words_and_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MetadataMigration, "_read_state", lambda _: ["3.3.0", None])
    monkeypatch.setattr(metadata.sys, "executable", shutil.which("false"))
    host = AirflowHost(home, Server(home.postgres, 5432, "secret"), 8080)
    assert MetadataMigration(host, {}).finish() is not None
    assert not host.migrated.exists()
