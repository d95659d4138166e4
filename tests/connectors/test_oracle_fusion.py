"""The Oracle Fusion connector against its sandbox dialect over real HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from include.orderhouse import adf
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.oracle_fusion import CONNECTOR, picks
from include.orderhouse.connectors.oracle_fusion.values import order as values
from include.orderhouse.connectors.oracle_fusion.values.line import line_status, quantity_open
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    FilterIgnored,
    ForeignHost,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.oracle_fusion.statuses import has_change_order, header_updated_at, is_draft
from tests.sandbox.dialects.oracle_fusion.values import line_id, order_id
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "oracle_fusion"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
SINCE = NOW + timedelta(seconds=30)
EVER = Window(None, None)
LATER = Window(SINCE, None)
ORDERS = "purchaseOrders"


@pytest.fixture
def company() -> Company:
    return generate(5, orders=90, now=NOW)


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
    """A source over the served sandbox."""

    def build(**settings: Any) -> Source:
        secrets = {"token_url": "{url}/oauth2/v1/token", **settings.pop("secrets", {})}
        credentials = credentials_for(NAME, served, **secrets)
        return source_for(NAME, served, credentials=credentials, **{"page_size": 20, **settings})

    return build


def key(order: Order) -> str:
    return str(order_id(order.id))


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(map(key, orders))


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(str(record["POHeaderId"]) for page in pages for record in page.records)


def fetched(source: Source, window: Window = EVER) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An approved order that is open, with a goods line that has not been received."""
    orders = company.orders.values()
    return next(o for o in orders if not is_draft(o) and o.is_open and not o.goods_lines[0].receipts)


def a_record(source: Source, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [key(order)])
    (record,) = page.records
    return dict(record)


@pytest.mark.parametrize("options", [{}, {"not_queryable": "LastUpdateDate"}])
def test_every_order_comes_exactly_once_with_the_sources_count(connect: SourceFor, company: Company) -> None:
    pages = list(CONNECTOR.fetch(connect(page_size=17), EVER))
    assert found(pages) == keys(company.orders.values())
    assert sum(page.expected or 0 for page in pages) == len(company.orders)
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_numbers_are_unique_within_a_legal_entity_only_and_keys_are_not_numbers(
    connect: SourceFor, company: Company
) -> None:
    records = [record for page in CONNECTOR.fetch(connect(), EVER) for record in page.records]
    numbers = [record["OrderNumber"] for record in records]
    assert len(set(numbers)) < len(numbers)
    assert len({(record["SoldToLegalEntityId"], record["OrderNumber"]) for record in records}) == len(records)


def test_ids_of_64_bits_are_exact(connect: SourceFor, company: Company) -> None:
    assert order_id(1) > 2**53
    record = a_record(connect(), order := an_order(company))
    assert record["lines"][0]["POLineId"] == line_id(order.goods_lines[0].id)


def test_a_connection_reads_the_legal_entities_it_names(connect: SourceFor, company: Company) -> None:
    source = connect(legal_entities=("Orchard Maschinen GmbH",))
    assert source.catalogue.scope == ("Orchard Maschinen GmbH",)
    assert fetched(source) == keys(order for order in company.orders.values() if order.entity == "DE01")
    elsewhere = next(order for order in company.orders.values() if order.entity == "US01")
    assert found(CONNECTOR.read(source, [key(elsewhere)])) == []


@pytest.mark.parametrize("version", [2, 3, 4, 9])
@pytest.mark.parametrize("options", [{}, {"nested": "array"}, {"nested_cap": "1"}])
def test_h16_children_come_whole_as_arrays_as_collections_and_cut_off(
    connect: SourceFor, company: Company, version: int
) -> None:
    records = {
        str(r["POHeaderId"]): r for p in CONNECTOR.fetch(connect(framework_version=version), EVER) for r in p.records
    }
    assert max(len(order.goods_lines) for order in company.orders.values()) > 3
    for order in company.orders.values():
        lines = records[key(order)]["lines"]
        assert len(lines) == len(order.goods_lines) + len(order.charges)
        for line, raw in zip(order.goods_lines, lines, strict=False):
            assert raw["Item"] == line.item
            assert len(raw["schedules"]) == len(line.schedules)
            assert len(raw["_distributions"]) == len(line.schedules) * len(line.distributions)
            assert sum(Decimal(one["Ordered"]) for one in raw["schedules"]) == line.net_amount


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    huge = max((o for o in company.orders.values() if not is_draft(o)), key=lambda order: order.total)
    assert len(huge.total.as_tuple().digits) >= 18
    assert a_record(connect(), huge)["Total"] == huge.total
    assert a_record(connect(framework_version=9), huge)["Total"] == format(huge.total, "f")


