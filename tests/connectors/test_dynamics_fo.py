"""The Finance & Operations connector against its sandbox dialect over real HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connections import Connection
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.dynamics_fo import CONNECTOR, amounts, values
from include.orderhouse.connectors.dynamics_fo.codes import STATUSES
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    FilterIgnored,
    ForeignHost,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.finance_operations import Query, walk
from include.orderhouse.http import Answer, Patience
from include.orderhouse.options import Options
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.dynamics_fo.orders import SAVES_HEADER, modified_at, status
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox
from tests.truth.dynamics_fo import key as key_of

NAME = "dynamics_fo"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
SINCE = NOW + timedelta(seconds=30)
EVER = Window(None, None)
LATER = Window(SINCE, None)
TOKEN_URL = "{url}/00000000-0000-0000-0000-000000000002/oauth2/v2.0/token"
STAMPS = {"header_change_field": "ModifiedDateTime", "line_change_field": "ModifiedDateTime1"}
HEADERS = "PurchaseOrderHeadersV2"


@pytest.fixture
def company() -> Company:
    return generate(5, orders=120, now=NOW)


@pytest.fixture
def options() -> dict[str, str]:
    """How the dialect plays what the vendor leaves open; tests replace it."""
    return {}


@pytest.fixture
def served(company: Company, options: dict[str, str]) -> Iterator[Sandbox]:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: options}) as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox; ``stamped=False`` for a site without change fields."""

    def build(*, stamped: bool = True, **settings: Any) -> Source:
        secrets = {"token_url": TOKEN_URL, **settings.pop("secrets", {})}
        credentials = credentials_for(NAME, served, **secrets)
        known = (STAMPS if stamped else {}) | {"page_size": 20} | settings
        return source_for(NAME, served, credentials=credentials, **known)

    return build


@pytest.fixture
def key(company: Company) -> Any:
    """The source order id of an order."""
    return lambda order: key_of(company, order)


def keys(company: Company, orders: Iterable[Order] | None = None) -> list[str]:
    return sorted(key_of(company, order) for order in (company.orders.values() if orders is None else orders))


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(f"{r['dataAreaId']}/{r['PurchaseOrderNumber']}" for page in pages for r in page.records)


def fetched(source: Source, window: Window = EVER) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An open order with a goods line that has not been received, saved before the present."""
    orders = company.orders.values()
    return next(o for o in orders if o.is_open and not o.lacks_modified_at and not o.goods_lines[0].receipts)


def a_record(source: Source, company: Company, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [key_of(company, order)])
    (record,) = page.records
    return dict(record)


def mapped(source: Source, record: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the transform makes of a raw order: the order and its lines."""
    options = Options(connector=NAME, customer="test")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=source.settings)
    tables = Transform(connection).frames([RawOrder(NOW, record)]).tables
    (order,) = tables["purchase_order"].to_pylist()
    return order, tables["purchase_order_line"].to_pylist()


def happen(served: Sandbox, order: Order, event: str) -> None:
    """Something that happens to the order's first line a minute later."""
    served.clock.advance(60)
    line = {"order_id": order.id, "line_id": order.goods_lines[0].id}
    match event:
        case "text":
            served.act(history.change_description, text="new", **line)
        case "quantity":
            served.act(history.change_quantity, quantity=Decimal(7), **line)
        case "date":
            served.act(history.postpone_line, days=3, **line)
        case "receipt":
            served.act(history.receive, quantity=Decimal(1), **line)
        case "invoice":
            served.act(history.invoice, quantity=Decimal(1), **line)
        case "added":
            served.act(history.add_line, order_id=order.id)
        case "deleted":
            served.act(history.delete_line, **line)


def test_discovery_tells_the_companies_with_their_currency_and_terms(connect: SourceFor) -> None:
    source = connect()
    assert source.catalogue.scope == ("de01", "us01")
    companies = source.catalogue.details["companies"]
    assert {name: one["ledger"]["AccountingCurrency"] for name, one in companies.items()} == {
        "de01": "EUR",
        "us01": "USD",
    }
    assert companies["de01"]["terms"]["NET60"]["NumberOfDays"] == 60


def test_a_connection_reads_the_companies_it_names(connect: SourceFor, company: Company) -> None:
    source = connect(companies=("DE01",))
    assert source.catalogue.scope == ("de01",)
    assert fetched(source) == keys(company, (o for o in company.orders.values() if o.entity == "DE01"))


