"""Every hazard that the documentation names has a test by its number."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs/hazards.md"


def named_by_tests() -> set[str]:
    """The numbers in names and docstrings of tests, and of the checks that every connector must pass."""
    files = [*TESTS.rglob("test_*.py"), *TESTS.glob("contract/checks*.py")]
    content = "\n".join(file.read_text(encoding="utf-8") for file in files if file != Path(__file__))
    in_names = {number for name in re.findall(r"def test\w+", content) for number in re.findall(r"_h(\d+)(?=_)", name)}
    return {f"H{number}" for number in in_names} | set(re.findall(r"\bH\d+\b", content))


def test_every_hazard_has_a_test_by_its_number() -> None:
    hazards = re.findall(r"^\| (H\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(hazards) == len(set(hazards)) == 35
    assert [hazard for hazard in hazards if hazard not in named_by_tests()] == []
