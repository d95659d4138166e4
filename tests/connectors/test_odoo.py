"""Odoo over real HTTP: 17 and 18 through JSON-RPC, 19 through JSON-2."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.odoo import CONNECTOR
from include.orderhouse.connectors.odoo.values import line as of_line
from include.orderhouse.connectors.odoo.values import order as of_order
from include.orderhouse.errors import (
    ConfigurationInvalid,
    CountMismatch,
    FilterIgnored,
)
from tests.connectors.conftest import SourceFor
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.odoo.orders import STATES, deadline, invoice_status, written_at
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "odoo"
NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
EVER = Window(None, None)
VERSIONS = ["17", "18", "19"]


@pytest.fixture
def company() -> Company:
    return generate(11, orders=300, now=NOW)


@pytest.fixture
def odoo(company: Company) -> Iterator[Sandbox]:
    """Odoo 18; its clock stands still."""
    with sandbox(company, [NAME], Clock(NOW)) as running:
        yield running


@pytest.fixture
def source(odoo: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, odoo, page_size=40)


@pytest.fixture(params=VERSIONS)
def any_version(request: pytest.FixtureRequest, company: Company, source_for: SourceFor) -> Iterator[Source]:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"version": request.param}}) as running:
        yield source_for(NAME, running, page_size=40)


def fetched(source: Source, window: Window) -> list[Any]:
    return ids(CONNECTOR.fetch(source, window))


def records(source: Source) -> list[Any]:
    return [record for page in CONNECTOR.fetch(source, EVER) for record in page.records]


def ids(pages: Iterator[Page] | Sequence[Page]) -> list[Any]:
    return [order["id"] for page in pages for order in page.records]


def a_sent_order(company: Company) -> Order:
    """An order with the vendor whose header moved before noon of the day before."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open and not order.lacks_modified_at and written_at(order) < NOW - timedelta(days=1)
    )


def test_an_order_is_dated_by_its_confirmation_and_a_request_by_its_deadline(
    any_version: Source, company: Company
) -> None:
    """As Odoo prints them: "Order Date" and "Order Deadline"."""
    told = {record["id"]: str(of_order.order_date(record))[:10] for record in records(any_version)}
    moved = 0
    for order in company.orders.values():
        confirmed = order.approved_at if STATES[order.stage] in ("purchase", "done") else None
        assert told[order.id] == str((confirmed or deadline(order)).date())
        moved += confirmed is not None and (confirmed.year, confirmed.month) != (
            deadline(order).year,
            deadline(order).month,
        )
    assert moved > 20


def test_every_order_comes_exactly_once(any_version: Source, company: Company) -> None:
    assert sorted(fetched(any_version, EVER)) == sorted(company.orders)


def test_the_catalogue_is_json_and_names_companies_and_protocol(any_version: Source) -> None:
    details = any_version.catalogue.details
    json.dumps(details)
    assert details["protocol"] == ("json2" if details["version"].startswith("19") else "jsonrpc")
    assert any_version.catalogue.scope == ("company 1", "company 2")
    assert any_version.api.source_time == NOW


def test_the_sections_expectations_add_up_to_all_orders(source: Source, company: Company) -> None:
    pages = list(CONNECTOR.fetch(source, EVER))
    assert sum(page.expected for page in pages if page.expected is not None) == len(company.orders)
    assert [page.resume is None for page in pages] == [False] * (len(pages) - 1) + [True]


