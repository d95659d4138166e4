"""Where Business Central's orders and their lines go."""

from __future__ import annotations

from typing import Any

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Source
from include.orderhouse.connectors.business_central import CONNECTOR
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.business_central_environment import NAME, NOW, company, connect, key, served
from tests.connectors.conftest import SourceFor
from tests.sandbox.company import Company
from tests.sandbox.dialects.business_central.orders import is_listed
from tests.sandbox.dialects.business_central.values import guid
from tests.sandbox.order import Line, Order

__all__ = ["company", "connect", "served"]

Row = dict[str, Any]


def an_order_of_two(company: Company) -> Order:
    orders = (one for one in company.orders.values() if is_listed(one) and one.entity == "US01")
    return next(order for order in orders if len(order.goods_lines) > 1 and len(order.charges) > 0)


def lines_of(source: Source, order: Order) -> dict[str, Row]:
    (page,) = CONNECTOR.read(source, [key(order)])
    options = Options(connector=NAME, customer="tests")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=source.settings)
    frames = Transform(connection).frames([RawOrder(NOW, dict(page.records[0]))])
    return {row["source_line_id"]: row for row in frames["purchase_order_line"].to_pylist()}


def place(line: Line, rows: dict[str, Row]) -> Row:
    row = rows[guid("line", line.id)]
    return {name.removeprefix("ship_to_"): row[name] for name in row if name.startswith("ship_to_") and row[name]}


def test_lines_at_several_locations_go_to_the_address_of_their_own(connect: SourceFor, company: Company) -> None:
    order = an_order_of_two(company)
    here, there, *_ = order.goods_lines
    here.site, there.site = "SJC", "RNO"
    rows = lines_of(connect(), order)
    assert place(there, rows) == {
        "name": "Reno distribution", "line1": "77 Freight Rd", "line2": "Dock 4", "city": "Reno", "region": "US-NV",
        "region_source": "NV", "postal_code": "89501", "country": "US", "country_source": "US",
        "contact": "Receiving", "email": "dock4@orchard.example", "phone": "+1 775 555 0110",
    }  # fmt: skip
    assert place(here, rows)["name"] == "San Jose plant"
    assert {rows[guid("line", line.id)]["receiving_site"] for line in (here, there)} == {"SJC", "RNO"}
    assert [row["ship_to_line1"] for row in rows.values() if row["line_type"] == "charge"] == [None]


def test_lines_at_one_location_go_where_their_order_says(connect: SourceFor, company: Company) -> None:
    order = an_order_of_two(company)
    first, *others = order.goods_lines
    first.site = None
    for line in others:
        line.site = "RNO"
    rows = lines_of(connect(), order)
    assert [place(line, rows) for line in order.goods_lines] == [{} for _ in order.goods_lines]
