"""The commands of Airflow that pages name are commands of this Airflow, with these options."""

from __future__ import annotations

import re
import shlex
from itertools import chain

import pytest

from include.orderhouse.home import PROJECT
from tests import airflow_library as airflow_library

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")), PROJECT / "deploy" / "compose.yaml"]


def commands(text: str) -> list[str]:
    """What stands behind ``airflow`` or ``scripts/airflow`` where code begins with it."""
    lines = re.findall(r"^scripts/airflow (.+?)(?: +#.*)?$", text, re.MULTILINE)
    quoted = re.findall(r"`airflow ([a-z][^`]*)`", text)
    return [command.replace("<a month ago>", "2026-01-01") for command in chain(lines, quoted)]


FOUND = sorted({command for page in PAGES for command in commands(page.read_text(encoding="utf-8"))})


def test_pages_name_commands() -> None:
    assert {command.split()[0] for command in FOUND} >= {"backfill", "connections", "dags", "db", "pools"}


@pytest.mark.parametrize("command", FOUND)
def test_airflow_takes_a_command_of_a_page(command: str) -> None:
    from airflow.cli.cli_parser import get_parser

    assert get_parser().parse_args(shlex.split(command)).func


def test_a_connection_is_added_of_a_type_that_is_there() -> None:
    """Airflow's page offers those of the installed providers only, and HTTP's is none of them."""
    from airflow.providers_manager import ProvidersManager

    named = set(re.findall(r"--conn-type (\S+)", "\n".join(FOUND)))
    assert named
    assert named <= set(ProvidersManager().hooks)