def test_a_window_is_closed_at_its_start_and_open_at_its_end(source: Source, company: Company) -> None:
    """H1, H2, H4, H10: adjoining windows hold every order once, also those of one second."""
    moved = sorted(written_at(order) for order in company.orders.values() if not order.lacks_modified_at)
    middle = moved[len(moved) // 2]
    first = [order for page in CONNECTOR.fetch(source, Window(None, middle)) for order in page.records]
    second = [order for page in CONNECTOR.fetch(source, Window(middle, None)) for order in page.records]
    cut = middle.replace(microsecond=0)
    dated = {order.id: written_at(order) for order in company.orders.values() if not order.lacks_modified_at}
    assert {order["id"] for order in first if order["write_date"]} == {n for n, at in dated.items() if at < cut}
    assert {n for n, at in dated.items() if at >= cut} <= {order["id"] for order in second}


def test_orders_without_a_modification_time_come_by_their_creation(source: Source, company: Company) -> None:
    """H13, H14: write_date is NULL on rows of an old import."""
    undated = {order.id: order.created_at for order in company.orders.values() if order.lacks_modified_at}
    assert undated
    order_id, created_at = next(iter(undated.items()))
    at = created_at.replace(microsecond=0)
    assert order_id in fetched(source, Window(at, at + timedelta(seconds=1)))
    assert order_id not in fetched(source, Window(at + timedelta(days=1000), None))


@pytest.mark.parametrize("skipped", [0, 1, 3, 7])
def test_a_fetch_goes_on_after_any_page(source: Source, company: Company, skipped: int) -> None:
    """H30."""
    pages = list(CONNECTOR.fetch(source, EVER))
    resume = json.loads(json.dumps(pages[skipped].resume))
    rest = fetched(source, Window(None, None, resume=resume))
    assert rest == ids(pages[skipped + 1 :])


def test_a_change_of_a_line_alone_is_found(odoo: Sandbox, source: Source, company: Company) -> None:
    """H11: the description of a line moves the line, not the header."""
    order = a_sent_order(company)
    odoo.act(history.change_description, order.id, order.goods_lines[0].id, "Another text")
    window = Window(NOW, NOW + timedelta(seconds=1))
    found = [found for page in CONNECTOR.fetch(source, window) for found in page.records if found["id"] == order.id]
    assert [line["name"] for line in found[0]["order_line"] if line["id"] == order.goods_lines[0].id] == [
        "Another text"
    ]
    assert found[0]["write_date"] < "2026-10-01"


def test_a_corrected_receipt_is_found(odoo: Sandbox, source: Source, company: Company) -> None:
    """H12: a done receipt that is corrected moves the line, not the header."""
    order = a_sent_order(company)
    line = order.goods_lines[0]
    odoo.act(history.receive, order.id, line.id, Decimal(1))
    odoo.clock.advance(3600)
    odoo.act(history.correct_receipt, order.id, line.id, Decimal("0.5"))
    assert order.id in fetched(source, Window(NOW + timedelta(minutes=30), None))


def test_an_order_whose_header_and_lines_changed_comes_once(odoo: Sandbox, source: Source, company: Company) -> None:
    order = a_sent_order(company)
    odoo.act(history.change_quantity, order.id, order.goods_lines[0].id, Decimal(7))
    assert fetched(source, Window(NOW, None)).count(order.id) == 1


def test_rows_that_move_while_paging_are_not_lost(odoo: Sandbox, source: Source, company: Company) -> None:
    """H5, H18: pages go by id within the window, so nothing jumps over the page being read."""
    before = set(company.orders)
    odoo.clock.advance(60)
    odoo.world(NAME).faults.add("moving_rows", times=None, count=20)
    assert set(fetched(source, EVER)) >= before
    end = NOW + timedelta(seconds=30)
    early = set(fetched(source, Window(None, end)))
    odoo.world(NAME).faults.clear()
    assert early | set(fetched(source, Window(end, None))) >= before


def test_a_line_added_between_two_reads_is_read_again(
    odoo: Sandbox, source: Source, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H16: an order is handed over only with the lines its header lists."""
    order = a_sent_order(company)
    post, added = source.api.post, list[int]()

    def post_and_add(*told: Any, **named: Any) -> Any:
        answer = post(*told, **named)
        if not added:
            added.append(odoo.act(history.add_line, order.id))
        return answer

    monkeypatch.setattr(source.api, "post", post_and_add)
    record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
    assert added[0] in {line["id"] for line in record["order_line"]}
    assert record["amount_untaxed"] == order.subtotal + order.charges_amount


def test_an_order_whose_lines_are_hidden_is_no_whole_order(source: Source, odoo: Sandbox) -> None:
    odoo.world(NAME).faults.add("retyped_field", times=None, field="order_line", value=[1, 2, 3])
    with pytest.raises(CountMismatch, match="list other lines"):
        fetched(source, EVER)


def test_a_server_that_ignores_the_domain_does_not_loop(odoo: Sandbox, source: Source) -> None:
    """H19, H27."""
    odoo.world(NAME).faults.add("ignore_filter", times=None)
    with pytest.raises((FilterIgnored, CountMismatch)):
        fetched(source, EVER)


def test_open_orders_come_however_old(source: Source, company: Company) -> None:
    wanted = {order.id for order in company.orders.values() if order.is_open}
    found = fetched(source, Window(None, NOW, open_only=True))
    assert wanted <= set(found)
    assert len(found) == len(set(found))
    gone = {order.id for order in company.orders.values() if order.stage in ("cancelled", "rejected")}
    assert not gone & set(found)
    locked = {order.id: invoice_status(order) for order in company.orders.values() if order.stage == "closed"}
    assert {locked[number] for number in locked.keys() & set(found)} == {"to invoice"}
    assert "to invoice" not in {locked[number] for number in locked.keys() - set(found)}


@pytest.mark.parametrize("version", VERSIONS)
def test_open_orders_come_of_a_company_that_locks_all_as_it_confirms_them(
    company: Company, source_for: SourceFor, version: str
) -> None:
    play = {"version": version, "locking": "DE01"}
    with sandbox(company, [NAME], Clock(NOW), options={NAME: play}) as running:
        pages = list(CONNECTOR.fetch(source_for(NAME, running, page_size=40), Window(None, NOW, open_only=True)))
    records = [order for page in pages for order in page.records]
    told = {order["id"]: (order["company_id"]["po_lock"], of_order.status(order) == "locked") for order in records}
    orders = company.orders.values()
    assert {order.id for order in orders if order.is_open} <= told.keys()
    assert not {order.id for order in orders if order.stage in ("cancelled", "rejected")} & told.keys()
    closed = [order for order in orders if order.stage == "closed" and order.entity != "DE01"]
    assert not {order.id for order in closed if invoice_status(order) != "to invoice"} & told.keys()
    assert set(told.values()) == {("lock", False), ("edit", False)}


def test_orders_are_read_by_id_and_gone_ones_are_absent(source: Source, company: Company) -> None:
    """H15, H17."""
    gone = [str(number) for number in company.deleted_orders]
    living = [str(number) for number in list(company.orders)[:90]]
    assert gone
    assert sorted(map(str, ids(CONNECTOR.read(source, [*living, *gone])))) == sorted(living)


def test_a_scan_holds_every_order_and_counts_them(any_version: Source, company: Company) -> None:
    """H17: the scan is complete by the source's own count."""
    pages = list(CONNECTOR.scan(any_version))
    keys = {key.source_order_id: key.source_modified_at for page in pages for key in page.keys}
    assert set(keys) == {str(number) for number in company.orders}
    assert pages[0].expected == len(company.orders)
    dated = next(order for order in company.orders.values() if not order.lacks_modified_at)
    assert keys[str(dated.id)] == written_at(dated).replace(microsecond=0)


def test_one_company_alone_can_be_read(odoo: Sandbox, source_for: SourceFor, company: Company) -> None:
    source = source_for(NAME, odoo, companies=(2,))
    german = {order.id for order in company.orders.values() if order.entity == "DE01"}
    assert source.catalogue.scope == ("company 2",)
    assert set(fetched(source, EVER)) == german
    read = [record for page in CONNECTOR.read(source, [str(key) for key in company.orders]) for record in page.records]
    assert {record["id"] for record in read} == german


def test_a_company_the_user_lacks_is_named(odoo: Sandbox, source_for: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="77"):
        source_for(NAME, odoo, companies=(1, 77))


def test_raw_orders_hold_all_stored_fields_and_what_they_point_to(source: Source, company: Company) -> None:
    """H21: custom fields are asked for without being named."""
    order = a_sent_order(company)
    record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
    assert record["x_priority"] == order.custom["priority"]
    assert {"create_uid", "currency_rate", "payment_term_id"} <= record.keys()
    assert "access_token" not in record
    assert "message_ids" not in record
    assert record["currency_id"]["name"] == order.currency
    assert record["company_id"]["partner_id"]["country_id"]["code"] in ("US", "DE")
    assert record["order_line"][0]["order_id"]["name"] == order.number


def test_a_new_field_is_asked_for_as_soon_as_it_exists(odoo: Sandbox, source_for: SourceFor) -> None:
    """H22."""
    odoo.world(NAME).faults.add("new_field", times=None, field="x_studio_ship_day", value="Monday")
    source = source_for(NAME, odoo)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {order["x_studio_ship_day"] for order in page.records} == {"Monday"}


def test_a_retyped_field_stays_in_the_raw_order(odoo: Sandbox, source: Source) -> None:
    """H22, H23."""
    odoo.world(NAME).faults.add("retyped_field", times=None, field="partner_ref", value={"was": "text"})
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {json.dumps(order["partner_ref"]) for order in page.records} == {'{"was": "text"}'}


def test_numbers_stay_exact(source: Source, company: Company) -> None:
    """H25: amounts of 18 digits come as the decimals the wire had."""
    huge = next(order for order in company.orders.values() if order.subtotal > 10**13)
    record = next(iter(CONNECTOR.read(source, [str(huge.id)]))).records[0]
    assert isinstance(record["amount_untaxed"], Decimal)
    assert record["amount_untaxed"] == huge.subtotal + huge.charges_amount


def test_noise_of_binary_floats_is_rounded_to_the_currency(source: Source, company: Company) -> None:
    """H25."""
    taxes = {line.id: line.tax_amount for order in company.orders.values() for line in order.lines}
    lines = [line for page in CONNECTOR.fetch(source, EVER) for order in page.records for line in order["order_line"]]
    told = {line["id"]: line for line in lines if not line["display_type"] and line["id"] in taxes}
    assert any(line["price_tax"] != taxes[number] for number, line in told.items())
    assert {n: of_line.tax_amount(line) for n, line in told.items()} == {n: taxes[n] for n in told}


def test_charge_lines_are_told_by_the_settings_products(odoo: Sandbox, source_for: SourceFor, company: Company) -> None:
    order = next(order for order in company.orders.values() if order.charges)
    for codes, charges in ((("FREIGHT",), order.charges_amount), (("OTHER",), Decimal(0))):
        source = source_for(NAME, odoo, charge_products=codes)
        record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
        assert of_order.charges(record) == charges
        assert of_order.subtotal(record) == order.subtotal + order.charges_amount - charges


@pytest.mark.parametrize("protocol", ["jsonrpc", "json2"])
def test_19_can_be_read_through_either_protocol(company: Company, source_for: SourceFor, protocol: str) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"version": "19"}}) as running:
        source = source_for(NAME, running, page_size=200, protocol=protocol)
        assert sorted(fetched(source, EVER)) == sorted(company.orders)
        assert running.world(NAME).log.count("/jsonrpc" if protocol == "json2" else "/json/2/") == 0


