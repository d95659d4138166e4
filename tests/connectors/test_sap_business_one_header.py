"""What an order of SAP Business One tells by several of its fields, and by what belongs to it."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.connectors.sap_business_one.values.order import net_days


@pytest.mark.parametrize(
    ("different", "days"),
    [
        ({}, 30),
        ({"NumberOfAdditionalDays": 0}, 0),
        ({"NumberOfInstallments": None}, 30),
        ({"NumberOfInstallments": 3}, None),
        ({"NumberOfAdditionalMonths": 1}, None),
        ({"StartFrom": "pdt_MonthEnd"}, None),
        ({"StartFrom": "pdt_HalfMonth"}, None),
    ],
)
def test_terms_that_count_more_than_days_have_no_net_days(different: dict[str, Any], days: int | None) -> None:
    plain = {"StartFrom": "pdt_None", "NumberOfAdditionalMonths": 0, "NumberOfInstallments": 1}
    assert net_days({"PaymentTerms": plain | {"NumberOfAdditionalDays": 30} | different}) == days
    assert net_days({"PaymentTerms": None}) is None
