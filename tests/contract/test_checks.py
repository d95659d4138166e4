"""Every check of the contract notices what it is for: a bad connector fails it."""

from __future__ import annotations

import pytest

from include.orderhouse.connectors import load
from tests.contract.broken import BROKEN, Break
from tests.contract.checks import CHECKS, Check
from tests.contract.conftest import Subjects

GOOD = "odoo"


@pytest.mark.parametrize(("check", "break_it"), BROKEN, ids=lambda value: value.__name__)
def test_a_bad_connector_fails(subject_of: Subjects, check: Check, break_it: Break) -> None:
    broken = subject_of(break_it(load(GOOD)))
    with pytest.raises(AssertionError):
        check(broken)


def test_every_check_is_proved() -> None:
    assert {check for check, _ in BROKEN} == set(CHECKS)
