"""Oracle Fusion: what is still to come of lines that are closed for invoicing."""

from __future__ import annotations

import pytest

from include.orderhouse.connectors.oracle_fusion.values.line import quantity_open


@pytest.mark.parametrize(
    ("matched", "line", "left"),
    [
        ("3-WAY", "CLOSED FOR INVOICING", 6),
        ("4-Way", "CLOSED FOR INVOICING", 6),
        ("2-WAY", "CLOSED FOR INVOICING", 0),
        (None, "CLOSED FOR INVOICING", 0),
        ("2-WAY", "OPEN", 6),
    ],
)
def test_an_invoice_ends_only_what_is_matched_without_receipts(matched: str | None, line: str, left: int) -> None:
    schedule = {"ScheduleStatusCode": line, "Quantity": 10, "ReceivedQuantity": 4, "MatchApprovalLevelCode": matched}
    assert quantity_open({"StatusCode": line, "Quantity": 10, "schedules": [schedule]}) == left
