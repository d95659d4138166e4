"""Every connector keeps every promise of the contract."""

from __future__ import annotations

import pytest

from tests.contract.checks import Check
from tests.contract.promises import CHECKS
from tests.contract.subject import Subject


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_connector_keeps_the_contract(subject: Subject, check: Check) -> None:
    check(subject)