@pytest.mark.parametrize("bound", ["start", "end"])
def test_h1_h2_h4_a_window_is_closed_below_and_open_above(connect: SourceFor, company: Company, bound: str) -> None:
    order = an_order(company)
    edge = header_updated_at(order).replace(microsecond=0)
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    source = connect(watch_schedules=False, watch_lines=False)
    assert (key(order) in fetched(source, window)) is (bound == "start")


def test_h10_a_bound_within_a_second_that_is_told_whole_loses_nothing(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    edge = header_updated_at(order)
    assert edge.microsecond
    source = connect()
    assert key(order) in fetched(source, Window(edge, None))
    assert key(order) in fetched(source, Window(edge - timedelta(hours=1), edge + timedelta(microseconds=1)))


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    source, cut = connect(watch_schedules=False, watch_lines=False), NOW - timedelta(days=20)
    both = [p for window in (Window(None, cut), Window(cut, None)) for p in CONNECTOR.fetch(source, window)]
    assert found(both) == keys(company.orders.values())


@pytest.mark.parametrize("options", [{}, {"not_queryable": "LastUpdateDate"}])
def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor) -> None:
    source = connect(page_size=4)
    window = Window(NOW - timedelta(days=20), NOW - timedelta(days=5))
    pages = list(CONNECTOR.fetch(source, window))
    assert {page.resume["section"] for page in pages[:-1]} == {"orders", "drafts", "schedules", "lines"}
    for position, page in enumerate(pages[:-1]):
        rest = CONNECTOR.fetch(source, Window(window.start, window.end, resume=page.resume))
        assert found(rest) == found(pages[position + 1 :])


@pytest.mark.parametrize(
    "options", [{}, {"not_queryable": "LastUpdateDate"}, {"not_queryable": "LastUpdateDate StatusCode"}]
)
def test_rows_that_bring_no_order_make_no_pages(
    connect: SourceFor, served: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adf, "LARGEST_PAGE", 10)
    first, *_, last = [o for o in company.orders.values() if o.is_open and not is_draft(o)]
    served.clock.advance(60)
    for order in (first, last):
        served.act(history.postpone_line, order_id=order.id, line_id=order.goods_lines[0].id, days=3)
    by_section = [found([page]) for page in CONNECTOR.fetch(connect(page_size=2), LATER)]
    assert by_section == [[], [], keys([first, last]), keys([first, last])]


@pytest.mark.parametrize(
    ("options", "entities", "empty_sections"),
    [({"moves": "all"}, (), 3), ({}, ("Orchard Maschinen GmbH",), 4)],
    ids=["in the window by their header", "of another legal entity"],
)
def test_schedules_that_bring_no_order_make_no_pages(
    connect: SourceFor, served: Sandbox, company: Company, entities: tuple[str, ...], empty_sections: int
) -> None:
    orders = [o for o in company.orders.values() if o.is_open and not is_draft(o) and o.entity != "DE01"]
    served.clock.advance(60)
    for order in orders:
        served.act(history.receive, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal(1))
    pages = list(CONNECTOR.fetch(connect(page_size=2, legal_entities=entities), LATER))
    assert found(pages) == ([] if entities else keys(orders))
    assert len([page for page in pages if not page.records]) == empty_sections


@pytest.mark.parametrize("options", [{"not_queryable": "LastUpdateDate"}])
def test_h30_a_retry_goes_on_behind_rows_that_brought_no_order(
    connect: SourceFor, served: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picks, "ROWS_AT_ONCE", 10)
    order, source = an_order(company), connect(page_size=4)
    served.clock.advance(60)
    served.act(history.change_header, order_id=order.id, memo="new")
    pages = list(CONNECTOR.fetch(source, LATER))
    assert found(pages) == [key(order)]
    assert len([page for page in pages if page.resume and page.resume["section"] == "orders"]) > 5
    for position, page in enumerate(pages[:-1]):
        rest = list(CONNECTOR.fetch(source, Window(SINCE, None, resume=page.resume)))
        assert [one.resume for one in rest] == [one.resume for one in pages[position + 1 :]]
        assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.world(NAME).faults.add("moving_rows", times=None, path=ORDERS, count=30)
    assert fetched(connect(page_size=7)) == keys(company.orders.values())


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = str(order_id(served.act(history.create_in_future, seconds=86_400)))
    source = connect()
    assert ahead in fetched(source, Window(NOW - timedelta(days=1), None))
    assert ahead not in fetched(source, Window(NOW - timedelta(days=1), NOW))


