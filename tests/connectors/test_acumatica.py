"""The Acumatica connector against its sandbox dialect over real HTTP: windows, pages, changes, deletions, fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.acumatica import CONNECTOR, amounts, values
from include.orderhouse.errors import ConfigurationInvalid, FilterIgnored
from tests.connectors.conftest import SourceFor
from tests.reference import reference_table
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.acumatica.extras import HEADER_ELEMENTS, LINE_ELEMENTS
from tests.sandbox.dialects.acumatica.lines import on_receipts
from tests.sandbox.dialects.acumatica.orders import key_of, modified_at, order_row
from tests.sandbox.dialects.acumatica.related import receipt_row, receipts_of, vendor_row
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "acumatica"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)
QUIET = {"reread_open_orders": False}


@pytest.fixture(scope="module")
def still() -> Iterator[Sandbox]:
    """A company in which nothing happens."""
    with sandbox(generate(5, orders=120, now=NOW), [NAME], Clock(frozen_at=NOW)) as running:
        yield running


@pytest.fixture
def served() -> Iterator[Sandbox]:
    with sandbox(generate(6, orders=60, now=NOW), [NAME], Clock(frozen_at=NOW)) as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor) -> SourceFor:
    """A source over a sandbox."""

    def build(running: Sandbox, **options: Any) -> Source:
        return source_for(NAME, running, **{"page_size": 20, **options})

    return build


def playing(company: Company, **play: str) -> Any:
    return sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: play})


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(key_of(order) for order in orders)


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(f"{r['Type']['value']}/{r['OrderNbr']['value']}" for page in pages for r in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An open order with a goods line of which nothing came, last changed more than an hour ago."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open and not order.goods_lines[0].receipts and modified_at(order, {}) < NOW - timedelta(hours=1)
    )


def test_discovery_takes_the_newest_endpoint_of_contract_version_4_and_the_fields_of_customisations(
    connect: SourceFor, still: Sandbox
) -> None:
    source = connect(still)
    assert source.catalogue.details["version"] == "24.200.001"
    custom = set(source.catalogue.details["custom"])
    assert {"Document.UsrBudget", "Document.AttributeREVIEWDATE", "Details/Transactions.UsrDrawing"} <= custom
    assert source.api.source_time == NOW.replace(microsecond=0)
    types = ("Normal", "Blanket")
    assert connect(still, tenant="Orchard", order_types=types).catalogue.scope == ("Orchard", *types)


@pytest.mark.parametrize("wrong", [{"endpoint_version": "19.200.001"}, {"endpoint": "Nobody"}])
def test_an_endpoint_that_the_site_does_not_have_is_named(
    connect: SourceFor, still: Sandbox, wrong: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationInvalid, match=next(iter(wrong.values()))):
        connect(still, **wrong)


@pytest.mark.parametrize(
    ("versions", "asked"), [("26.200.001", ""), ("26.200.001,27.100.001", ""), ("24.200.001,26.200.001", "26.200.001")]
)
def test_an_endpoint_of_contract_version_5_is_refused_with_what_to_do(
    connect: SourceFor, still: Sandbox, versions: str, asked: str
) -> None:
    with playing(still.company, versions=versions) as served:
        with pytest.raises(ConfigurationInvalid, match="Contract Version 5") as refused:
            connect(served, endpoint_version=asked)
        assert ("24.200.001" if asked else "SM207060") in str(refused.value.action)
        assert served.world(NAME).log.count("/PurchaseOrder") == 0


def test_an_endpoint_of_ones_own_is_read_by_the_contract_it_has_and_not_by_its_version(
    connect: SourceFor, still: Sandbox
) -> None:
    with pytest.raises(ConfigurationInvalid, match="Contract Version 5"):
        connect(still, endpoint="Scratch")
    scanned = [entry for page in CONNECTOR.scan(connect(still, endpoint="MANUFACTURING")) for entry in page.keys]
    assert len(scanned) == len(still.company.orders)


def test_every_order_of_every_type_comes_exactly_once(connect: SourceFor, still: Sandbox) -> None:
    pages = list(CONNECTOR.fetch(connect(still, page_size=17), EVER))
    assert found(pages) == keys(still.company.orders.values())
    assert len({key.partition("/")[0] for key in found(pages)}) > 1
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_only_the_chosen_types_are_asked_for(connect: SourceFor, still: Sandbox) -> None:
    blanket = [order for order in still.company.orders.values() if order.order_type == "blanket"]
    assert fetched(connect(still, order_types=("Blanket",)), EVER) == keys(blanket)


def test_neither_a_key_nor_a_receipt_brings_an_order_of_another_type(connect: SourceFor) -> None:
    company = generate(6, orders=60, now=NOW)
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


def test_what_came_of_a_completed_order_is_still_to_be_billed(connect: SourceFor, served: Sandbox) -> None:
    """An order is completed, and not yet closed, while something of it is not billed; all the same if less came."""
    order = an_order(served.company)
    for line in order.goods_lines:
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity * Decimal("0.9"))
        served.act(history.close_line, order_id=order.id, line_id=line.id)
    (page,) = CONNECTOR.read(connect(served), [key_of(order)])
    (record,) = page.records
    assert record["Status"]["value"] == "Completed"
    assert (values.status(record), values.receipt_status(record)) == ("received", "partial")


@pytest.mark.parametrize("elements", ["shown", "hidden"])
def test_an_order_that_is_billed_in_part_is_partially_invoiced_where_bills_are_told(
    connect: SourceFor, served: Sandbox, elements: str
) -> None:
    order = an_order(served.company)
    line = next(line for line in order.goods_lines if not line.receipts)
    served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
    served.act(history.invoice, order_id=order.id, line_id=line.id, quantity=line.quantity / 2)
    with playing(served.company, elements=elements) as site:
        (page,) = CONNECTOR.read(connect(site), [key_of(order)])
    (record,) = page.records
    (told,) = (row for row in record["Details"] if row["LineNbr"]["value"] == line.number)
    word = "invoiced" if elements == "shown" else "received"
    assert values.status(record).removeprefix("partially ") == word
    assert values.line_status(told) == ("partially invoiced" if elements == "shown" else "received")


def test_what_is_billed_before_it_came_is_still_to_come() -> None:
    line = {"LineType": {"value": "Goods for IN"}, "OrderQty": {"value": 10}, "CompletedQty": 0, "BilledQty": 10}
    assert values.line_status(line) == "open"
    assert values.line_status({**line, "CompletedQty": 4}) == "partially received"
    assert values.line_status({**line, "CompletedQty": 10}) == "invoiced"


def test_a_service_that_is_billed_without_a_receipt_is_invoiced_and_not_closed_short() -> None:
    line = {"LineType": {"value": "Service"}, "OrderQty": {"value": 1}, "CompletedQty": 0, "Completed": {"value": True}}
    order = {"Status": {"value": "Closed"}, "Details": [{**line, "BilledQty": 1}]}
    assert values.status(order) == values.line_status({**line, "BilledQty": 1}) == "invoiced"
    assert values.line_status({**line, "BilledQty": 0}) == "closed"
    assert values.status({**order, "Details": [{**line, "BilledQty": 0}]}) == "Closed"


def test_a_cancelled_line_does_not_count_even_if_some_of_it_came() -> None:
    def line(**fields: Any) -> dict[str, Any]:
        told = {"LineType": "Goods for IN", "OrderQty": 10, **fields}
        return {name: {"value": value} for name, value in told.items()}

    received, cancelled = line(QtyOnReceipts=10, Completed=True), line(QtyOnReceipts=4, Cancelled=True)
    assert values.receipt_status({"Details": [received, cancelled]}) == "full"
    assert values.receipt_status({"Details": [cancelled]}) == "partial"


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, still: Sandbox) -> None:
    huge = max(still.company.orders.values(), key=lambda order: order.total)
    (page,) = CONNECTOR.read(connect(still), [key_of(huge)])
    assert len(huge.total.as_tuple().digits) >= 18
    assert page.records[0]["OrderTotal"]["value"] == huge.total


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


@pytest.mark.parametrize("receipts", ["move", "leave"])
def test_h12_a_receipt_is_found_whether_or_not_it_moves_the_order(connect: SourceFor, receipts: str) -> None:
    company = generate(6, orders=60, now=NOW)
    with playing(company, receipts=receipts) as served:
        order = an_order(company)
        served.clock.advance(60)
        for line in order.goods_lines:
            served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
        window = Window(NOW, None)
        assert set(fetched(connect(served, **QUIET), window)) == {key_of(order)}
        found_without = fetched(connect(served, receipt_types=(), **QUIET), window)
        assert bool(found_without) is (receipts == "move")


@pytest.mark.parametrize("expand", ["", "ignored", "empty", "refused"])
def test_h12_a_receipt_is_found_whether_or_not_lists_can_expand_its_lines(connect: SourceFor, expand: str) -> None:
    company = generate(6, orders=60, now=NOW)
    with playing(company, receipts="leave", **({"expand": expand} if expand else {})) as served:
        order = an_order(company)
        served.clock.advance(60)
        for line in order.goods_lines:
            served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
        assert set(fetched(connect(served, **QUIET), Window(NOW, None))) == {key_of(order)}
        assert bool(served.world(NAME).log.count("/PurchaseReceipt/Receipt/")) is bool(expand)


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


@pytest.mark.parametrize("chosen", [(), ("Document.UsrBudget", "Details/Transactions.UsrDrawing")])
def test_h21_fields_of_customisations_stand_beside_the_systems_own(
    connect: SourceFor, still: Sandbox, chosen: tuple[str, ...]
) -> None:
    orders = [o for o in still.company.orders.values() if o.custom["budget"] and o.goods_lines[0].custom["drawing"]]
    (page, *_) = CONNECTOR.read(connect(still, custom_fields=chosen), [key_of(orders[0])])
    (record,) = page.records
    assert record["UsrBudget"] == orders[0].custom["budget"]
    assert ("UsrPriority" in record) is (not chosen)
    line = next(line for line in record["Details"] if line["LineNbr"]["value"] == orders[0].goods_lines[0].number)
    assert line["UsrDrawing"] == orders[0].goods_lines[0].custom["drawing"]


def test_a_field_of_lines_that_is_chosen_as_one_of_the_order_is_told(connect: SourceFor, still: Sandbox) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"Name them Details/Transactions\.UsrDrawing"):
        connect(still, custom_fields=("Document.UsrBudget", "Transactions.UsrDrawing"))


def test_of_the_screens_own_elements_only_what_is_chosen_is_asked_for(connect: SourceFor, served: Sandbox) -> None:
    for chosen in ((), ("Details/Transactions.ManualDisc",)):
        served.world(NAME).log.clear()
        found(CONNECTOR.fetch(connect(served, custom_fields=chosen), EVER))
        asked = {record.query for record in served.world(NAME).log.records if "custom" in record.query}
        assert asked
        assert not any("OpenQty" in query or "SortOrder" in query for query in asked)
        assert all(("ManualDisc" in query) is bool(chosen) for query in asked)


@pytest.mark.parametrize("elements", ["shown", "hidden"])
def test_the_subtotal_is_after_line_discounts_whether_or_not_they_are_told(
    connect: SourceFor, still: Sandbox, elements: str
) -> None:
    order = next(
        order
        for order in still.company.orders.values()
        if order.charges and any(line.discount_percent for line in order.goods_lines)
    )
    with playing(still.company, elements=elements) as served:
        (page, *_) = CONNECTOR.read(connect(served), [key_of(order)])
    (record,) = page.records
    assert amounts.subtotal(record) == order.subtotal
    assert amounts.charges(record) == order.charges_amount
    nets = [amounts.net(line) for line in record["Details"]]
    assert (sum(nets) == record["LineTotal"]["value"]) is (elements == "shown")
    discounts = [line.get("CuryDiscAmt") for line in record["Details"]]
    assert (None in discounts) is (elements == "hidden")


@pytest.mark.parametrize("elements", ["shown", "hidden"])
def test_a_receipt_on_hold_is_not_received_where_released_ones_are_told(
    connect: SourceFor, still: Sandbox, elements: str
) -> None:
    order, line = next(
        (order, line)
        for order in still.company.orders.values()
        for line in order.goods_lines
        if on_receipts(order, line) > 0 == line.quantity_received
    )
    with playing(still.company, elements=elements) as served:
        (page, *_) = CONNECTOR.read(connect(served), [key_of(order)])
    (told,) = (row for row in page.records[0]["Details"] if row["LineNbr"]["value"] == line.number)
    is_told = elements == "shown"
    assert values.line_status(told) == ("open" if is_told else "received")
    assert values.invoice_status(page.records[0]) == (order.invoice_progress.value if is_told else None)


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served)
    served.world(NAME).faults.add("new_field", path="PurchaseOrder", field="Surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path="PurchaseOrder", field="Owner", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["Surprise"]["value"]), r["Owner"]["value"]) for r in page.records} == {((1,), 7)}


TYPES: dict[str, tuple[type, ...]] = {
    "StringValue": (str,), "DecimalValue": (int, Decimal), "IntValue": (int,), "BooleanValue": (bool,),
    "DateTimeValue": (str,),
}  # fmt: skip
EVERYWHERE = {"id", "rowNumber", "note", "custom", "_links"}


def undescribed(row: dict[str, Any], entity: str, described: dict[tuple[str, str], str]) -> list[str]:
    """Fields of a record that the list does not have, or has with another type."""
    told: list[str] = []
    for name, value in row.items():
        kind = described.get((entity, name))
        if name in EVERYWHERE or (entity, name) in NOT_LISTED:
            continue
        if kind is None:
            told.append(f"{entity}.{name} is not described")
        elif isinstance(value, list):
            told += [problem for inner in value for problem in undescribed(inner, kind[5:-1], described)]
        elif kind not in TYPES:
            told += undescribed(value, kind, described)
        elif value and not isinstance(value["value"], TYPES[kind]):
            told.append(f"{entity}.{name}: {value} is no {kind}")
    return told


NOT_LISTED = {("Contact", name) for name in ("CompanyName", "Attention", "Email", "Phone1", "Address")}
"""The list leaves out the fields of a vendor's contact."""