def test_a_company_that_does_not_exist_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="fr01"):
        connect(companies=("fr01",))


@pytest.mark.parametrize("options", [{"extensions": "none"}])
@pytest.mark.parametrize("field", ["header_change_field", "line_change_field", "created_field", "invoiced_field"])
def test_a_field_that_the_site_does_not_have_is_a_configuration_error(connect: SourceFor, field: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="SysModifiedDateTime"):
        connect(stamped=False, **{field: "SysModifiedDateTime"})


@pytest.mark.parametrize("stamped", [True, False])
def test_every_order_of_every_company_comes_exactly_once_with_the_sources_count(
    connect: SourceFor, company: Company, stamped: bool
) -> None:
    pages = list(CONNECTOR.fetch(connect(stamped=stamped, page_size=17), EVER))
    assert found(pages) == keys(company)
    assert sum(page.expected or 0 for page in pages) == len(company.orders)
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_numbers_are_unique_within_a_company_only(connect: SourceFor) -> None:
    numbers = [r["PurchaseOrderNumber"] for page in CONNECTOR.fetch(connect(), EVER) for r in page.records]
    assert len(set(numbers)) < len(numbers)


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ({}, {}),
        ({"page_cap": "3"}, {}),
        ({"page_cap": "3", "next": "skip"}, {}),
        ({"navigation": "PurchaseOrderLinesV2"}, {"expand_lines": "PurchaseOrderLinesV2"}),
    ],
)
def test_h16_h19_orders_are_whole_however_the_server_pages(
    connect: SourceFor, company: Company, settings: dict[str, Any]
) -> None:
    records = [r for page in CONNECTOR.fetch(connect(**settings), EVER) for r in page.records]
    told = {f"{r['dataAreaId']}/{r['PurchaseOrderNumber']}": r for r in records}
    assert sorted(told) == keys(company)
    for order in company.orders.values():
        record = told[key_of(company, order)]
        assert [line["LineNumber"] for line in record["_lines"]] == [line.number for line in order.goods_lines]
        assert [one["FixedChargeAmount"] for one in record["_charges"]] == [one.amount for one in order.charges]
        assert record["_vendor"]["VendorOrganizationName"] == company.vendors[order.vendor].name
        for line, raw in zip(order.goods_lines, record["_lines"], strict=True):
            assert raw["LineAmount"] == line.net_amount
            assert raw["_received"] == line.quantity_received
            assert len(raw["_receipts"]) == len(line.receipts)


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    order = max(company.orders.values(), key=lambda order: max(line.net_amount for line in order.goods_lines))
    line = max(order.goods_lines, key=lambda line: line.net_amount)
    assert len(line.net_amount.as_tuple().digits) >= 18
    assert line.net_amount in [raw["LineAmount"] for raw in a_record(connect(), company, order)["_lines"]]


def test_dates_are_noon_in_utc_and_empty_ones_are_of_1900(connect: SourceFor, company: Company) -> None:
    record = a_record(connect(), company, order := an_order(company))
    assert record["AccountingDate"] == f"{order.order_date.isoformat()}T12:00:00Z"
    assert record["FixedDueDate"] == "1900-01-01T12:00:00Z"


@pytest.mark.parametrize("bound", ["start", "end"])
def test_h1_h2_h4_a_window_is_closed_below_and_open_above(connect: SourceFor, company: Company, bound: str) -> None:
    order = an_order(company)
    edge = modified_at(order)
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    source = connect(line_change_field="", reread_open_orders="never")
    assert (key_of(company, order) in fetched(source, window)) is (bound == "start")


def test_h10_a_bound_within_a_second_loses_nothing(connect: SourceFor, company: Company, key: Any) -> None:
    order = an_order(company)
    edge = order.changed_at(SAVES_HEADER)
    assert edge.microsecond
    assert key(order) in fetched(connect(), Window(edge, None))
    assert key(order) in fetched(connect(), Window(edge - timedelta(hours=1), edge))


