"""Reading Acumatica over real HTTP: windows, pages, changes, deletions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.acumatica import CONNECTOR
from include.orderhouse.connectors.acumatica.codes import FINISHED
from include.orderhouse.errors import ConfigurationInvalid, FilterIgnored
from tests.connectors.acumatica_site import (
    EVER,
    NAME,
    NOW,
    QUIET,
    an_order,
    connect,
    fetched,
    found,
    keys,
    playing,
    served,
    small_company,
    still,
)
from tests.connectors.conftest import SourceFor
from tests.sandbox import history
from tests.sandbox.dialects.acumatica.orders import key_of, modified_at
from tests.sandbox.running import Sandbox

__all__ = ["connect", "served", "still"]


def test_every_order_of_every_type_comes_exactly_once(connect: SourceFor, still: Sandbox) -> None:
    pages = list(CONNECTOR.fetch(connect(still, page_size=17), EVER))
    assert found(pages) == keys(still.company.orders.values())
    assert len({key.partition("/")[0] for key in found(pages)}) > 1
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_an_order_is_read_by_itself_whatever_its_number_holds(connect: SourceFor) -> None:
    company = small_company()
    order = an_order(company)
    order.number = "PO 7#1?a=%2B&b='c'"
    with playing(company, expand="ignored") as served:
        source = connect(served, order_types=(key_of(order).partition("/")[0],))
        assert found(CONNECTOR.read(source, [key_of(order)])) == [key_of(order)]


def test_only_the_chosen_types_are_asked_for(connect: SourceFor, still: Sandbox) -> None:
    blanket = [order for order in still.company.orders.values() if order.order_type == "blanket"]
    assert fetched(connect(still, order_types=("Blanket",)), EVER) == keys(blanket)


def test_neither_a_key_nor_a_receipt_brings_an_order_of_another_type(connect: SourceFor) -> None:
    company = small_company()
    with playing(company, receipts="leave") as served:
        order = an_order(company)
        served.clock.advance(60)
        for line in order.goods_lines:
            served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
        for chosen, expected in (({}, [key_of(order)]), ({"order_types": ("Standard",)}, [])):
            source = connect(served, **QUIET, **chosen)
            assert fetched(source, Window(NOW, None)) == expected
            assert found(CONNECTOR.read(source, [key_of(order)])) == expected


@pytest.mark.parametrize("expand", ["", "ignored", "empty", "refused"])
def test_an_order_is_whole_whether_or_not_lists_can_expand_its_lines(
    connect: SourceFor, still: Sandbox, expand: str
) -> None:
    with playing(still.company, **({"expand": expand} if expand else {})) as served:
        records = [record for page in CONNECTOR.fetch(connect(served), EVER) for record in page.records]
        singles = served.world(NAME).log.count("/PurchaseOrder/Normal/")
    orders = {key_of(order): order for order in still.company.orders.values()}
    assert (singles > 0) is bool(expand)
    assert len(records) == len(orders)
    for record in records:
        order = orders[f"{record['Type']['value']}/{record['OrderNbr']['value']}"]
        assert len(record["Details"]) == len(order.lines) + len(order.charges)
        assert record["Vendor"]["VendorID"]["value"] == order.vendor
        assert record["OrderTotal"]["value"] == order.total
        assert sum(Decimal(tax["TaxAmount"]["value"]) for tax in record["TaxDetails"]) == order.tax_amount


@pytest.mark.parametrize("bound", ["start", "end"])
@pytest.mark.parametrize("offset", ["0", "-300", "330"])
def test_h2_h4_h10_a_window_is_closed_below_and_open_above(
    connect: SourceFor, still: Sandbox, bound: str, offset: str
) -> None:
    with playing(still.company, offset=offset) as served:
        order = an_order(still.company)
        edge = modified_at(order, {})
        window = Window(edge, None) if bound == "start" else Window(None, edge)
        assert (key_of(order) in fetched(connect(served, **QUIET), window)) is (bound == "start")


def test_h10_a_bound_between_two_milliseconds_loses_nothing(connect: SourceFor, still: Sandbox) -> None:
    order, source = an_order(still.company), connect(still, **QUIET)
    edge = modified_at(order, {}) + timedelta(microseconds=700)
    assert key_of(order) in fetched(source, Window(edge, None))
    assert key_of(order) not in fetched(source, Window(None, edge))


def test_adjacent_windows_cover_everything_once(connect: SourceFor, still: Sandbox) -> None:
    source, cuts = connect(still, receipt_types=(), **QUIET), [NOW - timedelta(days=days) for days in (40, 20, 3)]
    windows = [Window(a, b) for a, b in zip([None, *cuts], [*cuts, None], strict=True)]
    assert found(p for w in windows for p in CONNECTOR.fetch(source, w)) == keys(still.company.orders.values())


def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served, page_size=13)
    for window in (Window(NOW - timedelta(days=9), None), Window(NOW - timedelta(days=60), NOW), EVER):
        pages = list(CONNECTOR.fetch(source, window))
        assert len(pages) > 4
        for position, page in enumerate(pages[:-1]):
            rest = CONNECTOR.fetch(source, Window(window.start, window.end, resume=page.resume))
            assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(connect: SourceFor, served: Sandbox) -> None:
    served.world(NAME).faults.add("moving_rows", times=None, path="PurchaseOrder", count=20)
    assert fetched(connect(served, page_size=7), EVER) == keys(served.company.orders.values())
    assert not any("skip" in record.query for record in served.world(NAME).log.records)


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = served.company.orders[served.act(history.create_in_future, seconds=86_400)]
    source = connect(served)
    assert key_of(ahead) in fetched(source, Window(NOW - timedelta(days=1), None))
    assert key_of(ahead) not in fetched(source, Window(NOW - timedelta(days=1), NOW))


def test_h11_a_line_of_which_only_the_text_changes_is_found_by_reading_open_orders_again(
    connect: SourceFor, served: Sandbox
) -> None:
    order, window = an_order(served.company), Window(NOW, None)
    served.clock.advance(60)
    served.act(history.change_description, order_id=order.id, line_id=order.goods_lines[0].id, text="Another text")
    assert fetched(connect(served, **QUIET), window) == []
    records = [r for page in CONNECTOR.fetch(connect(served), window) for r in page.records]
    (record,) = (record for record in records if record["OrderNbr"]["value"] == order.number)
    assert "Another text" in [line["LineDescription"].get("value") for line in record["Details"]]
    assert not {record["Status"]["value"] for record in records} & set(FINISHED), "these lines change no more"


def test_open_orders_are_read_again_only_where_a_window_has_no_end(connect: SourceFor, still: Sandbox) -> None:
    window = Window(NOW - timedelta(days=60), NOW - timedelta(days=30))
    changed = [order for order in still.company.orders.values() if window.holds(modified_at(order, {}))]
    assert changed
    assert fetched(connect(still, receipt_types=()), window) == keys(changed)


@pytest.mark.parametrize("receipts", ["move", "leave"])
def test_h12_a_receipt_is_found_whether_or_not_it_moves_the_order(connect: SourceFor, receipts: str) -> None:
    company = small_company()
    with playing(company, receipts=receipts) as served:
        order = an_order(company)
        served.clock.advance(60)
        for line in order.goods_lines:
            served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
        window = Window(NOW, None)
        pages = [page for page in CONNECTOR.fetch(connect(served, **QUIET), window) if page.records]
        assert set(found(pages)) == {key_of(order)}
        assert [page.is_reread for page in pages] == ([False, True] if receipts == "move" else [True])
        found_without = fetched(connect(served, receipt_types=(), **QUIET), window)
        assert bool(found_without) is (receipts == "move")


@pytest.mark.parametrize("expand", ["", "ignored", "empty", "refused"])
def test_h12_a_receipt_is_found_whether_or_not_lists_can_expand_its_lines(connect: SourceFor, expand: str) -> None:
    company = small_company()
    with playing(company, receipts="leave", **({"expand": expand} if expand else {})) as served:
        order = an_order(company)
        served.clock.advance(60)
        for line in order.goods_lines:
            served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
        assert set(fetched(connect(served, **QUIET), Window(NOW, None))) == {key_of(order)}
        assert bool(served.world(NAME).log.count("/PurchaseReceipt/Receipt/")) is bool(expand)


def test_h23_an_endpoint_that_does_not_tell_when_receipts_changed_is_read_without_them(connect: SourceFor) -> None:
    """Default does from 23.200.001 on; before, what was received is found by reading open orders again."""
    company, earlier = small_company(), {"endpoint_version": "22.200.001"}
    with playing(company, receipts="leave") as served:
        order = an_order(company)
        line = order.goods_lines[0]
        served.clock.advance(60)
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity / 2)
        assert key_of(order) in fetched(connect(served, **earlier), Window(NOW, None))
        assert fetched(connect(served, receipt_types=(), **QUIET, **earlier), Window(NOW, None)) == []
        assert served.world(NAME).log.count("/PurchaseReceipt") == 0
        with pytest.raises(
            ConfigurationInvalid, match=r"22\.200\.001 .* does not tell when a receipt changed"
        ) as refused:
            connect(served, **QUIET, **earlier)
        assert set(fetched(connect(served, **QUIET, endpoint="MANUFACTURING"), Window(NOW, None))) == {key_of(order)}
    assert "settings.reread_open_orders" in refused.value.action


def test_a_receipt_that_is_gone_when_its_lines_are_asked_for_brings_nothing(
    connect: SourceFor, served: Sandbox
) -> None:
    gone = {"Type": {"value": "Receipt"}, "ReceiptNbr": {"value": "PR999999999"}, "Details": []}
    served.world(NAME).faults.add("wrong_shape", path="PurchaseReceipt", value=[gone])
    assert fetched(connect(served, **QUIET), Window(NOW, None)) == []
    assert served.world(NAME).log.count("/PurchaseReceipt/Receipt/PR999999999") == 1


def test_open_orders_come_however_old_they_are(connect: SourceFor, still: Sandbox) -> None:
    window = Window(NOW - timedelta(days=1), NOW, open_only=True)
    records = [r for page in CONNECTOR.fetch(connect(still), window) for r in page.records]
    told = {r["OrderNbr"]["value"]: r["Status"]["value"] for r in records}
    assert not set(told.values()) & {"Closed", "Canceled"}
    waiting = [order for order in still.company.orders.values() if order.is_open and modified_at(order, {}) < NOW]
    to_bill = [order for order in waiting if not any(line.quantity_open for line in order.lines)]
    assert {told.get(order.number) for order in to_bill} == {"Completed"}
    assert {order.number for order in waiting} <= set(told)


def test_reading_by_key_gives_what_exists_and_leaves_out_what_is_gone(connect: SourceFor, served: Sandbox) -> None:
    orders = list(served.company.orders.values())
    served.act(history.delete, order_id=orders[0].id)
    read = found(CONNECTOR.read(connect(served), [*keys(orders), "Normal/PO999999", "nonsense"]))
    assert read == keys(orders[1:])


def test_h15_a_scan_tells_every_key(connect: SourceFor, still: Sandbox) -> None:
    scanned = [entry for page in CONNECTOR.scan(connect(still)) for entry in page.keys]
    told = {entry.source_order_id: entry.source_modified_at for entry in scanned}
    assert told == {key_of(order): modified_at(order, {}) for order in still.company.orders.values()}
    assert len(scanned) == len(told)


def test_h16_a_deleted_line_is_absent(connect: SourceFor, served: Sandbox) -> None:
    order = next(o for o in served.company.orders.values() if o.is_open and len(o.goods_lines) > 2)
    gone = order.goods_lines[1]
    served.act(history.delete_line, order_id=order.id, line_id=gone.id)
    (page, *_) = CONNECTOR.read(connect(served), [key_of(order)])
    assert gone.number not in [line["LineNbr"]["value"] for line in page.records[0]["Details"]]


def test_h27_a_filter_that_is_ignored_ends_the_read(connect: SourceFor, served: Sandbox) -> None:
    served.world(NAME).faults.add("ignore_filter", times=None, path="PurchaseOrder")
    with pytest.raises(FilterIgnored, match="something else came"):
        fetched(connect(served), EVER)


def test_h27_a_server_that_gives_the_same_page_again_and_again_ends_the_read(connect: SourceFor) -> None:
    """All are of the type that was asked for, so that nothing but the last number tells it."""
    company = small_company()
    for order in company.orders.values():
        order.order_type = "standard"
    with playing(company) as served:
        served.world(NAME).faults.add("ignore_filter", times=None, path="PurchaseOrder")
        with pytest.raises(FilterIgnored, match="asked for type Normal from PO"):
            fetched(connect(served, order_types=("Normal",)), EVER)
