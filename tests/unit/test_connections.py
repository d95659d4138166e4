"""The file of connections: what it takes from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.orderhouse.connections import read_connection
from include.orderhouse.errors import ConfigurationInvalid


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "connections.yaml"


@pytest.mark.parametrize(
    ("written", "told", "customer"),
    [
        ("${ACME}", "acme", "acme"),
        ("${ACME:-nobody}", "acme", "acme"),
        ("${ACME:-nobody}", "", "nobody"),
        ("${ACME:-nobody}", None, "nobody"),
        ("the ${ACME} of ${ACME}", "x", "the x of x"),
        ("a#${ACME}", "acme", "a#acme"),
    ],
)
def test_a_variable_has_its_value_or_where_it_is_empty_its_default(
    written: str, told: str | None, customer: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACME", raising=False)
    if told is not None:
        monkeypatch.setenv("ACME", told)
    file.write_text(f"connections: {{a: {{connector: odoo, customer: '{written}'}}}}", encoding="utf-8")
    assert read_connection("a", file).customer == customer


def test_a_variable_in_a_comment_need_not_be_there(file: Path) -> None:
    file.write_text(
        "# Values may hold ${NAME}.\nconnections:\n  a: {connector: odoo, customer: x}\n  # b: {customer: ${NOBODY}}\n",
        encoding="utf-8",
    )
    assert read_connection("a", file).customer == "x"


def test_a_variable_that_is_not_there_is_named(file: Path) -> None:
    file.write_text("connections:\n  a: {connector: odoo, customer: '${NOBODY}'} # a comment", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"uses \$\{NOBODY\}, which the environment does not have"):
        read_connection("a", file)
