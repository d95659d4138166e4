"""The plugin as Airflow loads it, and the reports that it hands out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from include.orchestration.navigation import MOUNT
from include.orchestration.report_link import REPORTS_PATH
from include.orchestration.ui.failures import Failure
from include.orchestration.ui.reports import served
from include.orderhouse.home import PROJECT
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


def test_a_report_is_served_with_no_right_to_talk_to_anybody(reports: Path) -> None:
    answer = served("acme/index.html")
    assert (answer.body, answer.media_type) == (b"<h1>report</h1>", "text/html")
    assert "connect-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["", "acme", "missing.html", "../secrets/key", "acme/../../secrets/key", "/etc/passwd", "a\0b", "x" * 5000]
)
def test_nothing_but_a_file_of_a_report_is_served(path: str, reports: Path) -> None:
    with pytest.raises(Failure) as refused:
        served(path)
    assert refused.value.status == 404


def test_a_link_inside_the_folder_does_not_lead_out_of_it(reports: Path) -> None:
    (reports / "out").symlink_to(reports.parent / "secrets")
    with pytest.raises(Failure):
        served("out/key")