def test_h1_a_window_by_dates_holds_a_day_more_on_either_side(connect: SourceFor, company: Company) -> None:
    start, end = NOW - timedelta(days=40), NOW - timedelta(days=20)
    told = set(fetched(connect(stamped=False), Window(start, end)))
    dated = [o for o in company.orders.values() if start.date() <= o.order_date <= end.date()]
    near = [o for o in company.orders.values() if abs((o.order_date - start.date()).days) <= 1]
    assert dated
    assert set(keys(company, dated)) | set(keys(company, near)) <= told
    assert len(told) < len(company.orders)


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    cut = NOW - timedelta(days=20)
    for stamped in (True, False):
        source = connect(stamped=stamped)
        both = [p for window in (Window(None, cut), Window(cut, None)) for p in CONNECTOR.fetch(source, window)]
        assert sorted(set(found(both))) == keys(company)


@pytest.mark.parametrize("settings", [{}, {"stamped": False}, {"reread_open_orders": "always"}])
def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor, settings: dict[str, Any]) -> None:
    source = connect(page_size=11, **settings)
    window = Window(NOW - timedelta(days=20), None)
    pages = list(CONNECTOR.fetch(source, window))
    for position, page in enumerate(pages[:-1]):
        rest = CONNECTOR.fetch(source, Window(window.start, None, resume=page.resume))
        assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.world(NAME).faults.add("moving_rows", times=None, path=HEADERS, count=30)
    assert fetched(connect(page_size=7)) == keys(company)


def test_h9_a_record_of_the_future_is_in_a_window_without_end(
    connect: SourceFor, served: Sandbox, company: Company, key: Any
) -> None:
    ahead = company.orders[served.act(history.create_in_future, seconds=5 * 86_400)]
    for stamped in (True, False):
        source = connect(stamped=stamped)
        assert key(ahead) in fetched(source, Window(NOW - timedelta(days=1), None))
        assert key(ahead) not in fetched(source, Window(NOW - timedelta(days=1), NOW))