@pytest.mark.parametrize("options", [{}, {"moves": "all"}])
@pytest.mark.parametrize("event", ["text", "quantity", "date", "added", "deleted"])
def test_h11_a_line_that_changes_brings_its_order(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    line = order.goods_lines[0]
    served.clock.advance(60)
    happen = {
        "text": lambda: served.act(history.change_description, order_id=order.id, line_id=line.id, text="new"),
        "quantity": lambda: served.act(
            history.change_quantity, order_id=order.id, line_id=line.id, quantity=Decimal(7)
        ),
        "date": lambda: served.act(history.postpone_line, order_id=order.id, line_id=line.id, days=3),
        "added": lambda: served.act(history.add_line, order_id=order.id),
        "deleted": lambda: served.act(history.delete_line, order_id=order.id, line_id=line.id),
    }
    happen[event]()
    assert set(fetched(connect(), LATER)) == {key(order)}


def test_h11_a_lines_own_change_is_found_by_the_lines_alone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.change_description, order_id=order.id, line_id=order.goods_lines[0].id, text="new")
    assert fetched(connect(watch_lines=False), LATER) == []


@pytest.mark.parametrize("options", [{}, {"moves": "all"}, {"billed": "InvoicedQuantity"}])
@pytest.mark.parametrize("event", ["receipt", "correction", "invoice"])
def test_h12_receipts_and_invoices_bring_their_order(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = an_order(company)
    line = {"order_id": order.id, "line_id": order.goods_lines[0].id}
    served.act(history.receive, quantity=Decimal(3), **line)
    served.clock.advance(60)
    if event == "invoice":
        served.act(history.invoice, quantity=Decimal(2), **line)
    else:
        change = history.receive if event == "receipt" else history.correct_receipt
        served.act(change, quantity=Decimal(1), **line)
    assert set(fetched(connect(), LATER)) == {key(order)}


def test_h12_an_order_with_many_changed_schedules_comes_once(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and sum(len(li.schedules) for li in o.goods_lines) > 4)
    served.clock.advance(60)
    for line in order.goods_lines:
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=Decimal(1))
    assert fetched(connect(page_size=2), LATER) == [key(order)]


@pytest.mark.parametrize(
    "options", [{"not_queryable": "LastUpdateDate"}, {"not_queryable": "LastUpdateDate StatusCode"}]
)
def test_what_may_not_be_filtered_is_compared_here(connect: SourceFor, served: Sandbox, company: Company) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.change_header, order_id=order.id, memo="new")
    source = connect()
    assert "LastUpdateDate" not in source.catalogue.details[ORDERS]["queryable"]
    assert fetched(source, LATER) == [key(order)]
    other = next(o for o in company.orders.values() if o.is_open and o is not order)
    served.act(history.receive, order_id=other.id, line_id=other.goods_lines[0].id, quantity=Decimal(1))
    assert fetched(source, LATER) == keys([order, other])


@pytest.mark.parametrize("options", [{"not_queryable": "LastUpdateDate"}])
def test_a_changed_schedule_is_found_where_a_page_ends_among_those_of_its_order(
    connect: SourceFor, served: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adf, "LARGEST_PAGE", 20)
    source = connect()
    orders = [o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 2 and not is_draft(o)]
    assert sum(len(line.schedules) for order in orders for line in order.goods_lines) > 100
    served.clock.advance(60)
    for order in orders:
        served.act(history.receive, order_id=order.id, line_id=order.goods_lines[-1].id, quantity=Decimal(1))
    assert sorted(set(fetched(source, LATER))) == keys(orders)


