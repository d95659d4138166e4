"""The Oracle Fusion connector against its sandbox dialect over real HTTP: orders come whole and exactly once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from include.orderhouse.connectors.oracle_fusion import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.connectors.oracle_pod import (
    EVER,
    NAME,
    ORDERS,
    a_record,
    an_order,
    company,
    connect,
    fetched,
    found,
    key,
    keys,
    options,
    served,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.oracle_fusion.statuses import has_change_order, header_updated_at, is_draft
from tests.sandbox.dialects.oracle_fusion.values import line_id, order_id
from tests.sandbox.order import Stage
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "options", "served"]


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


def test_drafts_are_read_and_change_orders_in_work_are_not(connect: SourceFor, company: Company) -> None:
    drafts = [order for order in company.orders.values() if is_draft(order)]
    changing = next(order for order in company.orders.values() if has_change_order(order))
    assert drafts
    assert a_record(connect(), drafts[0])["Status"] in ("Incomplete", "Pending Approval", "Rejected")
    assert a_record(connect(), changing)["Description"] == changing.memo
    approved = keys(order for order in company.orders.values() if not is_draft(order))
    assert fetched(connect(read_drafts=False)) == approved
    assert found(CONNECTOR.read(connect(read_drafts=False), [key(drafts[0])])) == []


@pytest.mark.parametrize("options", [{"approval": "SENT FOR SIGNATURE"}, {"approval": "SOMETHING NEW"}])
def test_documents_that_never_were_in_force_are_drafts_whatever_their_status(
    connect: SourceFor, company: Company, options: dict[str, str]
) -> None:
    """The vendor's list of statuses grows; only change orders, whose order is in force, are no drafts."""
    waiting = keys(order for order in company.orders.values() if order.stage is Stage.PENDING_APPROVAL)
    source = connect()
    assert waiting
    assert fetched(source) == keys(company.orders.values())
    assert found(CONNECTOR.read(source, waiting)) == waiting
    assert {key.source_order_id for page in CONNECTOR.scan(source) for key in page.keys} >= set(waiting)
    statuses = {record["StatusCode"] for page in CONNECTOR.read(source, waiting) for record in page.records}
    assert statuses == {options["approval"]}


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


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "HEADQUARTERS"),
        ({"addresses": "one", "sites": "none"}, "HEADQUARTERS"),
        ({"sites": "none"}, None),
    ],
)
def test_a_suppliers_address_is_that_of_the_orders_site_or_its_only_one_and_never_guessed(
    connect: SourceFor, company: Company, told: str | None
) -> None:
    address = a_record(connect(), an_order(company))["_supplier"]["address"]
    assert (address and address["AddressName"]) == told


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


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", path=ORDERS, field="surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path=ORDERS, field="Buyer", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["surprise"]), r["Buyer"]) for r in page.records} == {((1,), 7)}
