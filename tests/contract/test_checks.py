"""Every check of the contract notices what it is for, and says so: a bad connector fails it."""

from __future__ import annotations

import pytest

from include.orderhouse.connectors import load
from tests.contract.broken import BROKEN, Break
from tests.contract.checks import Check
from tests.contract.conftest import Subjects
from tests.contract.promises import CHECKS

GOOD = "odoo"
PAIRS = [
    pytest.param(check, break_it, says, id=f"{check.__name__}-{break_it.__name__}")
    for check, broken in BROKEN.items()
    for break_it, says in broken.items()
]


@pytest.mark.parametrize(("check", "break_it", "says"), PAIRS)
def test_a_bad_connector_fails_and_is_told_why(subject_of: Subjects, check: Check, break_it: Break, says: str) -> None:
    broken = subject_of(break_it(load(GOOD)))
    with pytest.raises(AssertionError, match=says):
        check(broken)


def test_every_check_is_proved() -> None:
    assert BROKEN.keys() == set(CHECKS)
