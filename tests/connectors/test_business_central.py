"""The Business Central connector against its sandbox dialect over real HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.business_central import CONNECTOR, values
from include.orderhouse.connectors.business_central.codes import APPROVALS, STATUSES
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    ForeignHost,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.business_central.orders import MOVES_HEADER, is_listed, modified_at
from tests.sandbox.dialects.business_central.values import NO_INSTANT, guid
from tests.sandbox.generate import generate
from tests.sandbox.order import LineKind, Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "business_central"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
TENANT = "00000000-0000-0000-0000-000000000001"
ROOT = f"v2.0/{TENANT}/production"
EVER = Window(None, None)


@pytest.fixture
def company() -> Company:
    return generate(5, orders=300, now=NOW)


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    with sandbox(company, [NAME], Clock(frozen_at=NOW)) as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(running: Sandbox = served, **options: Any) -> Source:
        secrets = {"token_url": f"{{url}}/{TENANT}/oauth2/v2.0/token", **options.pop("secrets", {})}
        credentials = credentials_for(NAME, running, **secrets)
        return source_for(NAME, running, credentials=credentials, **{"root": ROOT, "page_size": 50, **options})

    return build


def key(order: Order) -> str:
    return f"{guid('company', order.entity)}/{guid('purchaseOrder', order.id)}"


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(key(order) for order in orders if is_listed(order))


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(f"{record['company']['id']}/{record['id']}" for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An order that is listed and open, with a goods line that has not been received."""
    return next(
        order
        for order in company.orders.values()
        if is_listed(order) and order.is_open and not order.lacks_modified_at and not order.goods_lines[0].receipts
    )


def test_discovery_tells_the_companies_and_the_sources_time(connect: SourceFor) -> None:
    source = connect()
    assert source.catalogue.scope == ("DE01", "US01")
    assert source.api.source_time == NOW.replace(microsecond=0)
    assert {one["information"]["currencyCode"] for one in source.catalogue.details["companies"]} == {"USD", "EUR"}


def test_a_connection_reads_the_companies_it_names(connect: SourceFor, company: Company) -> None:
    source = connect(companies=("DE01",))
    assert source.catalogue.scope == ("DE01",)
    assert fetched(source, EVER) == keys(order for order in company.orders.values() if order.entity == "DE01")


def test_a_company_that_does_not_exist_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="FR01"):
        connect(companies=("FR01",))


def test_every_order_comes_exactly_once_with_the_sources_count(connect: SourceFor, company: Company) -> None:
    pages = list(CONNECTOR.fetch(connect(page_size=17), EVER))
    assert found(pages) == keys(company.orders.values())
    assert sum(page.expected or 0 for page in pages) == len(keys(company.orders.values()))
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_an_order_is_whole_with_lines_vendor_terms_units_and_items(connect: SourceFor, company: Company) -> None:
    records = {r["number"]: r for page in CONNECTOR.fetch(connect(), EVER) for r in page.records}
    for order in filter(is_listed, company.orders.values()):
        record = records[order.number]
        assert len(record["purchaseOrderLines"]) == len(order.lines) + len(order.charges)
        assert record["vendor"]["number"] == order.vendor
        assert Decimal(record["totalAmountIncludingTax"]) == order.total
        for line, raw in zip(order.lines, record["purchaseOrderLines"], strict=False):
            assert raw["id"] == guid("line", line.id)
            if line.kind is LineKind.GOODS:
                assert raw["item"]["number"] == line.item
                assert raw["unitOfMeasure"]["code"] == line.unit


@pytest.mark.parametrize(
    ("told", "before", "approval"),
    [
        ("Draft", "draft", None),
        ("In_x0020_Review", "pending_approval", "pending"),
        ("Open", "approved", "approved"),
    ],
)
def test_what_was_received_counts_though_the_order_was_reopened(told: str, before: str, approval: str | None) -> None:
    """A released order that is reopened is a Draft; sent for approval again it is In Review."""
    for received, status in ((0, before), (4, "partially_received"), (10, "received")):
        line = {"lineType": "Item", "quantity": 10, "receivedQuantity": received, "invoicedQuantity": 0}
        order = {"status": told, "purchaseOrderLines": [line]}
        assert STATUSES[values.status(order)] == status
        assert APPROVALS.get(str(values.approval_status(order))) == approval


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    huge = max(filter(is_listed, company.orders.values()), key=lambda order: order.total)
    (page,) = CONNECTOR.read(connect(), [key(huge)])
    assert len(huge.total.as_tuple().digits) >= 18
    assert page.records[0]["totalAmountIncludingTax"] == huge.total


