"""What becomes of Odoo's values that the sandbox's orders do not tell apart: units, terms, shares, codes, dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connectors.odoo import CONNECTOR
from include.orderhouse.connectors.odoo.analytic import shares
from include.orderhouse.connectors.odoo.settings import Settings
from include.orderhouse.connectors.odoo.values import line as of_line
from include.orderhouse.connectors.odoo.values import order as of_order
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform

Raw = dict[str, Any]

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def mapped(order: Raw, *lines: Raw, zone: str = "UTC") -> tuple[Raw, list[Raw]]:
    """The rows that the transform makes of an order and of its lines."""
    options = Options(connector="odoo", customer="test", time_zone=zone)
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=Settings())
    header = {"id": 7, "name": "P00007", "state": "purchase", "write_date": "2026-09-30 10:00:00", **order}
    whole = [{"order_id": header, "display_type": False, "_distributions": [], **line} for line in lines]
    tables = Transform(connection).frames([RawOrder(NOW, {**header, "order_line": whole})]).tables
    return tables["purchase_order"].to_pylist()[0], tables["purchase_order_line"].to_pylist()


def test_a_unit_of_purchase_is_converted_into_units_of_the_product() -> None:
    """Five dozens are sixty units, so that a dozen is twelve of them."""
    units = {"product_uom": {"name": "Dozens"}, "product_id": {"id": 4, "uom_id": {"name": "Units"}}}
    _, (line,) = mapped({}, {"id": 1, "product_qty": Decimal(5), "product_uom_qty": Decimal(60), **units})
    assert (line["unit"], line["base_unit"], line["unit_conversion_factor"]) == ("DZN", "C62", 12)


@pytest.mark.parametrize("field", ["product_uom", "product_uom_id", "uom_id"])
def test_a_lines_unit_is_found_under_the_name_of_each_version(field: str) -> None:
    """That of 17 and 18, that of 19, and that of Odoo's development branch."""
    _, (line,) = mapped({}, {"id": 1, field: {"name": "kg"}})
    assert (line["unit"], line["unit_source"]) == ("KGM", "kg")


@pytest.mark.parametrize("tells_root", [True, False])
def test_accounts_of_sub_plans_are_told_by_the_plan_at_the_root(tells_root: bool) -> None:
    """Two sub-plans may have the same name; the name of each begins with that of its root."""

    def account(number: int, root: str) -> Raw:
        own = {"id": number, "code": f"A-{number}", "plan_id": {"display_name": f"{root} / North"}}
        return {**own, "root_plan_id": {"display_name": root}} if tells_root else own

    accounts = {12: account(12, "Projects"), 34: account(34, "Departments"), 56: account(56, "Markets")}
    line = {"analytic_distribution": {"12,34": Decimal(60), "56": Decimal(40)}}
    both, other = shares(line, accounts, Settings().analytic_plans)
    assert (both["key"], both["percent"], both["project"], both["department"]) == ("12,34", 60, "A-12", "A-34")
    assert both["dimensions"] == {"Projects": "A-12", "Departments": "A-34"}
    assert (other["percent"], other["dimensions"]) == (40, {"Markets": "A-56"})
    assert not other.keys() & {"project", "department", "cost_center"}


def test_days_that_goods_are_planned_for_are_those_of_the_connections_zone() -> None:
    """Odoo keeps them as instants in UTC."""
    planned = {"date_planned": "2026-10-01 22:30:00"}
    for zone, day in (("UTC", date(2026, 10, 1)), ("Europe/Berlin", date(2026, 10, 2))):
        order, (line,) = mapped(planned, {"id": 1, **planned}, zone=zone)
        assert (order["requested_delivery_date"], line["requested_delivery_date"]) == (day, day)


@pytest.mark.parametrize(
    ("parts", "days"),
    [
        ([(30, "days_after"), (60, "days_after")], 60),
        ([(30, None)], 30),
        ([(30, "days_after"), (60, "days_after_end_of_month")], None),
        ([(10, "days_after_end_of_next_month")], None),
        ([], None),
    ],
)
def test_net_days_are_those_of_the_last_part_where_all_count_from_the_bill(
    parts: list[tuple[int, str | None]], days: int | None
) -> None:
    rows = [{"nb_days": number, **({"delay_type": counted} if counted else {})} for number, counted in parts]
    assert of_order.net_days({"payment_term_id": {"line_ids": rows}}) == days


@pytest.mark.parametrize(
    ("shares", "told"),
    [([("C-1", 100)], "C-1"), ([("C-1", 60)], None), ([("C-1", 100), ("C-2", 100)], None), ([], None)],
)
def test_a_line_has_the_account_that_it_is_booked_to_as_a_whole(
    shares: list[tuple[str, int]], told: str | None
) -> None:
    rows = [{"cost_center": code, "percent": Decimal(percent)} for code, percent in shares]
    assert of_line.only_share("cost_center")({"_distributions": rows}) == told


def test_what_has_no_code_of_its_own_is_known_by_its_id() -> None:
    vendor = {"id": 12, "ref": "C-12", "commercial_partner_id": {"id": 11, "ref": "V-11"}}
    coded = {"id": 1, "product_id": {"id": 4, "default_code": "B-4"}}
    order, (line,) = mapped({"partner_id": vendor}, coded)
    assert (order["vendor_code"], line["item_code"]) == ("V-11", "B-4")
    bare = {"id": 12, "ref": False, "commercial_partner_id": {"id": 11, "ref": False}}
    order, (line,) = mapped({"partner_id": bare}, {"id": 1, "product_id": {"id": 4, "default_code": False}})
    assert (order["vendor_code"], line["item_code"]) == ("11", "4")


def test_beside_what_is_put_together_to_a_code_stands_what_odoo_says() -> None:
    vendor = {"lang": "de_CH", "state_id": {"code": "ZH"}, "country_id": {"code": "CH"}}
    order, _ = mapped({"partner_id": vendor})
    assert (order["language"], order["language_source"]) == ("de-CH", "de_CH")
    assert (order["vendor_region"], order["vendor_region_source"]) == ("CH-ZH", "ZH")


def test_a_discount_for_early_payment_counts_where_the_term_grants_it() -> None:
    """Odoo keeps 2 % within 10 days on every term, whether it is granted or not."""
    term = {"early_discount": True, "discount_percentage": Decimal(2), "discount_days": 10}
    for granted, told in ((True, (2, 10)), (False, (None, None))):
        order, _ = mapped({"payment_term_id": {**term, "early_discount": granted}})
        assert (order["discount_percent"], order["discount_days"]) == told


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"type": "contact"}, "Jane Roe"),
        ({"type": "delivery"}, None),
        ({"type": "contact", "commercial_partner_id": {"id": 12}}, None),
        ({"type": "contact", "commercial_partner_id": False}, None),
    ],
)
def test_a_vendors_contact_is_a_person_at_another_partner(own: Raw, told: str | None) -> None:
    """A mere delivery address is none, nor is a partner that stands for itself."""
    vendor = {"id": 12, "name": "Jane Roe", "commercial_partner_id": {"id": 11, "name": "Roe Ltd"}, **own}
    order, _ = mapped({"partner_id": vendor})
    assert order["vendor_contact"] == told