@pytest.mark.parametrize("options", [{"not_queryable": "LastUpdateDate"}])
def test_schedules_that_may_not_be_filtered_are_read_in_the_largest_pages(connect: SourceFor, served: Sandbox) -> None:
    fetched(connect(page_size=20), LATER)
    asked = [record for record in served.world(NAME).log.records if record.path.endswith("/purchaseOrderSchedules")]
    assert asked
    assert all("limit=500" in record.query for record in asked)


@pytest.mark.parametrize("options", [{"not_queryable": "LastUpdateDate LineLocationId"}])
def test_a_pod_whose_schedules_cannot_be_paged_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="purchaseOrderSchedules cannot be queried by LineLocationId"):
        connect()
    assert connect(watch_schedules=False).catalogue.details


@pytest.mark.parametrize("options", [{"not_queryable": "POHeaderId"}])
def test_a_pod_that_cannot_be_paged_by_its_key_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="POHeaderId"):
        connect()


@pytest.mark.parametrize("options", [{}, {"not_queryable": "StatusCode"}])
def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    window = Window(None, NOW - timedelta(days=1), open_only=True)
    open_orders = [
        order
        for order in company.orders.values()
        if (is_draft(order) or order.is_open) and header_updated_at(order) < NOW - timedelta(days=1)
    ]
    assert set(keys(open_orders)) <= set(fetched(connect(), window))
    assert not set(fetched(connect(), window)) & set(keys(o for o in company.orders.values() if o.stage == "closed"))


@pytest.mark.parametrize(("code", "came"), [("CANCELED", 4), ("CANCELLED", 0), ("CLOSED", 0), ("FINALLY CLOSED", 0)])
def test_lines_of_which_nothing_more_comes_do_not_count_where_the_order_does_not_say_so(code: str, came: int) -> None:
    def line(code: str, came: int) -> dict[str, Any]:
        schedules = [{"ReceivedQuantity": came, "BilledQuantity": came}]
        return {"StatusCode": code, "Quantity": 10, "_is_charge": False, "schedules": schedules}

    order = {"StatusCode": "ON HOLD", "lines": [line("CLOSED", 10), line(code, came)]}
    assert (values.receipt_status(order), values.invoice_status(order)) == ("full", "full")
    assert values.receipt_status({**order, "lines": [line("OPEN", 10), line("FINALLY CLOSED", 4)]}) == "partial"
    short = {"StatusCode": "FINALLY CLOSED", "lines": [line("FINALLY CLOSED", 8)]}
    assert (values.receipt_status(short), values.invoice_status(short)) == ("full", "full")
    assert values.receipt_status({**order, "lines": [line(code, 0)]}) == "none"


@pytest.mark.parametrize(
    ("service", "order", "told"),
    [
        ("OPEN", "OPEN", "partial"),
        ("CLOSED FOR RECEIVING", "OPEN", "partial"),
        ("CLOSED FOR INVOICING", "OPEN", "full"),
        ("CLOSED", "OPEN", "full"),
        ("CANCELED", "OPEN", "full"),
        ("OPEN", "CLOSED FOR INVOICING", "full"),
    ],
)
def test_an_order_is_not_invoiced_before_its_services_of_an_amount_are(service: str, order: str, told: str) -> None:
    """Lines of fixed price services have an amount and no quantity that could be compared."""
    goods = {"StatusCode": "CLOSED", "Quantity": 10, "schedules": [{"ReceivedQuantity": 10, "BilledQuantity": 10}]}
    priced = {"StatusCode": service, "Quantity": None, "schedules": [{"ReceivedQuantity": None}]}
    lines = [line | {"_is_charge": False} for line in (goods, priced)]
    both = {"StatusCode": order, "lines": lines}
    assert (values.receipt_status(both), values.invoice_status(both)) == ("full", told)
    if order == "OPEN":
        assert values.status(both) == {"full": "invoiced", "partial": "partially invoiced"}[told]
    assert values.invoice_status({"StatusCode": order, "lines": lines[1:]}) is None


