"""SAP S/4HANA over real HTTP, in both of its services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from include.orderhouse.connections import read_connection
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.sap_s4hana import CONNECTOR
from include.orderhouse.connectors.sap_s4hana.mapping.line import LINE
from include.orderhouse.connectors.sap_s4hana.service import SERVICES, Service
from include.orderhouse.connectors.sap_s4hana.values import CONDITIONS, LINES, SCHEDULES, listed
from include.orderhouse.connectors.sap_s4hana.values.conditions import discount_amount, discount_percent, net_amount
from include.orderhouse.connectors.sap_s4hana.values.progress import is_closed, line_status, quantity_open
from include.orderhouse.connectors.sap_s4hana.values.status import invoice_status, receipt_status, status
from include.orderhouse.connectors.sap_s4hana.values.terms import exchange_rate
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    FilterIgnored,
    ForeignHost,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.odata import CollectionPage
from include.orderhouse.sap_gateway import Gateway
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana import names
from tests.sandbox.dialects.sap_s4hana.names import changed_at, order_number
from tests.sandbox.generate import generate
from tests.sandbox.order import LineKind, Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "sap_s4hana"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
EVER = Window(None, None)


@pytest.fixture
def company() -> Company:
    return generate(11, orders=300, now=NOW)


@pytest.fixture
def sap(company: Company) -> Iterator[Sandbox]:
    with sandbox(company, [NAME], Clock(NOW)) as running:
        yield running


@pytest.fixture(params=["v4", "v2"])
def source(request: pytest.FixtureRequest, sap: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, sap, page_size=40, service=request.param)


@pytest.fixture
def v4(sap: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, sap, page_size=40)


def fetched(source: Source, window: Window = EVER) -> list[str]:
    return keys(CONNECTOR.fetch(source, window))


def keys(pages: Iterator[Page] | Sequence[Page]) -> list[str]:
    return [str(record["PurchaseOrder"]) for page in pages for record in page.records]


def numbers(orders: Iterator[Order] | Sequence[Order]) -> list[str]:
    return sorted(order_number(order) for order in orders)


def expects_something(order: Order) -> bool:
    """Whether SAP still awaits goods or an invoice of a line that is not deleted."""
    return any(
        (names.expects_goods(line) and not names.is_delivered(line))
        or (names.expects_invoice(line) and not names.is_invoiced(order, line))
        for line in order.goods_lines
        if not line.is_cancelled
    )


def lines_of(source: Source, key: str) -> list[dict[str, Any]]:
    [order] = [record for page in CONNECTOR.read(source, [key]) for record in page.records]
    return list(listed(order, LINES))


def test_discovery_proves_the_credentials_and_learns_fields_and_the_time(source: Source) -> None:
    known = source.catalogue.details
    assert any("YY1_ProjectPhase_PDH" in fields for fields in known.values()), "custom fields are known (H21)"
    assert source.api.source_time == NOW.replace(microsecond=0)


def test_every_order_comes_exactly_once_with_the_sources_own_count(source: Source, company: Company) -> None:
    pages = list(CONNECTOR.fetch(source, EVER))
    assert keys(pages) == numbers(company.orders.values())
    assert [page.expected for page in pages] == [300] + [None] * (len(pages) - 1)
    assert pages[-1].resume is None


def test_resuming_after_any_page_gives_exactly_the_rest(v4: Source) -> None:
    """H30."""
    pages = list(CONNECTOR.fetch(v4, EVER))
    assert len(pages) == 8
    for number, page in enumerate(pages[:-1], 1):
        assert fetched(v4, replace(EVER, resume=page.resume)) == keys(pages[number:])


def test_a_window_is_closed_below_and_open_above_to_the_microsecond(source: Source, company: Company) -> None:
    """H1, H2, H4, H10: the instant belongs to the window that starts with it, and to that one only."""
    at = max(order.modified_at for order in company.orders.values() if not order.lacks_modified_at)
    before = fetched(source, Window(at - timedelta(days=2), at))
    after = fetched(source, Window(at, NOW + timedelta(days=1)))
    wanted = [order for order in company.orders.values() if (changed := changed_at(order)) and changed >= at]
    dated = {order_number(order) for order in company.orders.values() if not order.lacks_modified_at}
    assert wanted
    assert sorted(dated & set(after)) == numbers(wanted)
    assert not set(before) & set(after) & dated


def test_orders_without_a_change_time_count_by_their_creation(source: Source, company: Company) -> None:
    """H13, H14."""
    undated = [order for order in company.orders.values() if order.lacks_modified_at]
    assert undated
    for order in undated:
        created = order.created_at
        assert order_number(order) in fetched(source, Window(created, created + timedelta(hours=1)))


def test_a_record_dated_in_the_future_is_left_to_its_own_window(v4: Source, sap: Sandbox) -> None:
    """H9."""
    ahead = sap.act(history.create_in_future, 3600.0)
    assert str(4_500_000_000 + ahead) not in fetched(v4, Window(NOW - timedelta(days=1), NOW))
    assert str(4_500_000_000 + ahead) in fetched(v4, Window(NOW, None))


def test_a_change_of_a_line_moves_the_order_into_the_window(source: Source, sap: Sandbox, company: Company) -> None:
    """H11."""
    order = next(order for order in company.orders.values() if order.is_open and not order.lacks_modified_at)
    sap.act(history.change_description, order.id, order.goods_lines[0].id, "changed")
    assert order_number(order) in fetched(source, Window(NOW, None))


def test_a_receipt_moves_nothing_and_is_found_among_the_open_orders(v4: Source, sap: Sandbox, company: Company) -> None:
    """H12."""
    order = next(order for order in company.orders.values() if order.is_open and not order.lacks_modified_at)
    sap.act(history.receive, order.id, order.goods_lines[0].id, Decimal("0.5"))
    assert order_number(order) not in fetched(v4, Window(NOW, None))
    found = fetched(v4, Window(None, NOW, open_only=True))
    assert order_number(order) in found


def test_open_orders_are_found_however_old_and_resumed(source: Source, company: Company) -> None:
    pages = list(CONNECTOR.fetch(source, Window(None, NOW + timedelta(days=1), open_only=True)))
    found = keys(pages)
    assert len(found) == len(set(found))
    expecting = [order for order in company.orders.values() if order.is_open and expects_something(order)]
    assert len(expecting) > 150
    assert set(numbers(expecting)) <= set(found)
    assert not set(numbers(order for order in company.orders.values() if not expects_something(order))) & set(found)
    closed = [order for order in company.orders.values() if order.stage in ("closed", "cancelled")]
    assert not set(numbers(closed)) & set(found)
    resumed = Window(None, NOW + timedelta(days=1), open_only=True, resume=pages[0].resume)
    assert fetched(source, resumed) == keys(pages[1:])


def test_a_finally_invoiced_item_without_goods_receipt_is_not_read_again(
    source: Source, sap: Sandbox, company: Company
) -> None:
    order = next(order for order in company.orders.values() if order.is_open and len(order.goods_lines) == 1)
    line, everything = order.goods_lines[0], Window(None, NOW + timedelta(days=1), open_only=True)
    line.kind, line.discount_percent = LineKind.SERVICE, Decimal(0)
    sap.act(history.touch, order.id)
    assert order_number(order) in fetched(source, everything)
    sap.act(history.invoice, order.id, line.id, line.quantity)
    assert order_number(order) not in fetched(source, everything)


def test_a_delivered_item_without_an_invoice_is_not_read_again(source: Source, sap: Sandbox, company: Company) -> None:
    order = next(order for order in company.orders.values() if order.is_open and len(order.goods_lines) == 1)
    line, everything = order.goods_lines[0], Window(None, NOW + timedelta(days=1), open_only=True)
    line.kind, line.discount_percent = LineKind.GOODS, Decimal(100)
    sap.act(history.receive, order.id, line.id, Decimal("0.001"))
    assert order_number(order) in fetched(source, everything)
    sap.act(history.receive, order.id, line.id, line.quantity)
    assert order_number(order) not in fetched(source, everything)


def test_rows_that_move_while_pages_are_read_are_neither_lost_nor_doubled(source: Source, sap: Sandbox) -> None:
    """H5, H18."""
    sap.world(NAME).faults.add("moving_rows", times=None, count=60)
    found = fetched(source, Window(NOW - timedelta(days=4000), None))
    assert len(found) == len(set(found)) == 300


def test_reading_by_key_leaves_out_those_that_are_gone(source: Source, company: Company) -> None:
    """H15."""
    wanted = numbers(company.orders.values())[:90]
    assert keys(CONNECTOR.read(source, [*wanted, "4599999999"])) == wanted


def test_a_scan_tells_every_key_its_change_time_and_the_count(company: Company, source_for: SourceFor) -> None:
    """H17, H19: also where the server cuts pages shorter than asked for."""
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"page_cap": "70"}}) as capped:
        source = source_for(NAME, capped)
        pages = list(CONNECTOR.scan(source))
        assert len(fetched(source)) == 300
    found = {key.source_order_id: key.source_modified_at for page in pages for key in page.keys}
    assert found == {order_number(order): changed_at(order) for order in company.orders.values()}
    assert pages[0].expected == 300
    assert len(pages) == 5


@pytest.mark.parametrize("service", ["v4", "v2"])
def test_lines_that_the_server_cuts_off_are_read_to_their_end(
    service: str, company: Company, source_for: SourceFor
) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"lines_at_once": "2"}}) as capped:
        source = source_for(NAME, capped, service=service)
        pages = list(CONNECTOR.fetch(source, EVER))
    told = {str(order["PurchaseOrder"]): order for page in pages for order in page.records}
    for order in company.orders.values():
        lines = listed(told[order_number(order)], LINES)
        assert [int(line["PurchaseOrderItem"]) for line in lines] == [line.number for line in order.goods_lines]
        assert all(listed(line, CONDITIONS) and listed(line, SCHEDULES) for line in lines)


def test_a_link_to_another_host_is_refused(company: Company, source_for: SourceFor) -> None:
    """H31."""
    options = {NAME: {"lines_at_once": "2", "link_base": "http://localhost:9"}}
    with sandbox(company, [NAME], Clock(NOW), options=options) as foreign:
        source = source_for(NAME, foreign, service="v2")
        with pytest.raises(ForeignHost):
            fetched(source)


def test_only_the_chosen_company_codes_are_read(sap: Sandbox, company: Company, source_for: SourceFor) -> None:
    source = source_for(NAME, sap, company_codes=("DE01",), sap_client="100")
    german = [order for order in company.orders.values() if order.entity == "DE01"]
    assert source.catalogue.scope == ("DE01",)
    assert fetched(source) == numbers(german)
    assert sorted(keys(CONNECTOR.read(source, numbers(list(company.orders.values()))))) == numbers(german)


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


def test_an_expired_token_is_renewed_in_the_middle_of_a_fetch(sap: Sandbox, source_for: SourceFor) -> None:
    told = credentials_for(NAME, sap, token_url="{url}/sap/bc/sec/oauth2/token")
    source = source_for(NAME, sap, credentials=told, authentication="oauth", page_size=100)
    sap.world(NAME).faults.add("expired_token", after=1)
    assert len(fetched(source)) == 300
    assert sap.world(NAME).tokens.issued == 2


@pytest.mark.parametrize(
    ("authentication", "wrong"),
    [("basic", "password"), ("oauth", "client_secret"), ("api_key", "api_key")],
)
def test_wrong_credentials_say_so_and_show_no_secret(
    authentication: str, wrong: str, sap: Sandbox, source_for: SourceFor
) -> None:
    changed = {"token_url": "{url}/sap/bc/sec/oauth2/token", wrong: "very-secret-and-wrong"}
    told = credentials_for(NAME, sap, **changed)
    with pytest.raises(AuthenticationFailed) as failure:
        source_for(NAME, sap, credentials=told, authentication=authentication)
    assert "very-secret" not in str(failure.value)


def test_an_api_key_is_accepted(sap: Sandbox, source_for: SourceFor) -> None:
    assert len(fetched(source_for(NAME, sap, authentication="api_key"))) == 300


def test_a_rate_limit_tells_how_long_to_wait(v4: Source, sap: Sandbox) -> None:
    sap.world(NAME).faults.add("rate_limited", times=None, seconds=90)
    with pytest.raises(RateLimitExceeded, match="Quota") as failure:
        fetched(v4)
    assert failure.value.retry_after == 90


@pytest.mark.parametrize("status", [500, 503])
def test_an_outage_is_worth_another_try(status: int, source: Source, sap: Sandbox) -> None:
    sap.world(NAME).faults.add("server_error", times=1, status=status)
    assert len(fetched(source)) == 300
    sap.world(NAME).faults.add("server_error", times=None, status=status)
    with pytest.raises(SourceUnavailable):
        fetched(source)


def test_a_refused_request_carries_saps_words_and_transaction(source: Source) -> None:
    service = SERVICES[source.settings.service]
    with pytest.raises(RequestRefused, match="NoSuchField") as failure:
        source.api.get(f"{service.root}/{service.orders}", {"$filter": "NoSuchField eq 1"})
    assert failure.value.request_id


@pytest.mark.parametrize("fault", ["wrong_shape", "html", "truncated_json"])
def test_another_shape_is_never_read_as_no_orders(fault: str, source: Source, sap: Sandbox) -> None:
    """H33."""
    sap.world(NAME).faults.add(fault, times=None)
    with pytest.raises(UnexpectedShape):
        fetched(source)


def test_an_order_whose_lines_are_missing_is_an_error(v4: Source, sap: Sandbox) -> None:
    """H33: an order without its expanded lines would look like one that has none."""
    shape = {"value": [{"PurchaseOrder": "4500000001", "CompanyCode": "US01"}]}
    sap.world(NAME).faults.add("wrong_shape", times=None, value=shape)
    with pytest.raises(UnexpectedShape, match="_PurchaseOrderItem"):
        fetched(v4)


@pytest.mark.parametrize("service", ["v4", "v2"])
def test_units_are_told_in_english_whatever_the_users_language_is(
    service: str, company: Company, source_for: SourceFor
) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"language": "PL"}}) as polish:
        source = source_for(NAME, polish, service=service)
        key = order_number(next(order for order in company.orders.values() if len(order.goods_lines) > 2))
        pages = (*CONNECTOR.fetch(source, EVER), *CONNECTOR.read(source, [key]))
    lines = [line for page in pages for order in page.records for line in listed(order, LINES)]
    told = {line["PurchaseOrderQuantityUnit"] for line in lines}
    assert "PC" in told
    assert not told & set(names.POLISH.values())


def test_numbers_that_are_told_without_leading_zeros_go_on_in_their_order(
    v4: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``0000000999`` is told as ``999``, and ``4500000001`` comes behind it; ``1000`` would come before."""
    behind = {"": "999", "'999'": "4500000001"}

    def ask(_self: Gateway, _set: str, **options: Any) -> CollectionPage:
        key = behind.get(options["filter"].rpartition(" ")[2], "")
        return CollectionPage([{"PurchaseOrder": key}] if key else [], None, None)

    monkeypatch.setattr(Gateway, "ask", ask)
    found = [page.rows for page, _ in Service(v4).pages("PurchaseOrder", None, 1)]
    assert found == [[{"PurchaseOrder": "999"}], [{"PurchaseOrder": "4500000001"}], []]
    behind["'999'"] = "0000000500"
    with pytest.raises(FilterIgnored, match="after 999, got 0000000500"):
        list(Service(v4).pages("PurchaseOrder", None, 1))


