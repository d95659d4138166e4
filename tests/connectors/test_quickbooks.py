"""The QuickBooks connector against its sandbox dialect over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connections import Connection
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.quickbooks import CONNECTOR, progress
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.expectations.validator import Validator
from include.orderhouse.frames import Frames
from include.orderhouse.http import Answer, Patience
from include.orderhouse.options import Options
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import Dialect
from tests.sandbox.dialects import quickbooks as dialect
from tests.sandbox.dialects.quickbooks.answers import throttled
from tests.sandbox.dialects.quickbooks.orders import FIRST_BILL, has_bill, is_closed
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.refresh_tokens import RefreshTokens
from tests.sandbox.running import Sandbox, sandbox

NAME = "quickbooks"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)
RECENT = Window(NOW - timedelta(days=20), None)
SETTINGS = {"realm_id": dialect.REALM_ID, "charge_accounts": ("Freight & Delivery",)}


@pytest.fixture
def company() -> Company:
    return generate(5, orders=160, now=NOW)


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    with serve(company) as running:
        yield running


def serve(company: Company, served_as: Dialect | str = NAME, clock: Clock | None = None, **options: str) -> Any:
    return sandbox(company, [served_as], clock or Clock(frozen_at=NOW), options={NAME: options})


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(running: Sandbox = served, **options: Any) -> Source:
        options.setdefault("credentials", credentials_for(NAME, running, token_url="{url}/oauth2/v1/tokens/bearer"))
        return source_for(NAME, running, **{**SETTINGS, **options})

    return build


def ours(company: Company) -> list[Order]:
    """The orders of the realm's legal entity."""
    return [order for order in company.orders.values() if order.entity == next(iter(company.entities))]


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(str(order.id) for order in orders)


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(record["Id"] for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def one(source: Source, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [str(order.id)])
    return dict(page.records[0])


def changed_at(order: Order) -> datetime:
    return max(change.at for change in order.changes)


def an_order(company: Company) -> Order:
    """An open order with a goods line that has been neither received nor invoiced, unchanged for a day."""
    return next(
        order
        for order in ours(company)
        if order.is_open
        and not any(line.receipts or line.quantity_invoiced for line in order.goods_lines)
        and changed_at(order) < NOW - timedelta(days=1)
    )


def refreshing(running: Sandbox) -> RefreshTokens:
    tokens = running.world(NAME).tokens.refreshing
    assert tokens is not None
    return tokens


def transformed(source: Source, record: dict[str, Any]) -> Frames:
    """What the transform makes of a raw order."""
    connection = Connection(
        name="test", options=Options(connector=NAME, customer="test"), connector=CONNECTOR, settings=source.settings
    )
    return Transform(connection).frames([RawOrder(NOW, record)])


def queries(running: Sandbox, text: str) -> list[str]:
    return [record.note for record in running.world(NAME).log.records if text in record.note]


def test_discovery_tells_the_company_its_currency_and_the_sources_time(connect: SourceFor) -> None:
    source = connect()
    assert source.catalogue.scope == (f"realm {dialect.REALM_ID}",)
    assert source.catalogue.details["company"]["home_currency"] == "USD"
    assert source.catalogue.details["filters_status"] is True
    assert source.api.source_time == NOW.replace(microsecond=0)


def test_every_order_comes_exactly_once_with_the_realms_count(connect: SourceFor, company: Company) -> None:
    pages = list(CONNECTOR.fetch(connect(page_size=17), EVER))
    assert found(pages) == keys(ours(company))
    assert sum(page.expected or 0 for page in pages) == len(ours(company))
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_an_order_is_whole_with_vendor_terms_items_and_bills(connect: SourceFor, company: Company) -> None:
    records = {r["Id"]: r for page in CONNECTOR.fetch(connect(page_size=30), EVER) for r in page.records}
    for order in ours(company):
        record = records[str(order.id)]
        assert len(record["Line"]) == len(order.lines) + len(order.charges)
        assert record["vendor"]["Id"] == record["VendorRef"]["value"]
        assert (record["term"] or {}).get("Name") == order.payment_term
        lines = {line["Id"]: line for line in record["Line"]}
        for line in order.goods_lines:
            told = lines[str(line.id)]
            assert line.item is None or told["item"]["Sku"] == line.item
            assert sum(billed["detail"]["Qty"] for billed in told["bill_lines"]) == line.quantity_invoiced


def test_inactive_vendors_are_told_too(connect: SourceFor, company: Company) -> None:
    """Lists leave out what is inactive unless they are asked for it."""
    order = next(order for order in ours(company) if not company.vendors[order.vendor].active)
    assert one(connect(), order)["vendor"]["Active"] is False


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    huge = max(ours(company), key=lambda order: order.total)
    assert one(connect(), huge)["TotalAmt"] == huge.total


@pytest.mark.parametrize("precision", ["second", "micro"])
@pytest.mark.parametrize("bound", ["start", "end"])
def test_h2_h4_a_window_is_closed_below_and_open_above(
    connect: SourceFor, company: Company, bound: str, precision: str
) -> None:
    """Whether QuickBooks compares what it shows or keeps fractions of a second behind it."""
    edge = max(changed_at(order) for order in ours(company)).replace(microsecond=0)
    siblings = {str(order.id) for order in ours(company) if changed_at(order) >= edge}
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    with serve(company, precision=precision) as running:
        got = set(fetched(connect(running), window))
    assert siblings & got == (siblings if bound == "start" else set())


@pytest.mark.parametrize("precision", ["second", "micro"])
def test_h10_a_bound_between_two_seconds_loses_nothing(connect: SourceFor, company: Company, precision: str) -> None:
    order = an_order(company)
    cut = changed_at(order)
    assert cut.microsecond
    with serve(company, precision=precision) as running:
        source = connect(running)
        assert str(order.id) in fetched(source, Window(cut, None))
        assert str(order.id) in fetched(source, Window(None, cut + timedelta(microseconds=1)))


def test_h1_instants_come_with_the_companys_offset_and_dates_stay_dates(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    record = one(connect(), order)
    assert record["MetaData"]["LastUpdatedTime"].endswith(("-07:00", "-08:00"))
    assert datetime.fromisoformat(record["MetaData"]["LastUpdatedTime"]) == changed_at(order).replace(microsecond=0)
    assert record["TxnDate"] == order.order_date.isoformat()


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    source, cut = connect(), NOW - timedelta(days=20)
    both = [*fetched(source, Window(None, cut)), *fetched(source, Window(cut, None))]
    assert set(both) == set(keys(ours(company)))


@pytest.mark.parametrize("precision", ["second", "micro"])
def test_h30_after_any_page_the_rest_is_fetched_and_no_more(
    connect: SourceFor, company: Company, precision: str
) -> None:
    with serve(company, precision=precision, links_move="no") as running:
        source = connect(running, page_size=7)
        window = Window(NOW - timedelta(days=60), NOW)
        pages = list(CONNECTOR.fetch(source, window))
        sections = {page.resume["section"] for page in pages if page.resume}
        assert sections == {"orders", "bills", "deletions"}
        for position, page in enumerate(pages[:-1]):
            rest = list(CONNECTOR.fetch(source, replace(window, resume=page.resume)))
            assert found(rest) == found(pages[position + 1 :])
            assert rest[0].expected is None


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("moving_rows", times=30, path="query", count=40)
    pages = list(CONNECTOR.fetch(source, EVER))
    assert set(found(pages)) == set(keys(ours(company)))
    assert all("STARTPOSITION 1 " in query for query in queries(served, "FROM PurchaseOrder ORDERBY"))


def test_h2_h18_many_orders_of_one_second_are_told_apart_by_id(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.clock.advance(60)
    together = [order.id for order in ours(company)][:70]
    served.act(history.touch_all, order_ids=together)
    pages = list(CONNECTOR.fetch(connect(page_size=9), Window(NOW + timedelta(seconds=30), None)))
    assert found(pages) == sorted(map(str, together))
    assert max(len(page.records) for page in pages) == 9


def test_h19_more_orders_of_one_second_than_an_answer_holds_are_read_to_their_end(
    connect: SourceFor, served: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an import: beyond the 1,000 rows of an answer positions count on, over rows that were already read."""
    monkeypatch.setattr("include.orderhouse.intuit.MOST_ROWS", 20)
    served.clock.advance(60)
    together = [order.id for order in ours(company)][:70]
    served.act(history.touch_all, order_ids=together)
    assert fetched(connect(page_size=9), Window(NOW + timedelta(seconds=30), None)) == sorted(map(str, together))
    assert any("STARTPOSITION 44 MAXRESULTS 20" in query for query in queries(served, "ORDERBY"))


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = [served.act(history.create_in_future, seconds=86_400.0) for _ in range(6)]
    expected = {str(number) for number in ahead if served.company.orders[number].entity == "US01"}
    source = connect()
    assert expected
    assert expected <= set(fetched(source, Window(NOW - timedelta(days=1), None)))
    assert not expected & set(fetched(source, Window(NOW - timedelta(days=1), NOW)))


def test_h11_h12_a_change_of_a_line_or_a_receipt_moves_the_order(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    line = order.goods_lines[0]
    acts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (history.change_description, {"text": "Other text"}),
        (history.receive, {"quantity": Decimal(1)}),
        (history.correct_receipt, {"quantity": Decimal(2)}),
    ]
    for act, details in acts:
        served.clock.advance(60)
        since = served.clock.now() - timedelta(seconds=30)
        served.act(act, order_id=order.id, line_id=line.id, **details)
        assert fetched(connect(), Window(since, None)) == [str(order.id)]
    assert one(connect(), order)["Line"][0]["Received"] == 2


@pytest.mark.parametrize("links_move", ["yes", "no"])
def test_h12_a_new_bill_is_found_whether_or_not_it_moves_its_order(
    connect: SourceFor, company: Company, links_move: str
) -> None:
    order = an_order(company)
    with serve(company, links_move=links_move) as running:
        before = one(connect(running), order)["MetaData"]["LastUpdatedTime"]
        running.clock.advance(60)
        line = order.goods_lines[0]
        running.act(history.invoice, order_id=order.id, line_id=line.id, quantity=Decimal(1))
        source = connect(running)
        record = one(source, order)
        assert (record["MetaData"]["LastUpdatedTime"] == before) is (links_move == "no")
        assert record["Line"][0]["bill_lines"][0]["TxnId"] == str(FIRST_BILL + order.id)
        window = Window(NOW + timedelta(seconds=30), None)
        assert fetched(source, window) == [str(order.id)]
        assert fetched(connect(running, read_bills=False), window) == ([str(order.id)] if links_move == "yes" else [])


def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    expected = keys(order for order in ours(company) if not is_closed(order) and changed_at(order) < NOW)
    for queryable in ("yes", "no"):
        with serve(company, queryable_status=queryable) as running:
            source = connect(running, page_size=20)
            assert source.catalogue.details["filters_status"] is (queryable == "yes")
            pages = list(CONNECTOR.fetch(source, Window(None, NOW, open_only=True)))
            assert found(pages) == expected
            assert bool(queries(running, "POStatus = 'Open' ORDERBY")) is (queryable == "yes")
            assert not any(page.deleted for page in pages)


def test_h15_reading_by_id_gives_what_exists_and_leaves_out_what_is_gone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    wanted = [order.id for order in ours(company)][:60]
    served.act(history.delete, order_id=wanted[7])
    read = found(CONNECTOR.read(connect(page_size=25), [*map(str, wanted), "999999999", "1"]))
    assert read == sorted({*map(str, wanted), *(["1"] if 1 in wanted else [])} - {str(wanted[7])})


def test_h15_h17_a_scan_tells_every_key_and_the_realms_count(connect: SourceFor, company: Company) -> None:
    scanned = list(CONNECTOR.scan(connect()))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert sum(page.expected or 0 for page in scanned) == len(told) == len(ours(company))
    for order in ours(company):
        assert told[str(order.id)] == changed_at(order).replace(microsecond=0)


def test_h15_change_data_capture_tells_what_was_deleted(connect: SourceFor, served: Sandbox, company: Company) -> None:
    gone, elsewhere = an_order(company).id, next(o.id for o in company.orders.values() if o.entity != "US01")
    served.clock.advance(60)
    served.act(history.delete, order_id=gone)
    served.act(history.delete, order_id=elsewhere)
    last = list(CONNECTOR.fetch(connect(), Window(NOW, None)))[-1]
    assert (last.records, last.deleted, last.misses_deletions, last.resume) == ([], [str(gone)], False, None)


def test_h19_a_window_older_than_thirty_days_says_that_deletions_are_missing(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    recent, old = [order.id for order in ours(company)][:2]
    served.act(history.delete, order_id=old)
    served.clock.advance(40 * 86_400.0)
    served.act(history.delete, order_id=recent)
    last = list(CONNECTOR.fetch(connect(), Window(NOW - timedelta(days=1), None)))[-1]
    assert (last.deleted, last.misses_deletions) == ([str(recent)], True)


def test_h19_an_answer_that_is_full_says_that_deletions_may_be_missing(connect: SourceFor, company: Company) -> None:
    with serve(company, cdc_most="10") as running:
        for number in [order.id for order in ours(company)][:12]:
            running.act(history.delete, order_id=number)
        last = list(CONNECTOR.fetch(connect(running, captured_at_once=10), RECENT))[-1]
    assert last.misses_deletions
    assert len(last.deleted) <= 10


def test_h21_custom_fields_come_by_name_and_type(connect: SourceFor, company: Company) -> None:
    order = next(o for o in ours(company) if o.custom["budget"] and o.custom["review_date"])
    record = one(connect(), order)
    assert record["custom_Budget"] == order.custom["budget"]
    assert record["custom_Review date"] == str(order.custom["review_date"])
    line = next(line for line in order.goods_lines if line.custom["needs_inspection"] is not None)
    told = next(one_line for one_line in record["Line"] if one_line["Id"] == str(line.id))
    assert told["custom_Needs inspection"] is line.custom["needs_inspection"]


def test_h23_lines_without_received_and_in_the_schemas_own_form_are_read(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    with serve(company, received="sparse", details="purchase_order_item") as running:
        line = one(connect(running), order)["Line"][0]
    assert "Received" not in line
    assert line["DetailType"] == "PurchaseOrderItemLineDetail"
    assert line["detail"]["OpenQty"] == order.goods_lines[0].quantity_open


def test_a_line_that_was_closed_before_anything_came_is_not_still_to_come(connect: SourceFor, company: Company) -> None:
    order = next(o for o in ours(company) if o.is_open and len(o.goods_lines) > 1 and not o.goods_lines[-1].receipts)
    with serve(company, details="purchase_order_item") as running:
        for line in order.goods_lines[:-1]:
            for come in (history.receive, history.invoice):
                running.act(come, order_id=order.id, line_id=line.id, quantity=line.quantity)
        record = one(connect(running), order)
        assert (progress.receipt_status(record), progress.invoice_status(record)) == ("partial", "partial")
        running.act(history.cancel_line, order_id=order.id, line_id=order.goods_lines[-1].id)
        record = one(connect(running), order)
    assert (progress.receipt_status(record), progress.invoice_status(record)) == ("full", "full")


def test_lines_of_a_closed_order_are_closed_unless_all_has_come(connect: SourceFor, company: Company) -> None:
    order = next(o for o in ours(company) if o.is_open and len(o.goods_lines) > 1 and not has_bill(o))
    first, *others = order.goods_lines
    with serve(company) as running:
        for come in (history.receive, history.invoice):
            running.act(come, order_id=order.id, line_id=first.id, quantity=first.quantity)
        running.act(history.short_close, order_id=order.id)
        source = connect(running)
        frames = transformed(source, one(source, order))
    assert frames.tables["purchase_order"].to_pylist()[0]["status"] == "closed"
    lines = {row["source_line_id"]: row for row in frames.tables["purchase_order_line"].to_pylist()}
    told = [(lines[str(line.id)]["line_status"], lines[str(line.id)]["is_closed"]) for line in (first, *others)]
    assert told == [("invoiced", True), *[("closed", True) for _ in others]]


def test_lines_that_are_booked_to_an_account_come_by_amounts(connect: SourceFor, company: Company) -> None:
    order = next(
        o for o in ours(company) if o.is_open and len(o.goods_lines) == 2 and not any(i.receipts for i in o.goods_lines)
    )
    seen = []
    with serve(company, details="account") as running:
        source = connect(running)
        for come in (history.receive, history.invoice):
            for line in order.goods_lines:
                running.act(come, order_id=order.id, line_id=line.id, quantity=line.quantity)
                record = one(source, order)
                status = progress.line_status(record["Line"][0])
                seen.append((progress.receipt_status(record), progress.invoice_status(record), status))
    assert seen == [
        ("partial", "none", "received"),
        ("full", "none", "received"),
        ("full", "partial", "invoiced"),
        ("full", "full", "invoiced"),
    ]


def test_without_bills_it_is_unknown_what_was_invoiced(connect: SourceFor, company: Company) -> None:
    source = connect(read_bills=False)
    frames = transformed(source, one(source, next(order for order in ours(company) if has_bill(order))))
    assert frames.tables["purchase_order"].to_pylist()[0]["invoice_status"] is None
    assert {row["quantity_invoiced"] for row in frames.tables["purchase_order_line"].to_pylist()} == {None}


def test_a_bill_that_does_not_name_the_orders_lines_leaves_unknown_what_was_invoiced(
    connect: SourceFor, company: Company
) -> None:
    billed, other = next(order for order in ours(company) if has_bill(order)), an_order(company)
    with serve(company, links="header") as running:
        source = connect(running)
        orders = [transformed(source, one(source, order)) for order in (billed, other)]
    told = [frames.tables["purchase_order"].to_pylist()[0]["invoice_status"] for frames in orders]
    assert told == [None, "none"]
    assert {row["quantity_invoiced"] for row in orders[0].tables["purchase_order_line"].to_pylist()} == {None}


def test_an_address_that_was_edited_in_its_order_keeps_its_place(connect: SourceFor, company: Company) -> None:
    """Intuit's own example of an order has the place in the fourth line."""
    order = an_order(company)
    with serve(company, addresses="free") as running:
        source = connect(running)
        record = one(source, order)
    address = {"Line1": "Grace Pariente", "Line2": "Cool Cars", "Line3": "65 Ocean Dr.", "Line4": "Half Moon Bay"}
    records = (record, {**record, "ShipAddr": address})
    edited, example = (transformed(source, told).tables["purchase_order"].to_pylist()[0] for told in records)
    assert str(company.vendors[order.vendor].address.city) in edited["vendor_line3"]
    assert example["ship_to_line3"] == "65 Ocean Dr., Half Moon Bay"


def test_prices_are_net_though_the_order_is_shown_with_tax(connect: SourceFor, company: Company) -> None:
    source = connect()
    record = one(source, an_order(company))
    line = record["Line"][0]
    detail = line["detail"] | {"UnitPrice": Decimal("591.5"), "Qty": 2, "TaxInclusiveAmt": Decimal("1301.3")}
    told = {"GlobalTaxCalculation": "TaxInclusive", "TxnTaxDetail": {"TotalTax": Decimal("118.3")}}
    lines = [{**line, "Amount": 1183, "detail": detail}]
    frames = transformed(source, {**record, **told, "TotalAmt": Decimal("1301.3"), "Line": lines})
    order, mapped = (frames.tables[name].to_pylist()[0] for name in ("purchase_order", "purchase_order_line"))
    amounts = [mapped[name] for name in ("net_amount", "tax_amount", "total_amount")]
    assert amounts == [1183, Decimal("118.3"), Decimal("1301.3")]
    assert (order["tax_inclusive"], order["tax_amount"]) == (False, Decimal("118.3"))
    (findings,) = Validator("test", "a sync").check([Outcomes.of(frames)])
    assert [finding for finding in findings if "amount" in (finding.field or "")] == []


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", times=None, path="query", field="surprise", value=[1])
    assert {tuple(r["surprise"]) for page in CONNECTOR.fetch(source, EVER) for r in page.records} == {(1,)}
    served.world(NAME).faults.clear()
    served.world(NAME).faults.add("retyped_field", times=None, path="query", field="VendorRef", value="text")
    assert {r["VendorRef"] for page in CONNECTOR.fetch(source, EVER) for r in page.records} == {"text"}


def test_h27_a_filter_that_is_ignored_stops_the_paging(connect: SourceFor, served: Sandbox) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("ignore_filter", times=None, path="query")
    with pytest.raises(FilterIgnored):
        list(CONNECTOR.fetch(source, RECENT))
    with pytest.raises(FilterIgnored):
        list(CONNECTOR.read(source, ["1"]))


def test_an_access_token_that_ends_midway_is_refreshed(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("expired_token", times=1, path="query", after=3)
    assert fetched(source, EVER) == keys(ours(company))
    assert refreshing(served).redeemed == 2


def test_refresh_tokens_that_change_with_every_use_are_followed(connect: SourceFor, company: Company) -> None:
    with serve(company, rotation="always") as running:
        source = connect(running, page_size=10)
        for _ in range(3):
            running.world(NAME).tokens.revoke_all()
            running.clock.advance(60)
            assert fetched(source, EVER) == keys(ours(company))
        assert refreshing(running).redeemed == 4


def test_a_refused_refresh_token_says_how_to_authorise_again(connect: SourceFor, served: Sandbox) -> None:
    refreshing(served).revoke()
    with pytest.raises(AuthenticationFailed, match="not valid any more") as caught:
        connect()
    assert "OAuth 2.0 Playground" in caught.value.action
    assert "refresh_token" in caught.value.action


def test_an_access_token_that_stays_refused_is_told_in_the_gateways_spelling(
    connect: SourceFor, served: Sandbox
) -> None:
    source = connect()
    served.world(NAME).faults.add("expired_token", times=None, path="query")
    with pytest.raises(AuthenticationFailed, match="3200: message=AuthenticationFailed") as caught:
        fetched(source, EVER)
    assert caught.value.request_id


def test_another_realm_is_denied(connect: SourceFor) -> None:
    with pytest.raises(PermissionDenied, match="3100"):
        connect(realm_id="9341450000000009")


@pytest.mark.parametrize("form", ["json", "xml", "html"])
def test_the_throttle_asks_for_a_minute_in_whatever_form(connect: SourceFor, company: Company, form: str) -> None:
    with serve(company, replace(dialect.DIALECT, rate_limited_response=throttled(form))) as running:
        source = connect(running, patience=Patience(tries=1, longest_wait=0.05))
        running.world(NAME).faults.add("rate_limited", times=None, path="query")
        with pytest.raises(RateLimitExceeded) as caught:
            fetched(source, EVER)
    assert caught.value.retry_after == 60.0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "server_error"}, SourceUnavailable),
        ({"kind": "unavailable"}, SourceUnavailable),
        ({"kind": "dropped_connection"}, SourceUnavailable),
        ({"kind": "html"}, UnexpectedShape),
        ({"kind": "truncated_json"}, UnexpectedShape),
        ({"kind": "wrong_shape"}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": {"QueryResponse": {"Invoice": []}}}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": {"QueryResponse": {"totalCount": 3, "PurchaseOrder": 3}}}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": []}, UnexpectedShape),
    ],
    ids=lambda value: str(value.get("kind")) if isinstance(value, dict) else "",
)
def test_h33_outages_and_wrong_shapes_are_told_apart_from_no_orders(
    connect: SourceFor, served: Sandbox, fault: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect(patience=Patience(tries=1, longest_wait=0.05, timeout=5.0))
    served.world(NAME).faults.add(times=None, path="query", **fault)
    with pytest.raises(error) as caught:
        fetched(source, EVER)
    for secret in source.api._secrets or ("quickbooks-client-secret", "quickbooks-first-refresh-token"):
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"Fault": {"Error": [{"Message": "m", "Detail": "d", "code": "4000"}], "type": "ValidationFault"}},
         RequestRefused),
        (400, {"Fault": {"Error": [{"Message": "Object Not Found", "code": "610"}], "type": "ValidationFault"}},
         RequestRefused),
        (200, {"QueryResponse": {"Fault": {"Error": [{"Message": "m", "code": "4001"}]}}}, RequestRefused),
        (200, {"CDCResponse": [{"QueryResponse": [{"Fault": {"Error": [{"Message": "m", "code": "3001"}]}}]}]},
         RateLimitExceeded),
        (403, {"fault": {"error": [{"message": "m", "code": "3100"}], "type": "AUTHORIZATION"}}, PermissionDenied),
        (401, {"fault": {"error": [{"message": "m", "code": "3200"}], "type": "AUTHENTICATION"}}, AuthenticationFailed),
    ],
)  # fmt: skip
def test_h20_a_fault_is_found_in_either_spelling_and_wherever_it_stands(
    status: int, body: Any, error: type[OrderhouseError]
) -> None:
    refusal = CONNECTOR.explain(Answer(status, {"intuit_tid": "1-2"}, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.request_id) == (error, "1-2")


def test_an_answer_without_fault_is_none() -> None:
    for body in ({"QueryResponse": {}}, {"CDCResponse": [{"QueryResponse": [{}]}]}, [], None):
        assert CONNECTOR.explain(Answer(200, {}, body, "")) is None
