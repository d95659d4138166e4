"""A mapping that forgets, misspells or mistypes a column is refused as its module is imported, and told where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.orderhouse.mapping import MappingError, code, constant, money, text
from tests.unit.small_source import CONNECTOR

MAPPING = CONNECTOR.mapping


def without(name: str) -> str:
    return " ".join(column for column in MAPPING.not_in_source.split() if column != name)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"not_in_source": without("requester")}, "requester is neither mapped nor named in not_in_source"),
        ({"not_in_source": f"{MAPPING.not_in_source} memo_"}, "memo_ is no canonical column"),
        ({"not_in_source": f"{MAPPING.not_in_source} status"}, "status is both mapped and named in not_in_source"),
        (
            {
                "order": replace(MAPPING.order, order_number=None),
                "not_in_source": f"{MAPPING.not_in_source} order_number",
            },
            "order_number is required and cannot be left out",
        ),
    ],
)
def test_a_column_that_is_forgotten_or_misspelled_is_told(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(MappingError, match=rf"^purchase_order \(PurchaseOrder\): {says}$"):
        replace(MAPPING, **changes)


@pytest.mark.parametrize(
    ("column", "source", "says"),
    [
        ("status", "state", "status: 'state' is not a source expression"),
        ("total_amount", text("total"), "purchase_order.total_amount is money, but its source reads text"),
        ("order_number", money("number"), "purchase_order.order_number is text, but its source reads money"),
        ("status", code("state", {"open": "released"}), r"purchase_order.status leads 'open' to 'released', which is"),
        ("status", constant("released"), "purchase_order.status is always 'released', which is none of draft, "),
    ],
)
def test_a_source_that_does_not_fit_its_column_is_told(column: str, source: Any, says: str) -> None:
    with pytest.raises(MappingError, match=says):
        replace(MAPPING, order=replace(MAPPING.order, **{column: source}))
