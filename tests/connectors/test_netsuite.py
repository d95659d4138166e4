"""The NetSuite connector against its sandbox dialect over real HTTP: orders come whole and exactly once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from include.orderhouse.connectors.netsuite import CONNECTOR
from include.orderhouse.errors import ConfigurationInvalid, RequestRefused
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import (
    EVER,
    NAME,
    NOW,
    an_order,
    changed_at,
    company,
    connect,
    fetched,
    found,
    keys,
    one,
    served,
    serving,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.netsuite.tables import LATEST
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


def test_discovery_tells_subsidiaries_custom_fields_and_the_sources_time(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    assert source.catalogue.scope == ("subsidiary 1", "subsidiary 2")
    assert source.api.source_time == NOW.replace(microsecond=0)
    assert source.catalogue.details["absent"] == []
    assert {"custbody_budget", "custbody_review_date:date"} <= set(source.catalogue.details["header"])
    assert "custcol_weight" in source.catalogue.details["lines"]
    assert served.world(NAME).log.count("suiteql") == 4


def test_a_connection_reads_the_subsidiaries_it_names(connect: SourceFor, company: Company) -> None:
    source = connect(subsidiaries=(2,))
    expected = keys(order for order in company.orders.values() if order.entity == "DE01")
    assert source.catalogue.scope == ("subsidiary 2",)
    assert fetched(source, EVER) == expected
    assert sorted(key.source_order_id for page in CONNECTOR.scan(source) for key in page.keys) == expected
    assert found(CONNECTOR.read(source, keys(company.orders.values()))) == expected


def test_a_subsidiary_that_the_role_does_not_see_is_not_read_as_no_orders(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"no subsidiary 77, 99 .* there are: 1 \(.+\), 2 \(.+\)\."):
        connect(subsidiaries=(99, 2, 77))


def test_an_account_without_subsidiaries_has_none_to_choose(connect: SourceFor, company: Company) -> None:
    account = serving(company, absent="subsidiary,transactionline.subsidiary", refusals="identifiers")
    with account as running, pytest.raises(ConfigurationInvalid, match=r"Remove settings\.subsidiaries"):
        connect(running, subsidiaries=(2,))


def test_the_chosen_subsidiaries_are_the_scope_where_the_role_may_not_list_them(
    connect: SourceFor, company: Company
) -> None:
    with serving(company, absent="subsidiary") as running:
        source = connect(running, subsidiaries=(2,))
        assert source.catalogue.scope == ("subsidiary 2",)
        assert fetched(source, EVER) == keys(order for order in company.orders.values() if order.entity == "DE01")


def test_every_order_comes_exactly_once_with_the_accounts_count(connect: SourceFor, company: Company) -> None:
    pages = list(CONNECTOR.fetch(connect(page_size=17), EVER))
    assert found(pages) == keys(company.orders.values())
    assert sum(page.expected or 0 for page in pages) == len(company.orders)
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_an_order_is_whole_with_lines_taxes_vendor_terms_and_items(connect: SourceFor, company: Company) -> None:
    records = {r["id"]: r for page in CONNECTOR.fetch(connect(), EVER) for r in page.records}
    for order in company.orders.values():
        record = records[str(order.id)]
        assert len(record["lines"]) == len(order.lines) + len(order.charges)
        assert len(record["tax_lines"]) == len({line.tax_code for line in order.lines} - {None})
        assert record["vendor"]["entityid"] == order.vendor
        assert record["document_currency"]["symbol"] == order.currency
        lines = {line["id"]: line for line in record["lines"]}
        for line in order.lines:
            assert line.is_text or lines[str(line.id)]["item_record"]["itemid"] == line.item


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    huge = max(company.orders.values(), key=lambda order: order.total)
    assert len(huge.total.as_tuple().digits) >= 18
    assert Decimal(one(connect(), huge)["foreigntotal"]) == -huge.total


def test_h15_reading_by_id_gives_what_exists_and_leaves_out_what_is_gone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    wanted = list(company.orders)[:60]
    served.act(history.delete, order_id=wanted[7])
    read = found(CONNECTOR.read(connect(page_size=25), [*map(str, wanted), "999999999", "no number", "7²"]))
    assert read == sorted(map(str, set(wanted) - {wanted[7]}))


def test_h15_h19_what_one_answer_does_not_hold_is_not_taken_for_gone(connect: SourceFor, company: Company) -> None:
    wanted = list(map(str, company.orders))[:60]
    with serving(company, row_cap="25") as capped:
        assert found(CONNECTOR.read(connect(capped, page_size=100), wanted)) == sorted(wanted)


def test_h15_h17_a_scan_tells_every_key_and_the_accounts_count(connect: SourceFor, company: Company) -> None:
    scanned = list(CONNECTOR.scan(connect()))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert sum(page.expected or 0 for page in scanned) == len(told) == len(company.orders)
    for order in company.orders.values():
        assert told[str(order.id)] == (None if order.lacks_modified_at else changed_at(order))


def test_h16_h19_beyond_the_row_cap_orders_lines_and_keys_are_read_to_their_end(
    connect: SourceFor, company: Company
) -> None:
    with serving(company, row_cap="40") as capped:
        source = connect(capped, page_size=100)
        pages = list(CONNECTOR.fetch(source, EVER))
        scanned = [key.source_order_id for page in CONNECTOR.scan(source) for key in page.keys]
        assert not any("offset" in record.query for record in capped.world(NAME).log.records)
    assert found(pages) == sorted(scanned) == keys(company.orders.values())
    assert pages[0].expected == len(company.orders)
    for record in (record for page in pages for record in page.records):
        order = company.orders[int(record["id"])]
        assert len(record["lines"]) == len(order.lines) + len(order.charges)


def test_h21_custom_fields_come_with_their_types(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.custom["budget"] and o.custom["review_date"])
    record = one(connect(), order)
    assert Decimal(record["custbody_budget"]) == order.custom["budget"]
    assert record["custbody_review_date"] == str(order.custom["review_date"])
    assert record["custbody_is_capex"] == ("T" if order.custom["is_capex"] else "F")


@pytest.mark.parametrize("bill_lines", ["0", "1500"])
def test_h21_custom_fields_are_found_where_the_role_may_not_list_them(
    connect: SourceFor, company: Company, bill_lines: str
) -> None:
    with serving(company, absent="customfield", bill_lines=bill_lines) as running:
        details = connect(running, header_columns=("custbody_review_date:date",)).catalogue.details
    assert {"custbody_budget", "custbody_priority", "custbody_review_date:date"} <= set(details["header"])
    assert "custbody_review_date" not in details["header"], "read once, as the connection says"
    assert set(details["lines"]) == {"custcol_drawing", "custcol_weight", "custcol_needs_inspection"}


def test_h21_custom_segments_are_found_where_the_role_may_not_list_custom_fields(
    connect: SourceFor, company: Company
) -> None:
    """They are columns of orders and of lines under one name, and hold ids of their values."""
    with serving(company, absent="customfield") as running:
        running.world(NAME).faults.add("new_field", times=None, path="suiteql", field="cseg_region", value="3")
        details = connect(running).catalogue.details
    assert "cseg_region:name" in details["header"]
    assert "cseg_region:name" in details["lines"]


@pytest.mark.parametrize("kind", ["List/Record", "Multiple Select"])
def test_h21_values_of_lists_come_with_their_texts(connect: SourceFor, served: Sandbox, kind: str) -> None:
    served.world(NAME).faults.add("retyped_field", times=None, path="suiteql", field="fieldvaluetype", value=kind)
    details = connect().catalogue.details
    assert "custbody_priority:name" in details["header"]
    assert "custcol_drawing:name" in details["lines"]


def test_bills_and_other_transactions_are_no_orders(connect: SourceFor, company: Company) -> None:
    with serving(company, bill_lines="3") as running:
        source = connect(running)
        pages = list(CONNECTOR.fetch(source, EVER))
        scanned = list(CONNECTOR.scan(source))
        assert found(CONNECTOR.read(source, [str(LATEST)])) == []
    assert found(pages) == keys(company.orders.values())
    assert pages[0].expected == scanned[0].expected == len(company.orders)
    assert sum(len(page.keys) for page in scanned) == len(company.orders)


@pytest.mark.parametrize("refusals", ["records", "identifiers"])
@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        ({"header_columns": ("custbody_fase:date",)}, "transaction.custbody_fase"),
        ({"line_columns": ("custcol_colour", "custcol_weight")}, "transactionline.custcol_colour"),
    ],
)
def test_h21_a_column_that_the_connection_names_and_the_account_lacks_is_not_passed_over(
    connect: SourceFor, company: Company, refusals: str, chosen: dict[str, tuple[str, ...]], missing: str
) -> None:
    account = serving(company, refusals=refusals)
    with account as running, pytest.raises(ConfigurationInvalid, match=missing) as refused:
        connect(running, **chosen)
    assert f"settings.{next(iter(chosen))}" in refused.value.action


@pytest.mark.parametrize("refusals", ["records", "identifiers"])
def test_h23_what_the_account_does_not_have_is_left_out(connect: SourceFor, company: Company, refusals: str) -> None:
    lacking = "vendor.vatregnumber,vendor.defaultbillingaddress,term,transaction.incoterm,transactionline.vendorname"
    with serving(company, absent=lacking, refusals=refusals) as running:
        source = connect(running)
        record = one(source, an_order(company))
        assert fetched(source, EVER) == keys(company.orders.values())
    assert set(source.catalogue.details["absent"]) == set(lacking.split(","))
    assert "incoterm" not in record
    assert not {"term", "vendor_address"} & set(record)


@pytest.mark.parametrize("refusals", ["records", "identifiers"])
def test_accounts_without_subsidiaries_are_read_as_a_whole(connect: SourceFor, company: Company, refusals: str) -> None:
    with serving(company, absent="subsidiary,transactionline.subsidiary", refusals=refusals) as running:
        source = connect(running)
        assert source.catalogue.scope == ("everything",)
        assert fetched(source, EVER) == keys(company.orders.values())


@pytest.mark.parametrize("absent", ["employee.email", "employee.email,vendor.email"])
def test_an_identifier_that_several_tables_may_have_is_left_out_where_it_is_unknown(
    connect: SourceFor, company: Company, absent: str
) -> None:
    with serving(company, absent=absent, refusals="identifiers") as running:
        source = connect(running)
    assert set(source.catalogue.details["absent"]) == set(absent.split(","))


def test_an_identifier_that_no_table_lacks_is_what_the_account_says_it_is(connect: SourceFor, company: Company) -> None:
    account = serving(company, absent="transaction.type", refusals="identifiers")
    with account as running, pytest.raises(RequestRefused, match="Unknown identifier 'type'"):
        connect(running)


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", times=None, path="suiteql", field="surprise", value=[1])
    assert {tuple(r["surprise"]) for page in CONNECTOR.fetch(source, EVER) for r in page.records} == {(1,)}
    served.world(NAME).faults.clear()
    served.world(NAME).faults.add("retyped_field", times=None, path="suiteql", field="memo", value={"a": 1})
    memos = [r["memo"] for page in CONNECTOR.fetch(source, EVER) for r in page.records if "memo" in r]
    assert memos
    assert all(memo == {"a": 1} for memo in memos)