def test_a_locked_order_of_a_company_that_locks_all_is_not_closed() -> None:
    order = {"state": "done", "company_id": {"po_lock": "lock"}, "order_line": [], "receipt_status": "full"}
    assert of_order.status(order) == "purchase, received"
    assert of_order.status({**order, "company_id": {"po_lock": "edit"}}) == "locked"


@pytest.mark.parametrize("lock", [{"state": "done"}, {"state": "purchase", "locked": True}])
def test_an_order_that_was_locked_by_hand_still_waits_for_goods_and_bills(lock: dict[str, Any]) -> None:
    order = {**lock, "company_id": {"po_lock": "edit"}, "order_line": []}
    assert of_order.status({**order, "receipt_status": "pending", "invoice_status": "no"}) == "purchase"
    assert of_order.status({**order, "receipt_status": "partial"}) == "purchase, partly received"
    assert of_order.status({**order, "receipt_status": "full", "invoice_status": "to invoice"}) == "purchase, received"
    assert of_order.status({**order, "receipt_status": "full", "invoice_status": "invoiced"}) == "locked"


def test_lines_are_numbered_as_they_are_shown(source: Source, company: Company) -> None:
    """The sequence of all lines is 10 until somebody moves one of them."""
    for at in (0, 1):
        order = next(o for o in company.orders.values() if bool(o.id % 3) is bool(at) and len(o.lines) > 2)
        record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
        lines = record["order_line"]
        assert [line["_number"] for line in lines] == list(range(1, len(lines) + 1))
        assert [line["id"] for line in lines] == [
            line["id"] for line in sorted(lines, key=lambda line: (line["sequence"], line["id"]))
        ]