@pytest.mark.parametrize("options", [{}, {"moves": "all"}])
@pytest.mark.parametrize("event", ["text", "quantity", "date", "added", "receipt", "invoice"])
def test_h11_h12_a_line_that_changes_brings_its_order(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = an_order(company)
    happen(served, order, event)
    assert fetched(connect(), LATER) == keys(company, [order])


@pytest.mark.parametrize("event", ["text", "quantity", "date", "added", "deleted", "receipt", "invoice"])
@pytest.mark.parametrize("options", [{"extensions": "none", "posts": "silently"}])
def test_h11_h12_without_change_fields_open_orders_are_read_again(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    happen(served, order, event)
    told = fetched(connect(stamped=False), LATER)
    assert set(keys(company, (o for o in company.orders.values() if o.is_open))) <= set(told)
    assert len(told) == len(set(told))


@pytest.mark.parametrize("options", [{"posts": "silently"}])
@pytest.mark.parametrize("event", ["receipt", "deleted"])
def test_h12_what_moves_no_stamp_is_found_by_reading_open_orders_again(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    happen(served, order, event)
    assert fetched(connect(), LATER) == []
    assert key_of(company, order) in fetched(connect(reread_open_orders="always"), LATER)


def test_open_orders_created_before_a_window_are_read_again_whatever_their_date(
    connect: SourceFor, company: Company
) -> None:
    opened = [o for o in company.orders.values() if o.is_open]
    opened[0].order_date = SINCE.date()
    source = connect(stamped=False, created_field="CreatedDateTime1")
    assert set(keys(company, opened)) <= set(fetched(source, LATER))


def test_a_finished_order_is_not_read_again(connect: SourceFor, company: Company) -> None:
    told = fetched(connect(stamped=False), LATER)
    old = NOW.date() - timedelta(days=3)
    finished = [o for o in company.orders.values() if status(o) in ("Invoiced", "Canceled") and o.order_date < old]
    assert finished
    assert not set(told) & set(keys(company, finished))


def test_h13_orders_without_change_time_are_found_by_their_date(connect: SourceFor, company: Company) -> None:
    since = NOW - timedelta(days=90)
    undated = [o for o in company.orders.values() if o.lacks_modified_at]
    recent = [o for o in undated if o.order_date >= since.date()]
    assert recent
    told = {k.source_order_id: k.source_modified_at for page in CONNECTOR.scan(connect()) for k in page.keys}
    assert {told[key_of(company, order)] for order in undated} == {None}
    assert set(keys(company, recent)) <= set(fetched(connect(), Window(since, None)))


def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    cut = NOW - timedelta(days=3)
    for stamped in (True, False):
        told = set(fetched(connect(stamped=stamped), Window(None, cut, open_only=True)))
        opened = [o for o in company.orders.values() if o.is_open and o.order_date < cut.date()]
        assert set(keys(company, (o for o in opened if not stamped or modified_at(o) < cut))) <= told
        assert not told & set(keys(company, (o for o in company.orders.values() if status(o) == "Invoiced")))


def test_reading_by_number_gives_what_exists_and_leaves_out_what_is_gone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    wanted = keys(company)[:60]
    gone = next(o for o in company.orders.values() if key_of(company, o) == wanted[0])
    served.act(history.delete, order_id=gone.id)
    assert found(CONNECTOR.read(connect(), [*wanted, "us01/PO999999", "fr01/PO000001"])) == wanted[1:]


def test_h15_h17_a_scan_tells_every_key_and_the_sources_count(connect: SourceFor, company: Company) -> None:
    for stamped in (True, False):
        scanned = list(CONNECTOR.scan(connect(stamped=stamped)))
        told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
        assert sorted(told) == keys(company)
        assert sum(page.expected or 0 for page in scanned) == len(told)
        for order in company.orders.values():
            is_told = stamped and not order.lacks_modified_at
            assert told[key_of(company, order)] == (modified_at(order) if is_told else None)


def invoice_all_but_the_last(served: Sandbox, order: Order) -> None:
    for line in order.goods_lines[:-1]:
        for come in (history.receive, history.invoice):
            served.act(come, order_id=order.id, line_id=line.id, quantity=line.quantity)


@pytest.mark.parametrize("settings", [{}, {"invoiced_field": "OCHInvoicedQuantity"}])
@pytest.mark.parametrize(
    ("options", "event"), [({}, history.cancel_line), ({"deletes": "marked"}, history.delete_line)]
)
def test_an_order_is_invoiced_when_all_lines_are_of_which_anything_comes(
    connect: SourceFor, served: Sandbox, company: Company, settings: dict[str, str], event: Any
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    invoice_all_but_the_last(served, order)
    served.act(event, order_id=order.id, line_id=order.goods_lines[-1].id)
    record = a_record(connect(**settings), company, order)
    assert (record["PurchaseOrderStatus"], values.status(record)) == ("Invoiced", "Invoiced")
    assert (values.receipt_status(record), values.invoice_status(record)) == ("full", "full")
    assert amounts.subtotal(record) == order.subtotal


def test_an_order_that_the_source_calls_invoiced_is_so_whatever_its_lines_say() -> None:
    line = {"PurchaseOrderLineStatus": "Received", "OrderedPurchaseQuantity": 10, "_received": 10, "_invoiced": 9}
    order = {"PurchaseOrderStatus": "Invoiced", "DocumentApprovalStatus": "Confirmed", "_lines": [line]}
    assert values.status(order) == "Invoiced"
    assert values.status({**order, "PurchaseOrderStatus": "Received"}) == "partially invoiced"


@pytest.mark.parametrize(
    ("approval", "before"), [("Draft", "draft"), ("InReview", "pending_approval"), ("Rejected", "draft")]
)
def test_what_was_received_counts_though_a_change_of_the_order_was_requested(approval: str, before: str) -> None:
    for received, told, come in (
        (0, "Backorder", before),
        (4, "Backorder", "partially_received"),
        (10, "Received", "received"),
    ):
        line = {"PurchaseOrderLineStatus": told, "OrderedPurchaseQuantity": 10, "_received": received, "_invoiced": 0}
        order = {"PurchaseOrderStatus": told, "DocumentApprovalStatus": approval, "_lines": [line]}
        assert STATUSES[values.status(order)] == come


def test_a_line_that_is_invoiced_without_a_receipt_is_not_awaited() -> None:
    line = {"PurchaseOrderLineStatus": "Invoiced", "OrderedPurchaseQuantity": 10, "_received": 0, "_invoiced": None}
    goods = {"PurchaseOrderLineStatus": "Backorder", "OrderedPurchaseQuantity": 10, "_received": 0, "_invoiced": None}
    assert values.receipt_status({"_lines": [line]}) == values.invoice_status({"_lines": [line]}) == "full"
    assert values.receipt_status({"_lines": [line, goods]}) == "partial"


def test_an_order_of_cancelled_lines_only_counts_them() -> None:
    line = {"PurchaseOrderLineStatus": "Canceled", "OrderedPurchaseQuantity": 10, "_received": 0, "_invoiced": 0}
    assert values.receipt_status({"_lines": [line]}) == "none"


@pytest.mark.parametrize("options", [{"taxes": "included"}])
def test_amounts_of_an_order_whose_prices_include_sales_tax_are_not_told_as_net(
    connect: SourceFor, company: Company
) -> None:
    order = next(o for o in company.orders.values() if any(line.tax_amount for line in o.goods_lines))
    source = connect()
    told, lines = mapped(source, a_record(source, company, order))
    assert (told["tax_inclusive"], told["subtotal_amount"]) == (True, None)
    assert [line["net_amount"] for line in lines] == [None for _ in order.goods_lines]
    assert [line["total_amount"] for line in lines] == [line.total_amount for line in order.goods_lines]


@pytest.mark.parametrize("options", [{"taxes": "included"}])
def test_a_line_amount_of_120_with_sales_tax_is_the_total_of_its_line(connect: SourceFor, company: Company) -> None:
    source = connect()
    record = a_record(source, company, an_order(company))
    record["_lines"][0]["LineAmount"] = Decimal(120)
    line = mapped(source, record)[1][0]
    assert (line["net_amount"], line["total_amount"]) == (None, Decimal(120))


def test_amounts_of_an_order_whose_prices_do_not_include_sales_tax_are_net(
    connect: SourceFor, company: Company
) -> None:
    order, source = an_order(company), connect()
    told, lines = mapped(source, a_record(source, company, order))
    assert (told["tax_inclusive"], told["subtotal_amount"]) == (False, order.subtotal)
    assert [line["net_amount"] for line in lines] == [line.net_amount for line in order.goods_lines]
    assert {line["total_amount"] for line in lines} == {None}


@pytest.mark.parametrize("options", [{}, {"charge_percentage": "5"}])
def test_charges_are_told_where_all_are_fixed(connect: SourceFor, company: Company, options: dict[str, str]) -> None:
    order = next(o for o in company.orders.values() if o.charges)
    source = connect()
    told, _ = mapped(source, a_record(source, company, order))
    assert told["charges_amount"] == (None if options else order.charges_amount)


@pytest.mark.parametrize("category", ["Percent", "Pieces", "External", "Proportional"])
def test_a_charge_that_is_not_fixed_leaves_the_charges_unknown(category: str) -> None:
    fixed = {"ChargeCategory": "Fixed", "FixedChargeAmount": 3}
    other = {"ChargeCategory": category, "FixedChargeAmount": 0, "ChargePercentage": 5}
    assert amounts.charges({"_charges": [fixed]}) == 3
    assert amounts.charges({"_charges": [fixed, other]}) is None
    assert amounts.charges({"_charges": []}) == 0


def test_charges_that_are_not_read_are_unknown(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.charges)
    source = connect(charges="")
    told, _ = mapped(source, a_record(source, company, order))
    assert told["charges_amount"] is None


@pytest.mark.parametrize("options", [{"discounts": "multiline"}])
def test_a_discount_for_several_lines_is_told_as_the_amount_it_takes_off(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if any(line.discount_percent for line in o.goods_lines))
    source = connect()
    _, lines = mapped(source, a_record(source, company, order))
    for line, told in zip(order.goods_lines, lines, strict=True):
        basis = told["price_basis_quantity"]
        gross = (told["quantity_ordered"] * told["unit_price"] / basis).quantize(Decimal("1e-6"))
        assert told["discount_amount"] == (gross - line.net_amount if line.discount_percent else None)
        assert told["net_amount"] == line.net_amount


@pytest.mark.parametrize("options", [{"taxes": "included"}])
def test_orders_that_were_kept_by_earlier_versions_are_mapped_as_those_that_are_fetched(
    connect: SourceFor, company: Company
) -> None:
    source = connect()
    record = a_record(source, company, an_order(company))
    assert not any("_includes_tax" in line for line in record["_lines"])
    assert {line["net_amount"] for line in mapped(source, record)[1]} == {None}


@pytest.mark.parametrize(
    ("more", "discount"),
    [
        ({"FixedPriceCharges": 20, "LineAmount": 110}, 10),
        ({"FixedPriceCharges": 0, "LineAmount": 90}, 10),
        ({"LineAmount": 90}, 10),
        ({"PurchasePriceQuantity": 5, "FixedPriceCharges": 20, "LineAmount": 38}, 2),
        ({"FixedPriceCharges": 20, "LineAmount": 120, "LineDiscountAmount": 0}, None),
        ({"PurchasePrice": 12, "LineAmount": 110}, 10),
        ({"LineDiscountAmount": 0, "MultilineDiscountAmount": 1, "LineAmount": 90}, 10),
        ({"LineDiscountAmount": 0, "LineDiscountPercentage": 10, "LineAmount": 90}, None),
        ({"LineDiscountPercentage": 10, "MultilineDiscountPercentage": 5, "LineAmount": 76}, 24),
    ],
)
def test_charges_in_the_line_amount_take_nothing_off_the_discount(more: dict[str, Any], discount: int | None) -> None:
    line = {"OrderedPurchaseQuantity": 10, "PurchasePrice": 10, "PurchasePriceQuantity": 1, "LineDiscountAmount": 1}
    assert amounts.discount_amount({**line, **more}) == discount


def test_each_vendor_is_asked_for_once(connect: SourceFor, served: Sandbox) -> None:
    fetched(connect(page_size=10))
    asked = [record.query for record in served.world(NAME).log.records if "VendorsV2" in record.path]
    assert asked
    assert len(asked) == len(set(asked))


def test_what_a_connection_does_not_want_is_not_asked_for(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = next(o for o in company.orders.values() if o.goods_lines[0].receipts)
    record = a_record(connect(receipts="", charges="", vendors=""), company, order)
    assert (record["_vendor"], record["_charges"], record["_lines"][0]["_received"]) == (None, None, None)
    for entity in ("ProductReceiptLinesV2", "PurchaseOrderHeaderCharges", "VendorsV2"):
        assert served.world(NAME).log.count(entity) == 0


def test_quantities_come_from_the_sites_own_fields_where_it_has_them(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.goods_lines[0].quantity_invoiced)
    source = connect(invoiced_field="OCHInvoicedQuantity", received_field="OCHInvoicedQuantity", receipts="")
    line = a_record(source, company, order)["_lines"][0]
    assert line["_invoiced"] == line["_received"] == order.goods_lines[0].quantity_invoiced


def test_h21_fields_that_the_site_has_added_are_in_the_record(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.custom["budget"])
    record = a_record(connect(), company, order)
    assert record["OCHBudget"] == order.custom["budget"]
    assert record["_lines"][0]["OCHNeedsInspection"] in ("Yes", "No")


def test_dimensions_are_taken_apart_as_the_connection_names_them(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if len(o.goods_lines[0].distributions) == 1)
    only = order.goods_lines[0].distributions[0]
    line = a_record(connect(dimension_segments=("cost_center", "department")), company, order)["_lines"][0]
    assert line["_dimensions"]["cost_center"] == only.cost_center
    assert line["_dimensions"].get("department") == only.department
    assert a_record(connect(), company, order)["_lines"][0]["_dimensions"] is None


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", path=HEADERS, field="surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path=HEADERS, field="BuyerGroupId", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["surprise"]), r["BuyerGroupId"]) for r in page.records} == {((1,), 7)}


def test_h22_a_key_of_another_type_ends_the_read(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("retyped_field", path=HEADERS, times=None, field="PurchaseOrderNumber", value=None)
    with pytest.raises(UnexpectedShape, match="PurchaseOrderNumber"):
        fetched(source)


def test_h27_an_ignored_filter_is_noticed_or_shows_in_the_orders_that_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(companies=("us01",), page_size=500, line_change_field="", reread_open_orders="never")
    served.world(NAME).faults.add("ignore_filter", times=None, path=HEADERS)
    assert fetched(source, Window(NOW - timedelta(seconds=1), NOW))
    with pytest.raises(FilterIgnored, match="does not go on"):
        list(walk(source, Query(HEADERS, "us01", ("PurchaseOrderNumber",)), 20))


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
def test_a_token_that_expires_while_paging_is_renewed(
    connect: SourceFor, served: Sandbox, company: Company, kind: str
) -> None:
    pages = CONNECTOR.fetch(connect(), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(4000)
    else:
        served.world(NAME).faults.add("expired_token", path=HEADERS)
    assert found([first, *pages]) == keys(company)
    assert served.world(NAME).tokens.issued == 2


@pytest.mark.parametrize("wrong", [{"client_secret": "wr0ng-s3cret"}, {"client_id": "somebody"}])
def test_wrong_credentials_fail_as_such_and_are_not_shown(connect: SourceFor, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed) as failed:
        connect(secrets=wrong)
    assert "wr0ng-s3cret" not in str(failed.value)
    assert "sandbox-client-secret" not in str(failed.value)


FAULTS: list[tuple[str, dict[str, Any], type[OrderhouseError]]] = [
    ("rate_limited", {"seconds": 17}, RateLimitExceeded),
    ("rate_limited", {}, RateLimitExceeded),
    ("server_error", {}, SourceUnavailable),
    ("server_error", {"status": 504}, SourceTimeout),
    ("unavailable", {}, SourceUnavailable),
    ("dropped_connection", {}, SourceUnavailable),
    ("truncated_json", {}, UnexpectedShape),
    ("html", {}, UnexpectedShape),
    ("wrong_shape", {}, UnexpectedShape),
    ("wrong_shape", {"value": {"value": {}}}, UnexpectedShape),
    ("wrong_shape", {"value": {"value": [1]}}, UnexpectedShape),
    ("wrong_shape", {"value": {"value": [{"dataAreaId": "us01"}]}}, UnexpectedShape),
]


@pytest.mark.parametrize("entity", [HEADERS, "PurchaseOrderLinesV2", "ProductReceiptLinesV2"])
@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_nothing(
    connect: SourceFor,
    served: Sandbox,
    entity: str,
    kind: str,
    details: dict[str, Any],
    error: type[OrderhouseError],
) -> None:
    source = connect(patience=Patience(tries=2, longest_wait=0.01))
    served.world(NAME).faults.add(kind, path=entity, times=None, **details)
    with pytest.raises(error) as failed:
        fetched(source)
    assert "sandbox-client-secret" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == details.get("seconds", 30)
    if kind in ("rate_limited", "server_error", "unavailable"):
        assert failed.value.request_id
        assert "Microsoft.Dynamics" not in failed.value.message


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path=HEADERS, after=1)
    assert fetched(source) == keys(company)


@pytest.mark.parametrize("options", [{"navigation": "PurchaseOrderLinesV2"}])
def test_h31_a_link_to_another_host_is_not_followed(connect: SourceFor, served: Sandbox) -> None:
    source = connect(expand_lines="PurchaseOrderLinesV2")
    elsewhere = {"PurchaseOrderLinesV2": [], "PurchaseOrderLinesV2@odata.nextLink": "http://198.51.100.7/steal"}
    body = {"value": [{"dataAreaId": "de01", "PurchaseOrderNumber": "PO1", **elsewhere}]}
    served.world(NAME).faults.add("wrong_shape", path=HEADERS, value=body)
    with pytest.raises(ForeignHost, match=r"198\.51\.100\.7"):
        fetched(source)


def test_a_navigation_that_the_site_does_not_have_is_a_refused_request(connect: SourceFor) -> None:
    with pytest.raises(RequestRefused, match="PurchaseOrderLinesV2"):
        fetched(connect(expand_lines="PurchaseOrderLinesV2"))


def test_the_sandbox_refuses_what_the_service_refuses(connect: SourceFor) -> None:
    source = connect()
    for condition, said in (
        ("PurchaseOrderStatus gt Microsoft.Dynamics.DataEntities.PurchStatus'Backorder'", "not supported"),
        ("PurchaseOrderStatus eq 'Backorder'", "incompatible types"),
        ("PurchaseOrderNumber in ('PO000001')", "not supported"),
        ("Nothing eq 1", "Could not find a property"),
    ):
        with pytest.raises(RequestRefused, match=said):
            source.api.get(f"data/{HEADERS}", {"$filter": condition})


def test_without_cross_company_only_the_users_own_company_is_seen(connect: SourceFor) -> None:
    body = connect().api.get(f"data/{HEADERS}", {"$select": "dataAreaId"})
    assert {row["dataAreaId"] for row in body["value"]} == {"us01"}


def test_an_answer_without_an_inner_error_is_told_in_its_own_words() -> None:
    refusal = CONNECTOR.explain(Answer(400, {"ms-dyn-aid": "7"}, {"error": {"code": "X", "message": "No."}}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.request_id) == (RequestRefused, "X: No.", "7")
