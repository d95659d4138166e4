"""SECURITY.md names the test of each defence; each of them is there."""

from __future__ import annotations

import ast
import re

import pytest

from include.orderhouse.home import PROJECT

SECTIONS = re.split(r"^##+ ", (PROJECT / "SECURITY.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
DEFENCES = [section for section in SECTIONS if NAMED.search(section)]


def test_every_threat_names_a_test() -> None:
    first = next(at for at, section in enumerate(SECTIONS) if section.startswith("Threats and defences"))
    last = next(at for at, section in enumerate(SECTIONS) if section.startswith("Not defended"))
    assert len(DEFENCES) > 20
    assert SECTIONS[first + 1 : last] == DEFENCES


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda section: section.partition("\n")[0])
def test_every_test_that_a_defence_names_is_there(defence: str) -> None:
    for file, name in NAMED.findall(defence):
        tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)