@pytest.mark.parametrize(
    ("codes", "line", "open_"),
    [
        (("OPEN", "OPEN"), "OPEN", 9),
        (("CANCELED", "OPEN"), "OPEN", 5),
        (("OPEN", "FINALLY CLOSED"), "OPEN", 4),
        (("CLOSED FOR RECEIVING", "CLOSED FOR INVOICING"), "OPEN", 5),
        (("OPEN", "OPEN"), "CLOSED FOR RECEIVING", 0),
        (("OPEN", "OPEN"), "CANCELED", 0),
    ],
)
def test_of_a_schedule_that_is_cancelled_or_closed_nothing_is_to_come(
    codes: tuple[str, str], line: str, open_: int
) -> None:
    quantities = ((6, 2), (5, None))
    schedules = [
        {"ScheduleStatusCode": code, "Quantity": ordered, "ReceivedQuantity": came}
        for code, (ordered, came) in zip(codes, quantities, strict=True)
    ]
    assert quantity_open({"StatusCode": line, "Quantity": 11, "schedules": schedules}) == open_
    assert quantity_open({"StatusCode": line, "Quantity": None, "schedules": schedules}) is None


@pytest.mark.parametrize(
    ("matched", "came", "told"),
    [
        ("3-WAY", 0, "OPEN"),
        ("4-Way", 4, "partially received"),
        ("3-WAY", 10, "CLOSED FOR INVOICING"),
        ("2-WAY", 0, "CLOSED FOR INVOICING"),
        (None, 0, "CLOSED FOR INVOICING"),
    ],
)
def test_goods_that_were_invoiced_before_they_came_are_still_to_come(matched: str | None, came: int, told: str) -> None:
    schedule = {"ScheduleStatusCode": "CLOSED FOR INVOICING", "Quantity": 10, "ReceivedQuantity": came}
    schedule |= {"BilledQuantity": 10, "MatchApprovalLevelCode": matched}
    assert line_status({"StatusCode": "CLOSED FOR INVOICING", "Quantity": 10, "schedules": [schedule]}) == told


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"StatusCode": "OPEN", "ConversionRate": Decimal("1.1")}, Decimal("1.1")),
        ({"StatusCode": "OPEN", "ConversionRate": None}, 1),
        ({"StatusCode": "CLOSED", "ConversionRate": None, "ConversionRateTypeCode": None}, 1),
        ({"StatusCode": "OPEN", "ConversionRate": None, "ConversionRateTypeCode": "Corporate"}, None),
        ({"StatusCode": "INCOMPLETE", "ConversionRate": None}, None),
        ({"StatusCode": "OPEN"}, None),
    ],
)
def test_an_order_in_the_ledgers_currency_has_no_rate_of_its_own(order: dict[str, Any], told: Any) -> None:
    assert values.exchange_rate(order) == told


def test_drafts_are_read_and_change_orders_in_work_are_not(connect: SourceFor, company: Company) -> None:
    drafts = [order for order in company.orders.values() if is_draft(order)]
    changing = next(order for order in company.orders.values() if has_change_order(order))
    assert drafts
    assert a_record(connect(), drafts[0])["Status"] in ("Incomplete", "Pending Approval", "Rejected")
    assert a_record(connect(), changing)["Description"] == changing.memo
    approved = keys(order for order in company.orders.values() if not is_draft(order))
    assert fetched(connect(read_drafts=False)) == approved
    assert found(CONNECTOR.read(connect(read_drafts=False), [key(drafts[0])])) == []


@pytest.mark.parametrize("options", [{"forbidden": "draftPurchaseOrders"}])
def test_a_user_who_may_not_see_drafts_is_told_what_to_do(connect: SourceFor, company: Company) -> None:
    with pytest.raises(PermissionDenied, match=r"settings\.read_drafts"):
        connect()
    assert fetched(connect(read_drafts=False)) == keys(o for o in company.orders.values() if not is_draft(o))


def test_reading_by_id_gives_what_exists_and_leaves_out_what_is_gone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    wanted = keys(list(company.orders.values())[:60])
    gone = next(iter(company.orders.values()))
    served.act(history.delete, order_id=gone.id)
    assert found(CONNECTOR.read(connect(), [*wanted, str(order_id(10**6)), "no id"])) == sorted(
        set(wanted) - {key(gone)}
    )


def test_h15_h17_a_scan_tells_every_key_and_the_sources_count(connect: SourceFor, company: Company) -> None:
    scanned = list(CONNECTOR.scan(connect()))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert sorted(told) == keys(company.orders.values())
    assert sum(page.expected or 0 for page in scanned) == len(told)
    for order in company.orders.values():
        assert told[key(order)] == header_updated_at(order).replace(microsecond=0)