def test_a_filter_that_is_ignored_ends_the_paging(v4: Source, sap: Sandbox) -> None:
    """H27, H19: the same first page for ever would be an endless loop."""
    sap.world(NAME).faults.add("ignore_filter", times=None)
    with pytest.raises(FilterIgnored):
        fetched(v4)


def test_a_line_deleted_at_the_source_is_no_longer_in_the_order(source: Source, sap: Sandbox, company: Company) -> None:
    """H16."""
    order = next(order for order in company.orders.values() if len(order.goods_lines) > 2)
    gone = order.goods_lines[1]
    sap.act(history.delete_line, order.id, gone.id)
    told = {int(line["PurchaseOrderItem"]) for line in lines_of(source, order_number(order))}
    assert gone.number not in told
    assert len(told) == len(order.goods_lines)


def test_a_new_field_arrives_in_the_raw_order(source: Source, sap: Sandbox) -> None:
    """H22."""
    sap.world(NAME).faults.add("new_field", times=None, field="YY1_New_PDH", value="new")
    [page, *_] = CONNECTOR.fetch(source, EVER)
    assert {order["YY1_New_PDH"] for order in page.records} == {"new"}


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ("1.08512", "1.08512"),
        (Decimal("1.08512"), "1.08512"),
        ("/4.00000", "0.25"),
        (Decimal("-4"), "0.25"),
        ("", None),
    ],
)
def test_an_indirect_quotation_is_inverted(told: Any, rate: str | None) -> None:
    assert exchange_rate({"ExchangeRate": told}) == (None if rate is None else Decimal(rate))


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


