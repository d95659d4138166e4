"""Connectors stay declarations: short files, named alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.orderhouse.connectors import CONNECTORS

FOLDER = Path(__file__).parents[2] / "include/orderhouse/connectors"
MOST_LINES = 150


@pytest.mark.parametrize("name", CONNECTORS)
def test_no_file_of_a_connector_is_long(name: str) -> None:
    lengths = {str(file.relative_to(FOLDER)): len(file.read_text("utf-8").splitlines()) for file in files(name)}
    assert lengths
    assert {file: lines for file, lines in lengths.items() if lines > MOST_LINES} == {}


def files(name: str) -> list[Path]:
    """The modules of a connector, which is a file or a package."""
    return [*FOLDER.glob(f"{name}.py"), *(FOLDER / name).rglob("*.py")]
