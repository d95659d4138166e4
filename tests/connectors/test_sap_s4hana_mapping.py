"""What becomes of SAP S/4HANA's orders: units, amounts, conditions, rates, addresses, kinds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from include.orderhouse.configuration.connections import read_connection
from include.orderhouse.connectors.sap_s4hana import CONNECTOR
from include.orderhouse.connectors.sap_s4hana.codes import ORDER_TYPES
from include.orderhouse.connectors.sap_s4hana.mapping.line import DISTRIBUTION, LINE
from include.orderhouse.connectors.sap_s4hana.mapping.order import ORDER
from include.orderhouse.connectors.sap_s4hana.values import LINES, listed
from include.orderhouse.connectors.sap_s4hana.values.amounts import net_amount, subtotal
from include.orderhouse.connectors.sap_s4hana.values.conditions import discount_amount, discount_percent
from include.orderhouse.connectors.sap_s4hana.values.order import order_type
from include.orderhouse.connectors.sap_s4hana.values.terms import exchange_rate
from include.orderhouse.errors import ConfigurationInvalid
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_s4hana_system import EVER, NAME, NOW, company, read_column, sap
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana import names
from tests.sandbox.dialects.sap_s4hana.names import order_number
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "sap"]


def test_both_services_tell_the_same_amounts(sap: Sandbox, company: Company, source_for: SourceFor) -> None:
    """H25: the 18 digits of the largest amounts included; 2.0 has no net amount, its conditions do."""
    amounts = {}
    for service in ("v4", "v2"):
        source = source_for(NAME, sap, service=service)
        orders = [order for page in CONNECTOR.fetch(source, EVER) for order in page.records]
        lines = [line for order in orders for line in listed(order, LINES)]
        amounts[service] = [Decimal(line["NetAmount"]) if service == "v4" else net_amount(line) for line in lines]
    assert amounts["v4"] == amounts["v2"]
    truth = [line.net_amount for order in company.orders.values() for line in order.goods_lines]
    assert amounts["v4"] == truth
    assert max(amounts["v4"]) > 10**15


@pytest.mark.parametrize("service", ["v4", "v2"])
def test_units_are_told_in_english_whatever_the_users_language_is(
    service: str, company: Company, source_for: SourceFor
) -> None:
    """Those of lines behind a link, too, which does not name the language."""
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"language": "PL", "lines_at_once": "2"}}) as polish:
        source = source_for(NAME, polish, service=service)
        key = order_number(next(order for order in company.orders.values() if len(order.goods_lines) > 2))
        pages = (*CONNECTOR.fetch(source, EVER), *CONNECTOR.read(source, [key]))
    lines = [line for page in pages for order in page.records for line in listed(order, LINES)]
    told = {line["PurchaseOrderQuantityUnit"] for line in lines}
    assert "PC" in told
    assert not told & set(names.POLISH.values())


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ("1.08512", "1.08512"),
        (Decimal("1.08512"), "1.08512"),
        ("/4.00000", "0.25"),
        (Decimal("-4"), "0.25"),
        ("4.00000-", "0.25"),
        ("", None),
        (None, None),
    ],
)
def test_an_indirect_quotation_is_inverted(told: Any, rate: str | None) -> None:
    assert exchange_rate({"ExchangeRate": told}) == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    "told", ["1234.50000", "1,234.50000", "1.234,50000", "1234,50000", "1 234,50000", "  1.234,50000"]
)
def test_a_rate_is_read_in_whichever_notation_the_user_of_the_connection_is_set_to(told: str) -> None:
    """2.0 tells it as text, which its conversion exit writes for people."""
    assert exchange_rate({"ExchangeRate": told}) == Decimal("1234.5")
    assert exchange_rate({"ExchangeRate": f"/{told.strip()}"}) == exchange_rate({"ExchangeRate": Decimal("-1234.5")})


@pytest.mark.parametrize(("told", "rate"), [("0.66800", "0.00668"), ("/1.49700", "0.006680026720")])
def test_a_rate_for_several_units_is_divided_by_them(told: str, rate: str) -> None:
    assert exchange_rate({"ExchangeRate": told, "_rate_units": 100}) == Decimal(rate)


@pytest.mark.parametrize("service", ["v4", "v2"])
def test_rates_are_for_one_unit_where_the_connection_names_the_ratios(
    service: str, company: Company, source_for: SourceFor
) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"rate_units": "JPY:100 CNY:10"}}) as quoted:
        source = source_for(NAME, quoted, service=service, rate_units={"JPY": Decimal(100), "CNY": Decimal(10)})
        read = [order for page in CONNECTOR.fetch(source, EVER) for order in page.records]
    assert {"JPY", "CNY"} <= {order["DocumentCurrency"] for order in read}
    rates = {order["PurchaseOrder"]: exchange_rate(order) for order in read}
    assert rates == {order_number(order): order.exchange_rate for order in company.orders.values()}


def test_the_ratios_of_currencies_are_positive_numbers(tmp_path: Path) -> None:
    file = tmp_path / "connections.yaml"
    entry = "connections: {acme_sap: {connector: sap_s4hana, customer: acme, settings: {rate_units: %s}}}"
    file.write_text(entry % "{JPY: 100, USD: 0.01}", encoding="utf-8")
    assert read_connection("acme_sap", file).settings.rate_units == {"JPY": Decimal(100), "USD": Decimal("0.01")}
    for wrong in ("{JPY: 0}", "{JPY: many}", "[JPY]"):
        file.write_text(entry % wrong, encoding="utf-8")
        with pytest.raises(ConfigurationInvalid, match="rate_units"):
            read_connection("acme_sap", file)


@pytest.mark.parametrize(("is_unlimited", "told"), [(None, "5.0"), (False, "5.0"), (True, None)])
def test_an_unlimited_overdelivery_has_no_limit(is_unlimited: bool | None, told: str | None) -> None:
    line = {"OverdelivTolrtdLmtRatioInPct": "5.0", "UnlimitedOverdeliveryIsAllowed": is_unlimited}
    assert read_column(LINE.over_delivery_percent, line) == told


def test_a_framework_order_counts_like_any_other() -> None:
    """Its invoices refer to it; views leave blanket orders out, as the releases of these are orders of their own."""
    framework = {"PurchaseOrderType": "FO", "ValidityEndDate": "2026-12-31", "_PurchaseOrderItem": []}
    assert ORDER_TYPES[str(order_type(framework))] == "standard"


ORCHARD_V4 = {"OrganizationName1": "Orchard", "OrganizationName2": "Gate 3", "StreetName": "Main", "HouseNumber": "12"}
ORCHARD_V2 = {
    "DeliveryAddressName": "Orchard", "DeliveryAddressName2": "Gate 3",
    "DeliveryAddressStreetName": "Main", "DeliveryAddressHouseNumber": "12",
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "elsewhere"),
    [
        ({"_DeliveryAddress": ORCHARD_V4}, {"_DeliveryAddress": ORCHARD_V4 | {"HouseNumber": "14"}}),
        (ORCHARD_V2, ORCHARD_V2 | {"DeliveryAddressHouseNumber": "14"}),
    ],
)
def test_an_order_goes_where_its_items_go_down_to_the_house(line: dict[str, Any], elsewhere: dict[str, Any]) -> None:
    order = {"_PurchaseOrderItem": [line, dict(line)]}
    assert (read_column(ORDER.ship_to.name, order), read_column(ORDER.ship_to.line1, order)) == (
        "Orchard Gate 3",
        "Main 12",
    )
    assert (read_column(LINE.ship_to.name, line), read_column(LINE.ship_to.line1, line)) == (
        "Orchard Gate 3",
        "Main 12",
    )
    assert read_column(ORDER.ship_to.line1, {"_PurchaseOrderItem": [line, elsewhere]}) is None


BY_PRICE = {
    "OrderQuantity": "250.000", "NetPriceAmount": "12.000", "NetPriceQuantity": "100",
    "OrderPriceUnitToOrderUnitNmrtr": "3", "OrdPriceUnitToOrderUnitDnmntr": "2",
}  # fmt: skip


@pytest.mark.parametrize(
    ("different", "told"),
    [
        ({}, 45),
        ({"OrdPriceUnitToOrderUnitDnmntr": "0"}, 30),
        ({"NetPriceQuantity": "0"}, 4500),
        ({"NetPriceAmount": None}, None),
        ({"OrderQuantity": None}, None),
    ],
)
def test_without_conditions_the_net_amount_follows_from_quantity_and_net_price(
    different: dict[str, Any], told: int | None
) -> None:
    line = BY_PRICE | different
    assert net_amount(line) == told
    assert subtotal({"_PurchaseOrderItem": [line, {"NetAmount": 5}]}) == (None if told is None else told + 5)


PRICED = {
    "DocumentCurrency": "EUR", "OrderPriceUnit": "PC", "NetPriceAmount": "1000.000", "NetPriceQuantity": "1",
}  # fmt: skip
CONDITION = {
    "ConditionClass": "B", "ConditionRateValue": "1100.000000000", "ConditionCurrency": "EUR",
    "ConditionQuantity": "10", "ConditionQuantityUnit": "PC", "ConditionAmount": "1100.00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("differing", "told"),
    [
        ({}, ("1100.000000000", "10")),
        ({"ConditionRateValue": "0.000000000"}, ("0.000000000", "10")),
        ({"ConditionCurrency": "USD"}, None),
        ({"ConditionQuantityUnit": "BOX"}, None),
        ({"ConditionQuantityUnit": ""}, None),
        ({"ConditionQuantity": "0"}, None),
        ({"ConditionRateValue": None}, None),
        ({"ConditionIsForStatistics": True}, None),
    ],
)
def test_a_condition_tells_price_and_price_unit_only_in_the_orders_terms(
    differing: dict[str, Any], told: tuple[str, str] | None
) -> None:
    """Otherwise neither: both are then those of the net price, and so is the discount that is in it."""
    discount = {"ConditionClass": "A", "ConditionRateRatio": "-10", "ConditionAmount": "-110.00"}
    discount |= {"ConditionCalculationType": "A"}
    line = PRICED | {"_PurOrdPricingElement": [CONDITION | differing, discount]}
    assert (read_column(LINE.unit_price, line), read_column(LINE.price_basis_quantity, line)) == (
        told or ("1000.000", "1")
    )
    assert (discount_percent(line), discount_amount(line)) == ((10, 110) if told else (None, None))


@pytest.mark.parametrize(
    ("column", "field"),
    [
        (LINE.commodity_code, "CommodityCode"),
        (LINE.manufacturer_item_code, "ManufacturerMaterial"),
        (LINE.warehouse, "StorageLocation"),
        (DISTRIBUTION.profit_center, "ProfitCenter"),
        (DISTRIBUTION.internal_order, "OrderID"),
        (DISTRIBUTION.asset, "MasterFixedAsset"),
        (DISTRIBUTION.fund, "Fund"),
        (DISTRIBUTION.is_deleted, "IsDeleted"),
    ],
)
def test_a_field_of_both_services_is_a_column(column: Any, field: str) -> None:
    assert read_column(column, {field: "told"}) == "told"