def test_without_conditions_the_net_amount_follows_from_quantity_and_net_price() -> None:
    line = {
        "OrderQuantity": "250.000",
        "NetPriceAmount": "12.000",
        "NetPriceQuantity": "100",
        "OrderPriceUnitToOrderUnitNmrtr": "3",
        "OrdPriceUnitToOrderUnitDnmntr": "2",
    }
    assert net_amount(line) == Decimal(45)


GOODS = {"GoodsReceiptIsExpected": True, "InvoiceIsExpected": True}
NO_RECEIPT = GOODS | {"GoodsReceiptIsExpected": False}
NO_INVOICE = GOODS | {"InvoiceIsExpected": False}
NEITHER = {"GoodsReceiptIsExpected": False, "InvoiceIsExpected": False}
DELIVERED, INVOICED = {"IsCompletelyDelivered": True}, {"IsFinallyInvoiced": True}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (GOODS, ("open", False)),
        (GOODS | DELIVERED, ("delivered", True)),
        (GOODS | INVOICED, ("invoiced", False)),
        (GOODS | DELIVERED | INVOICED, ("delivered and invoiced", True)),
        (NO_RECEIPT, ("open", False)),
        (NO_RECEIPT | INVOICED, ("delivered and invoiced", True)),
        (NO_INVOICE, ("open", False)),
        (NO_INVOICE | DELIVERED, ("delivered and invoiced", True)),
        (NEITHER, ("nothing expected", True)),
    ],
)
def test_an_item_awaits_only_what_is_expected_of_it(line: dict[str, Any], told: tuple[str, bool]) -> None:
    assert (line_status(line), is_closed(line)) == told