@pytest.mark.parametrize("bound", ["start", "end"])
def test_h1_h2_h4_h10_a_window_is_closed_below_and_open_above(connect: SourceFor, company: Company, bound: str) -> None:
    order = an_order(company)
    edge = modified_at(order)
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    assert (key(order) in fetched(connect(undated_orders=False), window)) is (bound == "start")


def test_h10_a_bound_between_two_milliseconds_loses_nothing(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    edge = order.changed_at(MOVES_HEADER)
    assert edge.microsecond % 1000
    source = connect()
    assert key(order) in fetched(source, Window(edge, None))
    assert key(order) not in fetched(source, Window(None, edge))


def test_adjacent_windows_cover_everything_once(connect: SourceFor, company: Company) -> None:
    source, cut = connect(undated_orders=False), NOW - timedelta(days=20)
    windows = [Window(None, cut), Window(cut, None)]
    assert sorted(found(p for w in windows for p in CONNECTOR.fetch(source, w))) == keys(company.orders.values())


def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor) -> None:
    source = connect(page_size=23)
    window = Window(NOW - timedelta(days=60), NOW)
    pages = list(CONNECTOR.fetch(source, window))
    for position, page in enumerate(pages[:-1]):
        rest = CONNECTOR.fetch(source, Window(window.start, window.end, resume=page.resume))
        assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.world(NAME).faults.add("moving_rows", times=None, path="purchaseOrders", count=30)
    assert set(fetched(connect(page_size=20), EVER)) == set(keys(company.orders.values()))


def test_h9_a_record_of_the_future_is_in_a_window_without_end(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    ahead = served.act(history.create_in_future, seconds=86_400)
    source = connect()
    assert key(company.orders[ahead]) in fetched(source, Window(NOW - timedelta(days=1), None))
    assert key(company.orders[ahead]) not in fetched(source, Window(NOW - timedelta(days=1), NOW))


def test_h11_a_line_whose_amount_changes_is_found(connect: SourceFor, served: Sandbox, company: Company) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.change_quantity, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal(7))
    assert fetched(connect(), Window(NOW + timedelta(seconds=30), None)) == [key(order)]


def test_h12_receipts_and_invoices_are_found(connect: SourceFor, served: Sandbox, company: Company) -> None:
    order = an_order(company)
    line = order.goods_lines[0]
    served.clock.advance(60)
    served.act(history.receive, order_id=order.id, line_id=line.id, quantity=Decimal(1))
    assert fetched(connect(), Window(NOW + timedelta(seconds=30), None)) == [key(order)]


def test_h11_a_line_whose_date_alone_changes_is_found_by_reading_open_orders_again(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.postpone_line, order_id=order.id, line_id=order.goods_lines[0].id, days=3)
    window = Window(NOW + timedelta(seconds=30), None)
    assert fetched(connect(), window) == []
    assert key(order) in fetched(connect(reread_open_orders=True), window)


def test_h12_an_invoice_that_combines_receipts_is_found_by_reading_the_listed_orders_again(
    connect: SourceFor, company: Company
) -> None:
    order = an_order(company)
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"invoices": "combined"}}) as combining:
        for line in order.goods_lines:
            combining.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
        combining.clock.advance(60)
        combining.act(history.invoice, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal("0.5"))
        window = Window(NOW + timedelta(seconds=30), None)
        assert fetched(connect(combining), window) == []
        assert key(order) in fetched(connect(combining, reread_open_orders=True), window)


