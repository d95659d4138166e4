"""What every row of a batch is given beside its own columns, and what stays the same from one batch to the next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from include.orderhouse.configuration.options import Override
from include.orderhouse.frames import Frames
from include.orderhouse.mapping import code, constant, quantity, rows, text
from include.orderhouse.model import SCHEDULE, PurchaseOrderSchedule
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform, issue_row
from include.orderhouse.transform.rows import Failure
from tests.unit.small_source import T0, absent, connection, frames, line, made, only, order

FORM: dict[str, Any] = {
    "schedule_number": text("no"),
    "quantity": quantity("qty"),
    "unit": code("^uom"),
    "quantity_received": quantity("^^received"),
    "status": constant("open"),
}


def scheduled(*orders: dict[str, list[str]], state: str = "P", **options: Any) -> Frames:
    """The batch of orders whose lines have these deliveries, by the number of the line."""
    source = connection(**options)
    schedules = rows("drops", PurchaseOrderSchedule(**FORM), absent(SCHEDULE, *FORM))
    connector = replace(source.connector, mapping=replace(source.connector.mapping, schedules=schedules))
    told = [
        order(str(at), received=at, state=state, lines=[line(no, drops=_drops(found)) for no, found in lines.items()])
        for at, lines in enumerate(orders)
    ]
    return Transform(source.model_copy(update={"connector": connector})).frames([RawOrder(T0, each) for each in told])


def _drops(numbers: list[str]) -> list[dict[str, Any]]:
    return [{"no": number, "qty": 1} for number in numbers]


def test_an_order_is_identified_before_anything_else_of_it_is_read() -> None:
    modified = T0 - timedelta(hours=1)
    records = [
        order("1", modified=modified.isoformat()),
        order(" 2 ", modified="yesterday"),
        order(None, modified=None, lines=None),
    ]
    keys, modified_at = Transform(connection()).identify(records)
    assert (keys, modified_at.to_pylist()) == (["1", "2", None], [modified, None, None])


def test_what_a_source_does_not_say_is_deleted_is_not() -> None:
    batch = frames(order())
    for table in ("purchase_order", "version"):
        assert only(batch, table)["is_deleted"] is False


def test_every_row_tells_whose_it_is_and_when_its_own_order_was_fetched() -> None:
    told = [(T0, order("1")), (T0 + timedelta(hours=1), order(None)), (T0 + timedelta(hours=2), order("2"))]
    batch = Transform(connection()).frames([RawOrder(at, record) for at, record in told])
    for table in ("purchase_order", "purchase_order_line"):
        found = made(batch, table)
        assert [row["extracted_at"] for row in found] == [T0, T0 + timedelta(hours=2)]
        assert {(row["connection"], row["customer"]) for row in found} == {("small_one", "ACME")}
    assert {row["connector"] for row in made(batch)} == {"small"}
    assert [row["order_id"] for row in made(batch, "purchase_order_line")] == [
        row["order_id"] for row in made(batch, "version")
    ]


def test_an_order_says_the_same_in_whichever_order_its_lines_come() -> None:
    both = [line("10"), line("20", qty=Decimal(3))]
    hashes = {only(frames(order(lines=lines)), "version")["content_hash"] for lines in (both, both[::-1])}
    assert len(hashes) == 1


def test_a_delivery_that_moves_to_another_line_changes_the_order_though_no_row_says_anything_else() -> None:
    before, after = scheduled({"10": ["1"], "20": []}), scheduled({"10": [], "20": ["1"]})
    (first,), (second,) = (made(batch, "purchase_order_schedule") for batch in (before, after))
    assert first["row_hash"] == second["row_hash"]
    assert first["line_id"] != second["line_id"]
    assert only(before, "version")["content_hash"] != only(after, "version")["content_hash"]


def test_the_number_of_a_delivery_comes_once_in_a_line_and_again_in_another() -> None:
    assert len(made(scheduled({"10": ["1", "2"], "20": ["1"]}), "purchase_order_schedule")) == 3
    reject = only(scheduled({"10": ["1", "1"]}), "reject")
    assert (reject["code"], reject["reason"]) == ("DUPLICATE_KEY", "'1' stands twice in the same line")
    assert only(frames(order(lines=[line(), line()])), "reject")["reason"] == "'10' stands twice in the same order"


def test_a_delivery_belongs_to_its_own_line_and_order_and_reads_what_these_say() -> None:
    batch = scheduled({}, {"10": ["1"], "20": ["2", "3"]}, {"10": [], "20": ["1"]})
    orders, lines, drops = (made(batch, f"purchase_order{part}") for part in ("", "_line", "_schedule"))
    places = {row["line_id"]: (row["order_id"], row["source_line_id"]) for row in lines}
    ids = {row["order_id"]: row["source_order_id"] for row in orders}
    told = [(ids[row["order_id"]], *places[row["line_id"]], row["schedule_number"]) for row in drops]
    assert [(own, ids[of_line], no, drop) for own, of_line, no, drop in told] == [
        ("1", "1", "10", "1"),
        ("1", "1", "20", "2"),
        ("1", "1", "20", "3"),
        ("2", "2", "20", "1"),
    ]
    assert [(row["unit"], row["quantity_received"]) for row in drops] == [*[("KGM", 1)] * 3, ("KGM", 2)]


def test_open_lines_and_deliveries_stand_where_their_order_does_until_that_is_in_force() -> None:
    overrides = {"line": {"line_status": Override(constant="open")}}
    for state, status in (("D", "draft"), ("P", "open")):
        batch = scheduled({"10": ["1"]}, state=state, overrides=overrides)
        assert only(batch, "purchase_order_line")["line_status"] == status
        assert only(batch, "purchase_order_schedule")["status"] == status


def test_h32_lines_that_are_no_objects_cost_their_order_alone() -> None:
    batch = frames(order("1", lines=["10", None, 5, [], line()]), order("2"))
    assert [row["source_order_id"] for row in made(batch)] == ["2"]
    (finding,) = json.loads(only(batch, "reject")["findings"])
    assert (finding["field"], finding["code"]) == ("lines", "PAYLOAD_INCOMPLETE")


def test_of_several_places_of_the_lines_the_first_that_is_there_counts() -> None:
    source = connection()
    given = source.connector.mapping.lines
    both = rows(("items", "lines"), given.form, given.not_in_source)
    connector = replace(source.connector, mapping=replace(source.connector.mapping, lines=both))
    told = [order("1", items=[]), order("2"), order("3", items=[line("7")]), order("4", lines=None)]
    transform = Transform(source.model_copy(update={"connector": connector}))
    batch = transform.frames([RawOrder(T0, each) for each in told])
    assert [row["source_order_id"] for row in made(batch)] == ["1", "2", "3"]
    assert [row["source_line_id"] for row in made(batch, "purchase_order_line")] == ["10", "7"]
    assert (only(batch, "reject")["field"], only(batch, "reject")["reason"]) == ("items", "items or lines is missing")


def test_copies_of_an_order_cost_none_that_has_no_key() -> None:
    batch = frames(order(None, memo="a"), order("1", memo="old"), order(None, memo="b"), order("1", memo="new"))
    assert only(batch)["memo"] == "new"
    assert len(made(batch, "reject")) == 2


def test_a_reject_is_known_again_by_its_order_and_counts_its_own_lines() -> None:
    bad = order("2", total="a lot", date="soon", lines=[line("10"), line("20")])
    first = made(frames(order("1"), bad, order("3", total="more")), "reject")
    again = made(frames(bad | {"memo": "changed"}), "reject")
    assert [(row["source_order_id"], row["line_count"], row["field"]) for row in first] == [
        ("2", 2, "order_date"),
        ("3", 1, "total_amount"),
    ]
    assert again[0]["reject_id"] == first[0]["reject_id"] != first[0]["order_id"]


def test_every_issue_is_known_again_and_is_one_of_its_own() -> None:
    odd = order(state="Z", currency="X", total=Decimal("1.00000001"), lines=[line("10", uom="?"), line("20", uom="?")])
    first, again = (made(frames(*orders), "issue") for orders in ((odd,), (order("0"), odd)))
    assert len({row["issue_id"] for row in first}) == len(first) == 5
    assert {row["issue_id"] for row in again} == {row["issue_id"] for row in first}
    with_code = {
        code: issue_row("one", ("o", "r"), "order", Failure(0, "unit", code, "Odd"))["issue_id"] for code in "AB"
    }
    assert len(set(with_code.values())) == 2
    told = only(frames(order(state="Z" * 600)), "issue")
    assert told["source_value"] == "Z" * 500