def test_suppliers_are_read_once_with_the_address_of_the_orders_site(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    source = connect(page_size=10)
    for page in CONNECTOR.fetch(source, EVER):
        for record in page.records:
            assert record["_supplier"]["Supplier"] == record["Supplier"]
            assert record["_supplier"]["address"]["AddressName"] == "HEADQUARTERS"
    asked = [record.query for record in served.world(NAME).log.records if record.path.endswith("/suppliers")]
    assert len(asked) == len(set(asked))
    (page,) = CONNECTOR.read(connect(read_suppliers=False), [key(an_order(company))])
    assert "_supplier" not in page.records[0]


def test_receipts_are_read_where_the_connection_wants_them(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if not is_draft(o) and o.goods_lines[0].receipts)
    receipts = a_record(connect(read_receipts=True), order)["lines"][0]["_receipts"]
    assert [one["ReceivedQuantity"] for one in receipts] == [one.quantity for one in order.goods_lines[0].receipts]
    assert a_record(connect(), order)["lines"][0]["_receipts"] == []


def test_h21_segments_of_flexfields_stand_beside_the_attributes(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if not is_draft(o) and o.custom["budget"])
    record = a_record(connect(), order)
    assert record["DFF_budget"] == order.custom["budget"]
    assert record["lines"][0]["DFF_needsInspection"] == order.goods_lines[0].custom["needs_inspection"]
    assert not [name for name in a_record(connect(flexfields=False), order) if name.startswith("DFF")]


def test_charge_accounts_are_taken_apart_as_the_connection_names_their_segments(
    connect: SourceFor, company: Company
) -> None:
    order = an_order(company)
    names = ("company", "cost_center", "gl_account", "department")
    told = a_record(connect(account_segments=names), order)["lines"][0]["_distributions"][0]
    truth = order.goods_lines[0].distributions[0]
    assert told["_account"]["gl_account"] == truth.gl_account
    assert told["_account"]["cost_center"] == truth.cost_center
    assert a_record(connect(), order)["lines"][0]["_distributions"][0]["_account"] is None
    assert a_record(connect(account_segments=names[:2]), order)["lines"][0]["_distributions"][0]["_account"] is None


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", path=ORDERS, field="surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path=ORDERS, field="Buyer", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["surprise"]), r["Buyer"]) for r in page.records} == {((1,), 7)}


def test_h22_an_id_that_is_no_integer_ends_the_read(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("retyped_field", path=ORDERS, times=None, field="POHeaderId", value="PO-1")
    with pytest.raises(UnexpectedShape, match="POHeaderId"):
        fetched(source)


def test_h27_an_ignored_filter_is_noticed_or_shows_in_the_orders_that_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(page_size=500, read_drafts=False, watch_schedules=False, watch_lines=False)
    served.world(NAME).faults.add("ignore_filter", times=None, path=ORDERS)
    assert fetched(source, Window(NOW - timedelta(seconds=1), NOW))
    with pytest.raises(FilterIgnored, match="does not go on"):
        fetched(connect(page_size=20))


@pytest.mark.parametrize("authentication", ["basic", "client_credentials", "user_assertion"])
def test_each_way_to_sign_in_reads_orders(source_for: SourceFor, company: Company, authentication: str) -> None:
    private, public = rsa_keys()
    with sandbox(company, [NAME], Clock(frozen_at=NOW)) as running:
        running.world(NAME).credentials = {**running.world(NAME).credentials, "public_key": public}
        secrets = {"token_url": "{url}/oauth2/v1/token", "private_key": private}
        credentials = credentials_for(NAME, running, **secrets)
        source = source_for(NAME, running, credentials=credentials, authentication=authentication)
        assert fetched(source) == keys(company.orders.values())
        assert running.world(NAME).tokens.issued == (0 if authentication == "basic" else 1)


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
def test_a_token_that_expires_while_paging_is_renewed(
    connect: SourceFor, served: Sandbox, company: Company, kind: str
) -> None:
    pages = CONNECTOR.fetch(connect(authentication="client_credentials"), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(4000)
    else:
        served.world(NAME).faults.add("expired_token", path=ORDERS)
    assert found([first, *pages]) == keys(company.orders.values())
    assert served.world(NAME).tokens.issued == 2


@pytest.mark.parametrize(
    ("authentication", "wrong"),
    [
        ("basic", {"password": "wr0ng-s3cret"}),
        ("client_credentials", {"client_secret": "wr0ng-s3cret"}),
        ("client_credentials", {"scope": "no-such-scope"}),
    ],
)
def test_wrong_credentials_fail_as_such_and_are_not_shown(
    connect: SourceFor, authentication: str, wrong: dict[str, str]
) -> None:
    with pytest.raises(AuthenticationFailed) as failed:
        connect(authentication=authentication, secrets=wrong)
    for secret in ("wr0ng-s3cret", "sandbox-password", "sandbox-client-secret"):
        assert secret not in str(failed.value)


def test_a_key_that_cannot_sign_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="RS256") as failed:
        connect(authentication="user_assertion", secrets={"private_key": "wr0ng-s3cret"})
    assert "wr0ng-s3cret" not in str(failed.value)


UNORDERED = [{"POHeaderId": 2, "lines": []}, {"POHeaderId": 1, "lines": []}]
FAULTS: list[tuple[str, dict[str, Any], type[OrderhouseError]]] = [
    ("rate_limited", {"seconds": 17}, RateLimitExceeded),
    ("server_error", {}, SourceUnavailable),
    ("server_error", {"status": 504}, SourceTimeout),
    ("unavailable", {}, SourceUnavailable),
    ("dropped_connection", {}, SourceUnavailable),
    ("truncated_json", {}, UnexpectedShape),
    ("html", {}, UnexpectedShape),
    ("wrong_shape", {}, UnexpectedShape),
    ("wrong_shape", {"value": []}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": {}, "hasMore": False}}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": [], "hasMore": True, "totalResults": 9}}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": [{"POHeaderId": 1}], "hasMore": False, "totalResults": 1}}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": UNORDERED, "hasMore": False, "totalResults": 2}}, FilterIgnored),
]


