"""Logs do not grow for ever, and what a part said before it ended outlives the next start."""

from __future__ import annotations

import os
import sys
import time
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from include.orderhouse.home import Home
from include.standalone import logs, start
from include.standalone.airflow_api import wait_for
from include.standalone.processes import Processes

KEEPS_WRITING = "import time\nwhile True: print('a line', flush=True); time.sleep(0.01)"


def test_what_a_process_said_before_it_ended_is_there_after_the_next_start(home: Home) -> None:
    processes = Processes(home)
    for words in ("the reason", "well again"):
        process = processes.start("scheduler", [sys.executable, "-c", f"print({words!r})"], os.environ)
        assert wait_for(lambda: bool(processes.ended()), seconds=20)
        processes.stop()
    assert Path(process.log).read_text(encoding="utf-8") == "well again\n"
    assert Path(f"{process.log}.1").read_text(encoding="utf-8") == "the reason\n"


def test_a_log_that_has_grown_large_is_put_aside_and_written_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = Processes(home)
    log = Path(processes.start("scheduler", [sys.executable, "-c", KEEPS_WRITING], os.environ).log)
    monkeypatch.setattr(logs, "LARGEST", 90)
    assert wait_for(lambda: log.stat().st_size > logs.LARGEST, seconds=20, pause=0.02)
    logs.tidy(home)
    assert wait_for(lambda: log.stat().st_size > 0, seconds=20, pause=0.02)
    processes.stop()
    assert Path(f"{log}.1").stat().st_size > logs.LARGEST
    assert set(log.read_text(encoding="utf-8").splitlines()) == {"a line"}


def test_a_log_that_is_small_stays_as_it_is(home: Home) -> None:
    home.postgres_log.write_text("LOG:  ready\n", encoding="utf-8")
    logs.tidy(home)
    assert home.postgres_log.read_text(encoding="utf-8") == "LOG:  ready\n"
    assert not Path(f"{home.postgres_log}.1").exists()


def test_old_logs_of_tasks_are_removed_with_their_folders_and_no_others(home: Home) -> None:
    old, young = (home.airflow / "logs" / "dag_id=odoo" / run / "attempt=1.log" for run in ("old", "young"))
    for log, days in ((old, logs.KEPT_DAYS + 1), (young, logs.KEPT_DAYS - 1)):
        log.parent.mkdir(parents=True)
        log.touch()
        os.utime(log, (0, time.time() - days * 86_400))
    logs.tidy(home)
    assert (old.exists(), young.exists()) == (False, True)
    os.utime(old.parent, (0, time.time() - 2 * 86_400))
    logs.tidy(home)
    assert (old.parent.exists(), young.parent.exists()) == (False, True)


def test_they_are_looked_after_at_once_and_then_each_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, tidied = count(0, 600), list[float]()
    clock = SimpleNamespace(monotonic=lambda: now, sleep=lambda _: None)
    monkeypatch.setattr(start, "time", clock)
    monkeypatch.setattr(start, "tidy", lambda found: tidied.append(now))

    def attend(_: object) -> None:
        nonlocal now
        now = next(seconds)
        if now > 9000:
            raise KeyboardInterrupt

    now = 0
    with pytest.raises(KeyboardInterrupt):
        start._attend(Mock(attend=attend), Mock())
    assert tidied == [0, 3600, 7200]
