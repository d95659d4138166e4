"""What becomes of a batch by the findings in it."""

from __future__ import annotations

import json
from typing import Any

from include.orderhouse.expectations import Finding
from include.orderhouse.frames import Frames
from include.orderhouse.sync.verdict import apply_findings
from tests.unit.small_source import T0, frames, line, made, only, order


def finding(batch: Frames, number: int, code: str, *, critical: bool) -> Finding:
    """A finding in the first line of one of the orders."""
    first = next(row for row in made(batch, "purchase_order_line") if row["order_id"] == key(batch, number))
    return Finding(
        "purchase_order_line", first["order_id"], first["line_id"], "net_amount", code, f"it is {code}", "9.5", critical
    )


def key(batch: Frames, number: int) -> str:
    return str(made(batch)[number]["order_id"])


def numbers(batch: Frames, table: str) -> set[Any]:
    return {row["order_id"] for row in made(batch, table)}


def test_an_order_with_a_critical_finding_is_rejected_whole_and_the_others_stay() -> None:
    batch = frames(order("1"), order("2", lines=[line("10"), line("20")]), order("3", state="Z"))
    told = [
        finding(batch, 1, "ODD", critical=False),
        finding(batch, 1, "BAD", critical=True),
        finding(batch, 1, "WORSE", critical=True),
        finding(batch, 2, "ODD", critical=False),
    ]
    checked = apply_findings(batch, told, "small_one")
    for table in ("purchase_order", "purchase_order_line", "version"):
        assert numbers(checked, table) == {key(batch, 0), key(batch, 2)}
    reject, version = only(checked, "reject"), made(batch, "version")[1]
    assert json.loads(reject.pop("findings")) == [
        {"table": "purchase_order_line", "field": "net_amount", "code": code, "reason": f"it is {code}"}
        for code in ("BAD", "WORSE")
    ]
    same = ("connection", "order_id", "source_order_id", "version_at", "fetched_at", "payload")
    assert {name: reject[name] for name in same} == {name: version[name] for name in same}
    assert (reject["order_number"], reject["line_count"], reject["fetched_at"]) == ("PO-2", 2, T0)
    assert (reject["code"], reject["table_name"], reject["field"], reject["reason"]) == (
        "BAD", "purchase_order_line", "net_amount", "it is BAD",
    )  # fmt: skip
    issues = [(row["order_id"], row["code"], row["source_value"]) for row in made(checked, "issue")]
    assert issues == [(key(batch, 2), "UNKNOWN_CODE", "Z"), (key(batch, 2), "ODD", "9.5")]


def test_each_of_several_orders_is_rejected_for_its_own_reasons() -> None:
    batch = frames(order("1"), order("2", lines=[line("10"), line("20")]))
    told = [finding(batch, number, code, critical=True) for number, code in ((1, "BAD"), (0, "WORSE"))]
    rejects = made(apply_findings(batch, told, "small_one"), "reject")
    found = {(row["order_number"], row["code"], row["line_count"], len(json.loads(row["findings"]))) for row in rejects}
    assert found == {("PO-1", "WORSE", 1, 1), ("PO-2", "BAD", 2, 1)}


def test_the_reject_of_the_validation_takes_the_place_of_one_of_the_mapping() -> None:
    """Under another id, the order would wait twice."""
    batch, bad = frames(order("1")), frames(order("1", total="a lot"))
    checked = apply_findings(batch, [finding(batch, 0, "BAD", critical=True)], "small_one")
    assert only(checked, "reject")["reject_id"] == only(bad, "reject")["reject_id"]


def test_without_a_critical_finding_nothing_but_issues_is_added() -> None:
    batch = frames(order("1"), order("2"))
    checked = apply_findings(batch, [finding(batch, 1, "ODD", critical=False)], "small_one")
    assert [(row["order_id"], row["row_id"], row["field"]) for row in made(checked, "issue")] == [
        (key(batch, 1), made(batch, "purchase_order_line")[1]["line_id"], "net_amount")
    ]
    for table in ("purchase_order", "purchase_order_line", "version", "reject"):
        assert made(checked, table) == made(batch, table)