def test_an_order_flagged_as_received_for_the_lines_of_one_location_is_read_again(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    several = (order for order in company.orders.values() if len(order.goods_lines) > 1 and is_listed(order))
    order = next(o for o in several if o.is_open and not any(line.receipts for line in o.goods_lines))
    received, *others = order.goods_lines
    received.site = None
    for line in others:
        line.site = order.site
    served.act(history.receive, order_id=order.id, line_id=received.id, quantity=received.quantity)
    served.clock.advance(60)
    served.act(history.change_description, order_id=order.id, line_id=received.id, text="new")
    (page,) = CONNECTOR.read(connect(), [key(order)])
    assert page.records[0]["fullyReceived"] is True
    assert key(order) in fetched(connect(reread_open_orders=True), Window(NOW + timedelta(seconds=30), None))


def test_what_is_read_again_is_not_counted_beside_what_other_questions_find(connect: SourceFor) -> None:
    source, window = connect(reread_open_orders=True), Window(NOW - timedelta(days=90), None)
    told = sum(page.expected or 0 for page in CONNECTOR.fetch(source, window))
    assert 0 < told <= len(set(fetched(source, window)))


def test_h13_orders_without_modification_time_are_found_by_their_date(connect: SourceFor, company: Company) -> None:
    since = NOW - timedelta(days=90)
    undated = [o for o in company.orders.values() if o.lacks_modified_at and is_listed(o) and o.created_at >= since]
    assert undated
    assert {modified_at(order) for order in undated} == {NO_INSTANT}
    assert {key(order) for order in undated} <= set(fetched(connect(), Window(since, NOW)))
    assert not {key(o) for o in undated} & set(fetched(connect(undated_orders=False), Window(since, NOW)))


def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    orders = [order for order in company.orders.values() if order.lacks_modified_at or modified_at(order) < NOW]
    assert fetched(connect(), Window(NOW - timedelta(days=1), NOW, open_only=True)) == keys(orders)


def test_reading_by_id_gives_what_exists_and_leaves_out_what_is_gone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    wanted = [key(order) for order in list(filter(is_listed, company.orders.values()))[:60]]
    gone = next(filter(is_listed, company.orders.values()))
    served.act(history.delete, order_id=gone.id)
    read = found(CONNECTOR.read(connect(), [*wanted, f"{guid('company', 'US01')}/{guid('purchaseOrder', 10**6)}"]))
    assert read == sorted(set(wanted) - {key(gone)})


def test_h15_h17_a_scan_tells_every_key_and_the_sources_count(connect: SourceFor, company: Company) -> None:
    scanned = list(CONNECTOR.scan(connect()))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert sorted(told) == keys(company.orders.values())
    assert sum(page.expected or 0 for page in scanned) == len(told)
    for order in filter(is_listed, company.orders.values()):
        assert told[key(order)] == (None if order.lacks_modified_at else modified_at(order))


def test_h15_an_order_that_posting_removed_is_told_from_one_that_was_deleted(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    posted = an_order(company)
    for line in posted.goods_lines:
        served.act(history.receive, order_id=posted.id, line_id=line.id, quantity=line.quantity)
        served.act(history.invoice, order_id=posted.id, line_id=line.id, quantity=line.quantity)
    deleted = an_order(company)
    served.act(history.delete, order_id=deleted.id)
    source, wanted = connect(), [key(posted), key(deleted)]
    assert found(CONNECTOR.read(source, wanted)) == []
    assert CONNECTOR.explain_absence is not None
    assert CONNECTOR.explain_absence(source, wanted, set()) == {key(posted): "closed"}


def test_h16_lines_that_one_answer_cuts_off_are_read_to_their_end(connect: SourceFor, company: Company) -> None:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"nested_cap": "2"}}) as cutting:
        records = [r for page in CONNECTOR.fetch(connect(cutting), EVER) for r in page.records]
    orders = {guid("purchaseOrder", order.id): order for order in company.orders.values()}
    assert max(len(record["purchaseOrderLines"]) for record in records) > 4
    for record in records:
        order = orders[record["id"]]
        told = [line["sequence"] for line in record["purchaseOrderLines"]]
        assert told == sorted(told)
        assert len(told) == len(order.lines) + len(order.charges)


def test_h19_a_server_that_caps_pages_gives_all_of_them(connect: SourceFor, company: Company) -> None:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"page_cap": "11"}}) as capping:
        assert fetched(connect(capping, page_size=5000), EVER) == keys(company.orders.values())


@pytest.mark.parametrize("orders_api", ["api/v2.0", "api/orchard/purchasing/v1.0"])
def test_h21_custom_fields_come_from_a_custom_api_page(connect: SourceFor, company: Company, orders_api: str) -> None:
    order = next(o for o in company.orders.values() if is_listed(o) and o.custom["budget"])
    (page,) = CONNECTOR.read(connect(orders_api=orders_api), [key(order)])
    expected = None if orders_api == "api/v2.0" else order.custom["budget"]
    assert page.records[0].get("ochBudget") == expected


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", path="purchaseOrders", field="surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path="purchaseOrders", field="purchaser", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["surprise"]), r["purchaser"]) for r in page.records} == {((1,), 7)}