@pytest.mark.parametrize(
    ("line", "quantity"),
    [(GOODS, 5), (NO_INVOICE, 5), (GOODS | DELIVERED, 0), (NO_RECEIPT, 0), (NO_RECEIPT | INVOICED, 0), (NEITHER, 0)],
)
def test_nothing_is_to_come_where_no_receipt_is_expected(line: dict[str, Any], quantity: int) -> None:
    schedule = {"ScheduleLineOrderQuantity": 5, "OpenPurchaseOrderQuantity": 5}
    assert quantity_open(line | {"_PurchaseOrderScheduleLineTP": [schedule]}) == quantity


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([NO_RECEIPT], ("released", None, None)),
        ([NO_RECEIPT | INVOICED], ("delivered and invoiced", None, "full")),
        ([NO_RECEIPT | INVOICED, NO_RECEIPT], ("partly invoiced", None, "partial")),
        ([NO_INVOICE], ("released", None, None)),
        ([NO_INVOICE | DELIVERED], ("delivered and invoiced", "full", None)),
        ([NO_INVOICE | DELIVERED, NO_RECEIPT], ("delivered", "full", None)),
        ([NO_INVOICE | DELIVERED, NO_RECEIPT | INVOICED], ("delivered and invoiced", "full", "full")),
        ([GOODS | DELIVERED, NO_INVOICE], ("partly delivered", "partial", None)),
        ([GOODS, NEITHER], ("released", None, None)),
        ([GOODS | DELIVERED | INVOICED, NEITHER], ("delivered and invoiced", "full", "full")),
        ([NEITHER], ("nothing expected", None, None)),
    ],
)
def test_an_order_comes_as_far_as_what_its_items_expect(lines: list[Any], told: tuple[str, Any, Any]) -> None:
    order = {"_PurchaseOrderItem": lines}
    assert (status(order), receipt_status(order), invoice_status(order)) == told


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
    assert (read(LINE.unit_price, line), read(LINE.price_basis_quantity, line)) == (told or ("1000.000", "1"))
    assert (discount_percent(line), discount_amount(line)) == ((10, 110) if told else (None, None))


def read(column: Any, line: dict[str, Any]) -> Any:
    """What the first of a column's places that is not empty tells."""
    found = (line.get(place) if isinstance(place, str) else place(line) for place in column.places)
    return next(value for value in found if value is not None)
