"""Payment terms of Finance & Operations."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.connectors.dynamics_fo import values


@pytest.mark.parametrize(
    ("different", "days"),
    [
        ({}, 30),
        ({"NumberOfDays": 0}, 0),
        ({"NumberOfMonths": 1}, None),
        ({"PaymentMethodType": "CurrentMonth"}, None),
        ({"PaymentScheduleName": "3 times"}, None),
        ({"PaymentDayName": "Fridays"}, None),
    ],
)
def test_terms_that_count_more_than_days_have_no_net_days(different: dict[str, Any], days: int | None) -> None:
    term = {"PaymentMethodType": "Net", "NumberOfMonths": 0, "NumberOfDays": 30}
    term |= {"PaymentScheduleName": "", "PaymentDayName": ""} | different
    assert values.net_days({"PaymentScheduleName": "", "_term": term}) == days
    assert values.net_days({"PaymentScheduleName": "3 times", "_term": term}) is None
    assert values.net_days({"_term": None}) is None