def test_h27_an_ignored_filter_shows_in_the_orders_that_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(undated_orders=False)
    served.world(NAME).faults.add("ignore_filter", times=None, path="purchaseOrders")
    assert fetched(source, Window(NOW - timedelta(seconds=1), NOW))


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
def test_a_token_that_expires_while_paging_is_renewed(
    connect: SourceFor, served: Sandbox, company: Company, kind: str
) -> None:
    pages = CONNECTOR.fetch(connect(page_size=20), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(4000)
    else:
        served.world(NAME).faults.add("expired_token", path="purchaseOrders")
    assert found([first, *pages]) == keys(company.orders.values())
    assert served.world(NAME).tokens.issued == 2


@pytest.mark.parametrize("wrong", [{"client_secret": "wr0ng-s3cret"}, {"client_id": "somebody"}])
def test_wrong_credentials_fail_as_such_and_are_not_shown(connect: SourceFor, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed) as failed:
        connect(secrets=wrong)
    assert "wr0ng-s3cret" not in str(failed.value)
    assert "sandbox-client-secret" not in str(failed.value)


FAULTS: list[tuple[str, dict[str, Any], type[OrderhouseError]]] = [
    ("rate_limited", {"seconds": 17}, RateLimitExceeded),
    ("server_error", {}, SourceUnavailable),
    ("unavailable", {}, SourceUnavailable),
    ("dropped_connection", {}, SourceUnavailable),
    ("truncated_json", {}, UnexpectedShape),
    ("html", {}, UnexpectedShape),
    ("wrong_shape", {}, UnexpectedShape),
    ("wrong_shape", {"value": {"value": {}}}, UnexpectedShape),
    ("wrong_shape", {"value": {"value": [1]}}, UnexpectedShape),
    ("wrong_shape", {"value": {"value": [{"id": "an order without lines"}]}}, UnexpectedShape),
]


@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_no_orders(
    connect: SourceFor, served: Sandbox, kind: str, details: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect()
    served.world(NAME).faults.add(kind, path="purchaseOrders", times=None, **details)
    with pytest.raises(error) as failed:
        fetched(source, EVER)
    assert "sandbox-client-secret" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == 17
    if kind in ("rate_limited", "server_error", "unavailable"):
        assert failed.value.request_id
        assert "CorrelationId" not in failed.value.message


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path="purchaseOrders", after=1)
    assert fetched(source, EVER) == keys(company.orders.values())


@pytest.mark.parametrize("place", ["page", "lines"])
def test_h31_a_link_to_another_host_is_not_followed(connect: SourceFor, served: Sandbox, place: str) -> None:
    source = connect()
    elsewhere = "http://198.51.100.7/steal"
    order = {"id": "x", "purchaseOrderLines": [], "purchaseOrderLines@odata.nextLink": elsewhere}
    body = {"value": [], "@odata.nextLink": elsewhere} if place == "page" else {"value": [order]}
    served.world(NAME).faults.add("wrong_shape", path="purchaseOrders", value=body)
    with pytest.raises(ForeignHost, match=r"198\.51\.100\.7"):
        fetched(source, EVER)


def test_h19_a_page_that_leads_to_itself_ends_the_read(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    link = f"{served.url(NAME)}/{ROOT}/api/v2.0/purchaseOrders?again"
    served.world(NAME).faults.add(
        "wrong_shape", path="purchaseOrders", times=None, value={"value": [], "@odata.nextLink": link}
    )
    with pytest.raises(UnexpectedShape, match="page itself"):
        fetched(source, EVER)


def test_h20_an_error_body_counts_even_with_status_200() -> None:
    body = {"error": {"code": "Authentication_InvalidCredentials", "message": "No.  CorrelationId:  " + TENANT + "."}}
    refusal = CONNECTOR.explain(Answer(200, {}, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.request_id) == (
        AuthenticationFailed,
        "Authentication_InvalidCredentials: No.",
        TENANT,
    )


def test_a_route_that_does_not_exist_is_a_refused_request(connect: SourceFor) -> None:
    with pytest.raises(RequestRefused, match="No HTTP resource"):
        fetched(connect(orders_api="api/nobody/nothing/v1.0"), EVER)


def test_the_sandbox_refuses_or_over_distinct_fields_as_the_service_does(connect: SourceFor) -> None:
    source = connect()
    path = f"{ROOT}/api/v2.0/companies({guid('company', 'US01')})/purchaseOrders"
    with pytest.raises(RequestRefused, match="distinct fields"):
        source.api.get(path, params={"$filter": f"id eq {TENANT} or number eq 'PO000001'"})