def test_an_order_of_which_nothing_is_billed_is_not_invoiced() -> None:
    """Odoo says so of one with a cancelled bill of which nothing came, or of which all was sent back and credited."""
    line = {"display_type": False, "product_qty": Decimal(4), "qty_invoiced": Decimal(0)}
    order = {"invoice_status": "invoiced", "order_line": [line]}
    table = CONNECTOR.mapping.order.invoice_status.table or {}  # type: ignore[union-attr]
    assert table[of_order.billing(order)] == "none"
    assert table[of_order.billing({**order, "order_line": [{**line, "qty_invoiced": Decimal(4)}]})] == "full"
    assert table[of_order.billing({**order, "order_line": []})] == "full"


@pytest.mark.parametrize(
    ("method", "came", "told"),
    [
        ("stock_moves", 0, "purchase"),
        ("stock_moves", 1, "purchase, partly received"),
        ("manual", 0, "purchase, billed"),
    ],
)
def test_goods_that_are_billed_before_they_came_are_still_to_come(method: str, came: int, told: str) -> None:
    """Products may be billed by the ordered quantity; services need no receipt."""
    line = {"product_qty": Decimal(4), "qty_received": Decimal(came), "qty_invoiced": Decimal(4)}
    line |= {"display_type": False, "qty_received_method": method}
    line["order_id"] = {"state": "purchase", "receipt_status": "partial" if came else "pending"}
    assert of_line.line_status(line) == told
    assert of_line.line_status({**line, "qty_received": Decimal(4)}) == "purchase, billed"
