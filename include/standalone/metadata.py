"""Airflow's metadata database: migrated when Airflow is new or another version, and not touched else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version

import psycopg

from include.orderhouse.errors import WarehouseUnavailable
from include.orderhouse.home import write_private
from include.standalone.environment import AirflowHost


class MetadataMigration:
    """``airflow db migrate`` in the background, unless the database stands where that command last left it."""

    def __init__(self, host: AirflowHost, environment: Mapping[str, str]) -> None:
        self._host = host
        self._stamp = host.migrated
        self.log = host.home.logs / "migrate.log"
        self._process = None if self._is_done() else self._start(environment)

    def finish(self) -> str | None:
        """Wait for it; None if it went well, else the last thing it said."""
        if self._process is None:
            return None
        if self._process.wait():
            return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        write_private(self._stamp, json.dumps(self._state()))
        return None

    def _start(self, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "airflow", "db", "migrate"],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _is_done(self) -> bool:
        state = self._state()
        with suppress(FileNotFoundError, ValueError):
            return bool(json.loads(self._stamp.read_text(encoding="utf-8")) == state)
        return False

    def _state(self) -> list[str | None]:
        """The version of Airflow and the revision of its database. Raises WarehouseUnavailable."""
        try:
            return self._read_state()
        except psycopg.Error as error:
            raise WarehouseUnavailable(
                f"Airflow's database, in the embedded PostgreSQL, cannot be used: {error}.",
                action=f"The server's log is {self._host.home.postgres_log}. Where it is damaged, restore the state "
                "folder from a backup.",
            ) from error

    def _read_state(self) -> list[str | None]:
        with psycopg.connect(self._host.postgres.libpq_url("airflow")) as connection:
            if connection.execute("SELECT to_regclass('alembic_version')").fetchone() != ("alembic_version",):
                return [version("apache-airflow-core"), None]
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
        return [version("apache-airflow-core"), revision]
