"""Reading QuickBooks: whole orders, pages, single orders, scans."""

from __future__ import annotations

from include.orderhouse.connectors.quickbooks import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.connectors.quickbooks_realm import EVER, NOW, changed_at, company, connect, found, keys, one, ours, served
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects import quickbooks as dialect
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


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
