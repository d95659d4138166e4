"""The scripts around the environment: where no package index is reached, and by a link."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT

FREEZE = 'here=$(dirname "$0")\nif [ "$3" = freeze ]; then cat "$here/packages"; exit; fi\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder with a blank, one version newer than its environment."""
    project = tmp_path / "my projects" / "orderhouse"
    shutil.copytree(PROJECT / "scripts", project / "scripts")
    (project / "requirements.lock").write_text("new==2\n")
    tools = project / ".venv" / "setup" / "bin"
    tools.mkdir(parents=True)
    shutil.copy(project / "scripts" / "setup.lock", project / ".venv" / "setup.lock")
    (project / ".venv" / "installed.lock").write_text("old==1\n")
    (tools / "packages").write_text("old==1\n")
    program(project / ".venv" / "bin" / "python", "exit 0")
    return project


def program(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/usr/bin/env bash\n{script}\n")
    path.chmod(0o755)


def run(script: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if name != "ORDERHOUSE_VENV"} | settings
    return subprocess.run([script], env=surroundings, capture_output=True, text=True)


def set_up(project: Path, uv: str) -> subprocess.CompletedProcess[str]:
    """Run it with this in the place of what installs."""
    program(project / ".venv" / "setup" / "bin" / "uv", FREEZE + uv)
    return run(project / "scripts" / "setup")


def test_an_environment_that_is_current_asks_for_nothing(project: Path) -> None:
    assert set_up(project, "exit 0").returncode == 0
    assert sorted(path.name for path in project.glob(".venv/*.lock")) == ["installed.lock", "setup.lock"]
    assert (set_up(project, "exit 2").returncode, set_up(project, "exit 2").stdout) == (0, "")


@pytest.mark.parametrize("script", ["setup", "start", "orderhouse"])
def test_a_script_that_a_link_leads_to_finds_its_project(project: Path, tmp_path: Path, script: str) -> None:
    assert set_up(project, "exit 0").returncode == 0
    link = tmp_path / "link"
    link.symlink_to(project / "scripts" / script)
    done = run(link)
    assert (done.returncode, done.stderr) == (0, "")


def test_airflow_is_looked_for_where_a_tilde_stands_for_the_persons_folder(project: Path, tmp_path: Path) -> None:
    done = run(project / "scripts" / "airflow", HOME=str(tmp_path), ORDERHOUSE_HOME="~/state")
    assert done.returncode == 1
    assert f"does not run in {tmp_path}/state:" in done.stderr


def test_a_version_that_cannot_be_had_leaves_the_one_before_able_to_start(project: Path) -> None:
    done = set_up(project, "echo unreachable >&2; exit 2")
    assert done.returncode == 1
    assert "unreachable\nset-up: the packages could not be installed" in done.stderr
    (project / "requirements.lock").write_text("old==1\n")
    assert set_up(project, "exit 2").returncode == 0


def test_an_environment_that_was_changed_half_is_not_taken_for_the_one_before(project: Path) -> None:
    assert set_up(project, 'echo new==2 >"$here/packages"; exit 2').returncode == 1
    (project / "requirements.lock").write_text("old==1\n")
    assert set_up(project, "exit 2").returncode == 1
