"""Outcomes of batches: staged beside their frames, judged together, and each finding back in its own batch."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from include.orderhouse.cipher import Cipher
from include.orderhouse.expectations import Finding, group
from include.orderhouse.expectations.group import Group, groups
from include.orderhouse.expectations.outcomes import Outcomes, staged_outcomes, write_outcomes
from include.orderhouse.expectations.suites import suites
from include.orderhouse.expectations.validator import Validator
from include.orderhouse.model import LINE, ORDER, Table
from include.orderhouse.staging import Staging
from tests.unit.expectations.conftest import batch, empty_frames

GOOD = Outcomes.of(batch())
NOT_IN_SUBTOTAL = {"order": {"subtotal_amount": None}}


def spoiled(line_id: str) -> Outcomes:
    """Two lines, of which the second one, with this id, has an odd net amount."""
    second = {"line_id": line_id, "source_line_id": "20", "line_number": "00020", "net_amount": Decimal(777)}
    return Outcomes.of(batch(**NOT_IN_SUBTOTAL, more_lines=[second]))


def rows(findings: list[Finding]) -> list[tuple[str, str, str | None]]:
    return [(finding.row_id, finding.code, finding.source_value) for finding in findings]


def test_outcomes_are_read_as_they_were_staged(tmp_path: Path) -> None:
    staging = Staging.open("one", "a sync", Cipher("acme", {1: b"k" * 32}), str(tmp_path))
    keyless = Outcomes.of(batch(order={"order_number": None}))
    made = [GOOD, spoiled("second"), keyless, Outcomes.of(empty_frames())]
    for number, outcomes in enumerate(made):
        write_outcomes(staging, f"frames/{number}", outcomes)
    assert list(staged_outcomes(staging, [f"frames/{number}" for number in range(4)])) == made
    assert [sum(map(len, each.odd.values())) for each in made] == [0, 1, 1, 0]


def test_findings_of_batches_judged_together_belong_to_their_own_batch_and_row(validator: Validator) -> None:
    made = [GOOD, spoiled("one"), GOOD, Outcomes.of(empty_frames()), spoiled("other")]
    found = [rows(findings) for findings in validator.check(made)]
    off = "NET_AMOUNT_DIFFERS"
    assert found == [[], [("one", off, "777")], [], [], [("other", off, "777")]]


@pytest.mark.parametrize(
    ("limit", "most", "sizes"),
    [("ROWS_AT_ONCE", 3, [2, 2, 1]), ("ODD_AT_ONCE", 1, [2, 2, 1]), ("ODD_AT_ONCE", 2, [4, 1])],
)
def test_so_many_rows_are_judged_at_once_that_memory_is_bounded(
    limit: str, most: int, sizes: list[int], validator: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [GOOD, spoiled("one"), GOOD, spoiled("two"), GOOD]
    together = [rows(findings) for findings in validator.check(made)]
    monkeypatch.setattr(group, limit, most)
    assert [len(each) for each in groups(made)] == sizes
    assert [rows(findings) for findings in validator.check(made)] == together


@pytest.mark.parametrize("count", [0, 2])
def test_great_expectations_must_judge_as_was_computed(count: int) -> None:
    together = Group(LINE, [GOOD, spoiled("second")])
    ((number, finding),) = together.findings([("net_amount: NET_AMOUNT_DIFFERS", 1), ("line_id", 0)])
    assert (number, finding.row_id) == (1, "second")
    with pytest.raises(RuntimeError, match=f"counts {count} odd rows in 'net_amount: NET_AMOUNT_DIFFERS' .*, not 1"):
        list(together.findings([("net_amount: NET_AMOUNT_DIFFERS", count)]))


@pytest.mark.parametrize(
    ("table", "outcomes", "failed"),
    [
        (LINE, spoiled("second"), {"net_amount: NET_AMOUNT_DIFFERS": 1}),
        (ORDER, Outcomes.of(batch(order={"order_number": None})), {"order_number": 1}),
        (ORDER, GOOD, {}),
    ],
)
def test_those_expectations_fail_that_a_row_does_not_meet(
    table: Table, outcomes: Outcomes, failed: dict[str, int]
) -> None:
    judged = suites().validate(table, Group(table, [GOOD, outcomes]).frame())
    counts = {each.expectation_config.kwargs["column"]: each.result["unexpected_count"] for each in judged.results}
    assert {column: count for column, count in counts.items() if count} == failed
    assert [each.success for each in judged.results] == [not count for count in counts.values()]
    assert judged.success is not bool(failed)


def test_an_expectation_that_cannot_be_evaluated_is_an_error() -> None:
    outcomes = Group(LINE, [GOOD]).frame().drop_columns(["net_amount: NET_AMOUNT_DIFFERS"])
    with pytest.raises(RuntimeError, match="Great Expectations failed on purchase_order_line"):
        suites().validate(LINE, outcomes)


def test_a_column_in_which_nothing_is_odd_has_its_type() -> None:
    frame = Group(LINE, [GOOD]).frame()
    assert set(frame.schema.types) == {pa.bool_(), pa.string()}
    assert frame.column("net_amount: NET_AMOUNT_DIFFERS").null_count == frame.num_rows == 1
    assert frame.column("source_line_id").to_pylist() == [True]
