"""The embedded server serves as many as want it, keeps its data, and lets analysts read only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from include.orderhouse.errors import ConfigurationInvalid, WarehouseUnavailable
from include.orderhouse.home import PROJECT, Home
from include.orderhouse.warehouse.binaries import run_program
from include.orderhouse.warehouse.embedded import URL_SETTING, EmbeddedPostgres, Server, embedded_postgres

USE_AND_DIE = """
import os, sys
from pathlib import Path
from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Home(Path(sys.argv[1])), port=0).acquire()
print(server.port, flush=True)
os.kill(os.getpid(), 9)
"""


def _is_up(server: Server) -> bool:
    try:
        psycopg.connect(server.libpq_url()).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_first_starts_it_and_the_last_stops_it(home: Home) -> None:
    with embedded_postgres(home, port=0) as first:
        with embedded_postgres(home, port=0) as second:
            assert second == first
        assert _is_up(first)
    assert not _is_up(first)


def test_it_keeps_what_it_holds_when_it_stops(home: Home) -> None:
    with embedded_postgres(home, port=0) as server, psycopg.connect(server.libpq_url()) as warehouse:
        warehouse.execute("CREATE TABLE kept AS SELECT 1 AS value")
    with embedded_postgres(home, port=0) as server, psycopg.connect(server.libpq_url()) as warehouse:
        assert warehouse.execute("SELECT value FROM kept").fetchone() == (1,)


def test_a_user_that_was_killed_does_not_keep_it_running(home: Home) -> None:
    command = [sys.executable, "-c", USE_AND_DIE, str(home.root)]
    killed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert killed.returncode == -9
    with embedded_postgres(home, port=0) as server:
        assert server.port == int(killed.stdout)
    assert not _is_up(server)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PGTZ", "Nowhere"), ("PGOPTIONS", "--nonsense"), ("PGSERVICE", "nowhere"), ("PGHOSTADDR", "127.0.0.9")],
)
def test_what_libpq_reads_of_the_environment_is_of_another_server(
    variable: str, value: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with embedded_postgres(home, port=0) as server:
        assert _is_up(server)
        monkeypatch.setenv(variable, value)
        with embedded_postgres(home, port=0) as again:
            assert again == server


def test_what_is_meant_for_a_server_of_the_users_own_stays_and_is_named_where_it_lets_nobody_in(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_SETTING, "postgresql://db.example.test/warehouse")
    monkeypatch.setenv("PGTZ", "Nowhere")
    with pytest.raises(WarehouseUnavailable, match="TimeZone") as raised, embedded_postgres(home, port=0):
        pytest.fail("it is used")
    assert "PG..." in raised.value.action
    assert os.environ["PGTZ"] == "Nowhere"
    assert not (home.postgres / "data" / "postmaster.pid").exists(), "nobody uses it, so it does not run"


def test_a_program_of_the_server_that_fails_is_told_in_its_own_words_and_names_no_log_that_it_has_not() -> None:
    with pytest.raises(
        WarehouseUnavailable, match=r"initdb of the embedded PostgreSQL failed: .*unrecognized"
    ) as raised:
        run_program("initdb", "--nonsense")
    assert "Where the server had begun, server.log" in raised.value.action


def test_it_is_up_for_all_who_look_whatever_ends_their_sessions(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded_postgres(home, port=0) as server:
        monkeypatch.setenv("PGOPTIONS", "--nonsense")
        assert server.is_up
        monkeypatch.undo()
    assert not server.is_up


def test_an_analyst_reads_the_warehouse_and_nothing_else(home: Home) -> None:
    with embedded_postgres(home, port=0) as server:
        with psycopg.connect(server.libpq_url()) as warehouse:
            warehouse.execute("CREATE TABLE orders AS SELECT 1 AS value")
            warehouse.execute("GRANT SELECT ON orders TO orderhouse_analyst")
            warehouse.execute("CREATE TABLE tokens AS SELECT 1 AS value")
        with psycopg.connect(server.analyst_url, autocommit=True) as analyst:
            assert analyst.execute("SELECT value FROM public.orders").fetchone() == (1,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                analyst.execute("SELECT value FROM public.tokens")
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                analyst.execute("CREATE TABLE public.another (value int)")
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
            psycopg.connect(server.analyst_url.replace("/warehouse", "/airflow"))
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.analyst_url.replace(server.analyst_password, "guess"))


def test_it_works_below_a_path_that_is_too_long_for_a_socket_and_leaves_no_folder_elsewhere(tmp_path: Path) -> None:
    with embedded_postgres(Home(tmp_path / ("long" * 40)), port=0) as server:
        assert _is_up(server)
        assert server.socket_folder.parent == Path(tempfile.gettempdir())
    assert not server.socket_folder.exists()


def test_data_of_another_major_version_is_refused_and_not_touched(home: Home) -> None:
    data = home.postgres / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("16\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="PostgreSQL 16"), embedded_postgres(home, port=0):
        pytest.fail("it started")


def test_a_copy_that_was_made_while_the_server_ran_neither_uses_nor_stops_that_server(
    home: Home, tmp_path: Path
) -> None:
    with embedded_postgres(home, port=0) as server:
        copy = Home(shutil.copytree(home.root, tmp_path / "copy", ignore=shutil.ignore_patterns(".s.PGSQL.*")))
        with pytest.raises(ConfigurationInvalid, match=rf"is a copy of {home.postgres}/data"):
            EmbeddedPostgres(copy, port=0).acquire()
        assert _is_up(server)


def test_a_folder_that_was_moved_while_the_server_ran_is_no_copy(home: Home) -> None:
    with embedded_postgres(home, port=0) as server:
        described = home.postgres / "data" / "postmaster.pid"
        told = described.read_text(encoding="utf-8").splitlines(keepends=True)
        told[1] = f"{home.postgres}/where it was\n"
        described.write_text("".join(told), encoding="utf-8")
        with embedded_postgres(home, port=0) as joined:
            assert joined.port == server.port


def test_the_password_is_not_in_its_description(home: Home) -> None:
    assert "secret" not in repr(Server(home.postgres, 5432, "secret"))
