"""The plugin as Airflow loads it, and the reports that it hands out."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from airflow.sdk.execution_time.xcom import XCom

from include.orchestration import tasks
from include.orchestration.navigation import MOUNT
from include.orchestration.report_link import REPORTS_PATH, ValidationReportLink
from include.orchestration.ui import reports as pages
from include.orchestration.ui.failures import Failure
from include.orchestration.ui.reports import served
from include.orderhouse.home import PROJECT
from include.orderhouse.sync import steps
from plugins.orderhouse_plugin import OrderhousePlugin


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of reports in a state folder of the test's own, with a secret beside it."""
    monkeypatch.setenv("ORDERHOUSE_HOME", str(tmp_path))
    folder = tmp_path / "reports"
    (folder / "acme").mkdir(parents=True)
    (folder / "acme" / "index.html").write_text("<h1>report</h1>")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key").write_text("planted")
    return folder


def test_the_plugin_mounts_the_reports_where_the_link_points() -> None:
    (app,) = OrderhousePlugin().fastapi_apps
    assert app["url_prefix"] == MOUNT
    assert REPORTS_PATH == MOUNT + "/reports"


def test_loading_the_plugin_loads_no_web_server() -> None:
    """Every task loads the plugins."""
    look = "import sys, plugins.orderhouse_plugin; print('fastapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


@pytest.mark.parametrize(("pushed", "link"), [("acme/s1/index.html", f"{REPORTS_PATH}/acme/s1/index.html"), (None, "")])
def test_a_validation_that_ended_before_it_had_a_report_links_none(
    pushed: str | None, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(XCom, "get_value", lambda ti_key, key: pushed)
    anything: Any = None
    assert ValidationReportLink().get_link(anything, ti_key=anything) == link


@pytest.mark.parametrize(("batches", "offered"), [(1, ["acme/s1/index.html"]), (0, [])])
def test_a_sync_that_read_nothing_offers_no_report(
    batches: int, offered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is written, and the link would lead to a page that is not there."""
    task = Mock()
    monkeypatch.setattr(tasks, "get_current_context", lambda: {"ti": task})
    monkeypatch.setattr(tasks, "_step", lambda connection: nullcontext((None, None)))
    monkeypatch.setattr(steps, "validate", lambda runtime, staged: {})
    tasks.validate.function("acme", {"batches": batches, "staged": "s1"})
    assert [call.kwargs["value"] for call in task.xcom_push.call_args_list] == offered


def test_a_report_is_served_with_no_right_to_talk_to_anybody(reports: Path) -> None:
    answer = served("acme/index.html")
    assert (answer.body, answer.media_type) == (b"<h1>report</h1>", "text/html")
    assert _allowed(answer.headers["content-security-policy"], "connect-src") == ["'none'"]


def test_a_report_that_somebody_has_changed_in_the_bucket_runs_no_script_with_a_users_rights(reports: Path) -> None:
    """Whoever may write there, such as the worker of one customer, must not act as the administrator who looks."""
    policy = served("acme/index.html").headers["content-security-policy"]
    for kind in ("script-src", "object-src", "frame-src", "form-action", "base-uri"):
        assert _allowed(policy, kind) == ["'none'"], kind
    assert _allowed(policy, "frame-ancestors") == ["'self'"]


def _allowed(policy: str, kind: str) -> list[str]:
    """What a Content-Security-Policy allows of a kind; of what is fetched, ``default-src`` where it does not say."""
    told = {name: sources for name, *sources in (part.split() for part in policy.split(";"))}
    not_fetched = ("form-action", "base-uri", "frame-ancestors")
    return told.get(kind, ["anything"] if kind in not_fetched else told["default-src"])


@pytest.mark.parametrize(
    "path", ["", "acme", "missing.html", "../secrets/key", "acme/../../secrets/key", "/etc/passwd", "a\0b", "x" * 5000]
)
def test_nothing_but_a_file_of_a_report_is_served(path: str, reports: Path) -> None:
    with pytest.raises(Failure) as refused:
        served(path)
    assert refused.value.status == 404


def test_a_path_that_climbs_does_not_lead_to_the_report_of_a_hidden_connection(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (reports / "globex").mkdir()
    (reports / "globex" / "index.html").touch()
    anybody: Any = None
    monkeypatch.setattr(pages, "visible_connection", Mock())
    assert pages.report("globex/index.html", anybody).status_code == 200
    with pytest.raises(Failure) as refused:
        pages.report("acme/../globex/index.html", anybody)
    assert refused.value.status == 404


def test_a_link_inside_the_folder_does_not_lead_out_of_it(reports: Path) -> None:
    (reports / "out").symlink_to(reports.parent / "secrets")
    with pytest.raises(Failure):
        served("out/key")
