"""The logs of an installation that runs for months. Airflow itself removes none, and its DAG processor alone writes
some 40 MB a day.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from include.orderhouse.home import Home

LARGEST = 50_000_000
KEPT_DAYS = 30
_DAY = 86_400.0


def put_aside(log: Path) -> None:
    """Move what a log holds to ``<its name>.1``, over what was there; who appends to it goes on."""
    with suppress(FileNotFoundError):
        shutil.copyfile(log, f"{log}.1")
        os.truncate(log, 0)


def tidy(home: Home) -> None:
    """Put aside the logs of processes that have grown large; remove what Airflow logged of tasks long ago."""
    for log in (*home.logs.glob("*.log"), home.postgres_log):
        with suppress(OSError):
            if log.stat().st_size > LARGEST:
                put_aside(log)
    for folder, _, files in os.walk(home.airflow / "logs", topdown=False):
        with suppress(OSError):
            for log in (Path(folder, file) for file in files):
                if _days_old(log) > KEPT_DAYS:
                    log.unlink()
            if not files and _days_old(Path(folder)) > 1:
                os.rmdir(folder)


def _days_old(path: Path) -> float:
    return (time.time() - path.stat().st_mtime) / _DAY
