"""Schedules and distributions: rows inside of lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.frames import Frames
from include.orderhouse.mapping import code, instant, percent, quantity, rows, text
from include.orderhouse.model import DISTRIBUTION, SCHEDULE, PurchaseOrderDistribution, PurchaseOrderSchedule
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from include.orderhouse.transform.mapped import Mapped
from tests.unit.small_source import CONNECTOR, T0, NoSettings, absent, line, made, only, order

SCHEDULE_FORM: dict[str, Any] = {
    "schedule_number": text("no"),
    "quantity": quantity("qty"),
    "unit": code("^uom"),
    "source_modified_at": instant("^^modified"),
}
DISTRIBUTION_FORM: dict[str, Any] = {"distribution_number": text("no"), "percent": percent("share")}
MAPPING = replace(
    CONNECTOR.mapping,
    schedules=rows("dates", PurchaseOrderSchedule(**SCHEDULE_FORM), absent(SCHEDULE, *SCHEDULE_FORM)),
    distributions=rows(
        ("accounts", "shares"), PurchaseOrderDistribution(**DISTRIBUTION_FORM), absent(DISTRIBUTION, *DISTRIBUTION_FORM)
    ),
)


def parted() -> Connection:
    options = Options(connector="small", customer="ACME")
    return Connection(
        name="parted", options=options, connector=replace(CONNECTOR, mapping=MAPPING), settings=NoSettings()
    )


def frames(*orders: dict[str, Any]) -> Frames:
    return Transform(parted()).frames([RawOrder(T0, record) for record in orders])


def parts(*numbers: str) -> list[dict[str, Any]]:
    return [{"no": number, "qty": 1, "share": 50} for number in numbers]


def test_a_part_belongs_to_its_line_and_its_order() -> None:
    lines = [
        line("10", dates=parts("1", "2"), accounts=parts("1")),
        line("20", dates=parts("1"), shares=parts("1"), uom="LTR"),
    ]
    batch = frames(order("1", lines=[]), order("2", lines=lines))
    second = made(batch)[1]["order_id"]
    ten, twenty = (row["line_id"] for row in made(batch, "purchase_order_line"))
    schedules, distributions = made(batch, "purchase_order_schedule"), made(batch, "purchase_order_distribution")
    assert [row["line_id"] for row in schedules] == [ten, ten, twenty]
    assert [row["line_id"] for row in distributions] == [ten, twenty]
    assert {row["order_id"] for row in schedules + distributions} == {second}
    assert len({row["schedule_id"] for row in schedules}) == 3
    assert [row["unit"] for row in schedules] == ["KGM", "KGM", "LTR"]
    assert {row["source_modified_at"] for row in schedules} == {made(batch)[1]["source_modified_at"]}


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"dates": parts("1", "1")}, "schedule_number", "'1' stands twice in the same line"),
        ({"dates": None}, "dates", "dates is missing"),
        ({"accounts": None}, "accounts", "accounts or shares is missing"),
    ],
)
def test_h32_an_order_is_rejected_whole_for_a_part(change: dict[str, Any], field: str, reason: str) -> None:
    good = {"dates": parts("1"), "accounts": parts("1")}
    batch = frames(order("1", lines=[line("10", **good), line("20", **good | change)]))
    reject = only(batch, "reject")
    assert (reject["field"], reject["reason"], reject["line_count"]) == (field, reason, 2)
    assert [name for name in batch.tables if len(batch[name])] == ["reject"]


def test_the_mapping_reads_the_fields_of_parts_through_their_lines() -> None:
    columns = Mapped(parted()).columns
    assert columns[SCHEDULE.name, "quantity"] == ("lines.dates.qty",)
    assert columns[SCHEDULE.name, "unit"] == ("lines.uom",)
    assert columns[SCHEDULE.name, "source_modified_at"] == ("modified",)
    assert columns[DISTRIBUTION.name, "percent"] == ("lines.accounts.share", "lines.shares.share")
