"""Units of companies that name them themselves: by what people call them, or by UN/ECE Recommendation 20."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connectors import load
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform

Raw = dict[str, Any]

ORDERS: dict[str, Raw] = {
    "acumatica": {"Type": {"value": "Normal"}, "OrderNbr": {"value": "1"}, "id": "1",
                  "Details": [{"LineNbr": {"value": 1}}]},
    "business_central": {"id": "1", "number": "1", "company": {"id": "c"}, "purchaseOrderLines": [{"id": "1"}]},
    "dynamics_fo": {"dataAreaId": "usmf", "PurchaseOrderNumber": "1", "_charges": [],
                    "_lines": [{"LineNumber": 1, "_received": None, "_invoiced": None, "_receipts": []}]},
    "netsuite": {"id": "1", "tranid": "1", "tax_lines": [], "lines": [{"id": "1"}]},
    "oracle_fusion": {"POHeaderId": 1, "OrderNumber": "1", "lines": [
        {"POLineId": 1, "_is_charge": False, "_receipts": [], "_distributions": [], "schedules": [
            {"ScheduleNumber": 1}]}]},
}  # fmt: skip
"""The least of an order that can be mapped."""
LINES = {"acumatica": "Details", "business_central": "purchaseOrderLines", "dynamics_fo": "_lines"}


def mapped(name: str, line: Raw, schedule: Raw | None = None) -> tuple[Raw, Raw | None]:
    """A line and its schedule in canonical terms."""
    order = deepcopy(ORDERS[name])
    (raw,) = order[LINES.get(name, "lines")]
    raw |= line
    if schedule:
        raw["schedules"][0] |= schedule
    connector = load(name)
    options = Options(connector=name, customer="test")
    settings = connector.settings(**({"root": "v2.0/t/p"} if name == "business_central" else {}))
    connection = Connection(name="test", options=options, connector=connector, settings=settings)
    frames = Transform(connection).frames([RawOrder(datetime(2026, 10, 1, tzinfo=UTC), order)])
    assert frames.tables["reject"].to_pylist() == []
    (row,) = frames.tables["purchase_order_line"].to_pylist()
    return row, next(iter(frames.tables["purchase_order_schedule"].to_pylist()), None)


def unit_of(name: str, said: str) -> Any:
    place = {
        "acumatica": {"UOM": {"value": said}},
        "business_central": {"unitOfMeasureCode": said, "unitOfMeasure": {"internationalStandardCode": ""}},
        "dynamics_fo": {"PurchaseUnitSymbol": said},
        "netsuite": {"units": "1", "units_name": said},
        "oracle_fusion": {"UOMCode": said},
    }
    row, _ = mapped(name, place[name])
    assert row["unit_source"] == said
    return row["unit"]


@pytest.mark.parametrize("name", ORDERS)
def test_a_unit_is_known_by_its_name_or_by_its_standard_code(name: str) -> None:
    told = {"EA": "EA", "Box": "XBX", "ROLL": "XRO", "KGM": "KGM", "H87": "H87", "XPX": "XPX", "LF": "LF", "FLY": None}
    assert {said: unit_of(name, said) for said in told} == told


@pytest.mark.parametrize("name", ["acumatica", "dynamics_fo", "netsuite", "oracle_fusion"])
@pytest.mark.parametrize("said", ["MC", "DMT", "2P", "4G", "4L", "kgm", "stk", "PAL", "TON"])
def test_what_companies_mean_otherwise_than_the_standard_or_each_in_their_own_way_is_not_guessed(
    name: str, said: str
) -> None:
    assert unit_of(name, said) is None


@pytest.mark.parametrize(
    ("told", "unit"),
    [
        ({"UOMCode": "zzu", "UOM": "Each"}, "EA"),
        ({"UOMCode": "MT", "UOM": "Metre"}, "MTR"),
        ({"UOMCode": "KGM", "UOM": "Kilogramm"}, "KGM"),
        ({"UOMCode": "zzu", "UOM": "Stück"}, None),
        ({"UOMCode": "", "UOM": " Each "}, "EA"),
        ({"UOMCode": "zzu", "UOM": None}, None),
    ],
)
def test_the_name_of_a_unit_tells_what_the_code_of_a_pod_is(told: Raw, unit: str | None) -> None:
    line, schedule = mapped("oracle_fusion", told, {"UOMCode": told["UOMCode"]})
    assert schedule is not None
    assert (line["unit"], schedule["unit"]) == (unit, unit)
    assert line["unit_source"] == (told["UOMCode"] or "Each")
    assert mapped("oracle_fusion", {"PricingUOM": "KGM"})[0]["price_unit"] == "KGM"


@pytest.mark.parametrize(
    ("own", "unit"), [({}, "XBX"), ({"UOMCode": "BX"}, "XBX"), ({"UOMCode": "EA"}, "EA"), ({"UOM": "Each"}, "EA")]
)
def test_a_schedule_is_in_the_unit_of_its_line_unless_it_tells_another(own: Raw, unit: str) -> None:
    _, schedule = mapped("oracle_fusion", {"UOMCode": "BX", "UOM": "Box"}, own)
    assert schedule is not None
    assert schedule["unit"] == unit


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ({"unitname": "Case", "abbreviation": "c/12"}, "XCS"),
        ({"unitname": "Metre", "abbreviation": "MT"}, "MTR"),
        ({"unitname": "Case of twelve", "abbreviation": "cs"}, None),
        ({"unitname": "Case of twelve", "abbreviation": "Case"}, "XCS"),
    ],
)
def test_of_a_units_name_and_its_abbreviation_the_first_counts_that_is_known(unit: Raw, told: str | None) -> None:
    line = {"units": "1", "units_name": unit["abbreviation"], "line_unit": unit, "base_unit": unit}
    row, _ = mapped("netsuite", line)
    assert (row["unit"], row["base_unit"]) == (told, told)
    assert (row["unit_source"], row["base_unit_source"]) == (unit["abbreviation"], unit["abbreviation"])