@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_no_orders(
    connect: SourceFor, served: Sandbox, kind: str, details: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect()
    served.world(NAME).faults.add(kind, path=ORDERS, times=None, **details)
    with pytest.raises(error) as failed:
        fetched(source)
    assert "sandbox-password" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == 17
    if kind in ("server_error", "unavailable"):
        assert failed.value.request_id
        assert "JBO-29000" in failed.value.message


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path=ORDERS, after=1)
    assert fetched(source) == keys(company.orders.values())


def test_h31_a_link_to_another_host_is_not_followed(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    link = {"rel": "child", "name": "lines", "href": "http://198.51.100.7/steal", "kind": "collection"}
    order = {"POHeaderId": 1, "lines": {"items": [], "hasMore": True}, "links": [link]}
    body = {"items": [order], "hasMore": False, "totalResults": 1}
    served.world(NAME).faults.add("wrong_shape", path=ORDERS, value=body)
    with pytest.raises(ForeignHost, match=r"198\.51\.100\.7"):
        fetched(source)


def test_a_refused_request_tells_what_the_source_said(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    with pytest.raises(RequestRefused, match="Ordered, which is not a queryable attribute") as failed:
        source.api.get(f"{source.settings.root}/{ORDERS}", {"q": "Ordered > 5"}, {"REST-Framework-Version": "4"})
    assert failed.value.request_id
    with pytest.raises(RequestRefused, match="invalid in framework version 1"):
        source.api.get(f"{source.settings.root}/{ORDERS}", {"q": "POHeaderId > 5 and POHeaderId < 9"})


def test_an_error_document_counts_by_its_own_status() -> None:
    body = {"title": "Forbidden", "status": "403", "o:errorDetails": [{"detail": "No.", "o:errorCode": "1"}]}
    refusal = CONNECTOR.explain(Answer(200, {"x-oracle-dms-ecid": "7"}, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.request_id) == (PermissionDenied, "Forbidden: 1: No.", "7")


def test_literals_quote_text_and_tell_instants_in_utc() -> None:
    assert adf.one_of("Supplier", ["O'Neil", "B"]) == "Supplier in ('O''Neil', 'B')"
    assert adf.between("LastUpdateDate", NOW, NOW) == (
        "LastUpdateDate >= '2026-10-01T12:00:00.000+00:00'",
        "LastUpdateDate < '2026-10-01T12:00:01.000+00:00'",
    )


def rsa_keys() -> tuple[str, str]:
    """A private key and its public part, PEM."""
    made = rsa.generate_private_key(65537, 2048)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode("ascii"), public.decode("ascii")