def test_every_field_of_the_dialect_is_in_the_vendors_models_with_that_type(still: Sandbox) -> None:
    table = reference_table("acumatica_default_endpoint_fields.tsv")
    described = {(r["entity"], r["field"]): r["wrapped_type"] for r in table if r["endpoint"] == "Default_24.200.001"}
    company, expand = still.company, frozenset(
        {"Details", "TaxDetails", "ShippingInstructions", "ShippingInstructions/ShipToAddress",
         "ShippingInstructions/ShipToContact", "MainContact/Address"}
    )  # fmt: skip
    for order in company.orders.values():
        assert undescribed(order_row(company, order, {}, expand, frozenset()), "PurchaseOrder", described) == []
        for line, index in receipts_of(order):
            receipt = receipt_row(company, order, line, index, expand, 0)
            assert undescribed(receipt, "PurchaseReceipt", described) == []
        vendor = vendor_row(company, company.vendors[order.vendor], expand, 0)
        assert undescribed(vendor, "Vendor", described) == []


def test_every_field_that_is_mapped_is_in_the_vendors_models() -> None:
    table = reference_table("acumatica_default_endpoint_fields.tsv")
    kinds = {(r["entity"], r["field"]): r["wrapped_type"] for r in table if r["endpoint"] == "Default_24.200.001"}
    order, line = CONNECTOR.mapping.tables
    for mapped, entity, elements in (
        (order, "PurchaseOrder", HEADER_ELEMENTS), (line, "PurchaseOrderDetail", LINE_ELEMENTS)
    ):  # fmt: skip
        paths = {path for binding in mapped.bindings if binding.expression for path in binding.expression.reads}
        for path in paths.difference(elements):
            at = entity
            for step in path.removesuffix(".value").split("."):
                if at == "PurchaseOrder" and step == "Vendor":
                    at = "Vendor"
                elif (at, step) not in NOT_LISTED:
                    assert (at, step) in kinds, f"{path} is not described"
                    at = kinds[at, step]
                else:
                    at = step
