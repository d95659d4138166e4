"""Reading SAP S/4HANA over real HTTP, in both of its services: windows, pages, open orders, keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.sap_s4hana import CONNECTOR
from include.orderhouse.connectors.sap_s4hana.service import Service
from include.orderhouse.connectors.sap_s4hana.values import CONDITIONS, LINES, SCHEDULES, listed
from include.orderhouse.errors import FilterIgnored
from include.orderhouse.protocols.odata import CollectionPage
from include.orderhouse.protocols.sap_gateway import Gateway
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_s4hana_system import EVER, NAME, NOW, company, fetched, keys, numbers, sap, source, v4
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana import names
from tests.sandbox.dialects.sap_s4hana.names import changed_at, order_number
from tests.sandbox.order import LineKind, Order
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "sap", "source", "v4"]


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


@pytest.mark.parametrize(("hours", "is_found"), [(-27, False), (-2, True), (26, True), (49, False)])
def test_a_creation_date_is_a_day_on_the_systems_clock(
    source: Source, company: Company, hours: int, is_found: bool
) -> None:
    """H1: a window that begins, or ends, so long after the day's beginning in UTC. It may still be, or already be, that
    day where the system stands."""
    order = next(order for order in company.orders.values() if order.lacks_modified_at)
    bound = datetime.combine(order.created_at.date(), time(), UTC) + timedelta(hours=hours)
    window = Window(bound, None) if hours > 0 else Window(bound - timedelta(days=9), bound)
    assert (order_number(order) in fetched(source, window)) is is_found


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


@pytest.mark.parametrize(
    ("kind", "discount", "happens"), [(LineKind.SERVICE, 0, history.invoice), (LineKind.GOODS, 100, history.receive)]
)
def test_an_item_is_not_read_again_when_all_that_it_awaits_has_come(
    source: Source, sap: Sandbox, company: Company, kind: LineKind, discount: int, happens: Any
) -> None:
    """The final invoice of what no goods receipt is expected of, the delivery of what no invoice is expected of."""
    order = next(order for order in company.orders.values() if order.is_open and len(order.goods_lines) == 1)
    line, everything = order.goods_lines[0], Window(None, NOW + timedelta(days=1), open_only=True)
    line.kind, line.discount_percent = kind, Decimal(discount)
    for quantity, is_read in ((Decimal("0.001"), True), (line.quantity, False)):
        sap.act(happens, order.id, line.id, quantity)
        assert (order_number(order) in fetched(source, everything)) is is_read


def test_rows_that_move_while_pages_are_read_are_neither_lost_nor_doubled(source: Source, sap: Sandbox) -> None:
    """H5, H18."""
    sap.world(NAME).faults.add("moving_rows", times=None, count=60)
    found = fetched(source, Window(NOW - timedelta(days=4000), None))
    assert len(found) == len(set(found)) == 300


def test_reading_by_key_leaves_out_those_that_are_gone(source: Source, company: Company) -> None:
    """H15."""
    wanted = numbers(company.orders.values())[:90]
    assert keys(CONNECTOR.read(source, [*wanted, "4599999999"])) == wanted


@pytest.mark.parametrize("service", ["v4", "v2"])
def test_orders_that_are_asked_for_by_key_come_all_however_short_the_servers_pages_are(
    service: str, company: Company, source_for: SourceFor
) -> None:
    """H19: what is not told counts as gone."""
    wanted = numbers(company.orders.values())[:90]
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"page_cap": "30"}}) as capped:
        assert keys(CONNECTOR.read(source_for(NAME, capped, service=service), wanted)) == wanted


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


def test_only_the_chosen_company_codes_are_read(sap: Sandbox, company: Company, source_for: SourceFor) -> None:
    source = source_for(NAME, sap, company_codes=("DE01",), sap_client="100")
    german = [order for order in company.orders.values() if order.entity == "DE01"]
    assert source.catalogue.scope == ("DE01",)
    assert fetched(source) == numbers(german)
    assert sorted(keys(CONNECTOR.read(source, numbers(list(company.orders.values()))))) == numbers(german)


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
