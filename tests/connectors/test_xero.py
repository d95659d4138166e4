"""The Xero connector against its sandbox dialect over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connections import Connection
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.xero import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    FilterIgnored,
    OrderhouseError,
    PermissionDenied,
    QuotaExhausted,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from include.orderhouse.options import Options
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import Dialect
from tests.sandbox.dialects import xero as dialect
from tests.sandbox.dialects.xero.answers import limited
from tests.sandbox.dialects.xero.contacts import PAYMENT_TERMS, tenant_id
from tests.sandbox.dialects.xero.orders import moves, status
from tests.sandbox.dialects.xero.values import cut, identifier
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.refresh_tokens import RefreshTokens
from tests.sandbox.running import Sandbox, sandbox

NAME = "xero"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)
SETTINGS = {"charge_accounts": ("425",), "cost_center_tracking": "Cost centre"}


@pytest.fixture
def company() -> Company:
    return generate(5, orders=90, now=NOW)


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    with serve(company) as running:
        yield running


def serve(company: Company, served_as: Dialect | str = NAME, **options: str) -> Any:
    return sandbox(company, [served_as], Clock(frozen_at=NOW), options={NAME: options})


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(running: Sandbox = served, **options: Any) -> Source:
        options.setdefault("credentials", credentials_for(NAME, running, token_url="{url}/connect/token"))
        return source_for(NAME, running, **{**SETTINGS, **options})

    return build


def key(company: Company, order: Order) -> str:
    return f"{tenant_id(company.entity_of(order))}/{identifier('order', order.id)}"


def keys(company: Company, orders: Iterable[Order] | None = None) -> list[str]:
    """The keys of some orders; of all that Xero lists, deleted ones included, if none are given."""
    listed = [*company.orders.values(), *(gone.order for gone in company.deleted_orders.values())]
    return sorted(key(company, order) for order in (listed if orders is None else orders))


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(record["source_order_id"] for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def one(source: Source, company: Company, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [key(company, order)])
    return dict(page.records[0])


def changed_at(order: Order) -> datetime:
    return cut(order.changed_at(moves({})))


def an_order(company: Company) -> Order:
    """An open order that has not been received or invoiced, unchanged for a day."""
    return next(
        order
        for order in company.orders.values()
        if status(order) == "AUTHORISED" and order.goods_lines and changed_at(order) < NOW - timedelta(days=1)
    )


def refreshing(running: Sandbox) -> RefreshTokens:
    tokens = running.world(NAME).tokens.refreshing
    assert tokens is not None
    return tokens


def mapped(source: Source, records: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What the transform makes of raw orders, by table."""
    connection = Connection(
        name="test", options=Options(connector=NAME, customer="test"), connector=CONNECTOR, settings=source.settings
    )
    frames = Transform(connection).frames([RawOrder(NOW, record) for record in records])
    return {name: table.to_pylist() for name, table in frames.tables.items()}


def test_discovery_tells_the_organisations_and_the_sources_time(connect: SourceFor, company: Company) -> None:
    source = connect()
    assert set(source.catalogue.scope) == {entity.name for entity in company.entities.values()}
    assert source.api.source_time == NOW.replace(microsecond=0)
    told = {t["tenantName"]: t["organisation"]["BaseCurrency"] for t in source.catalogue.details["tenants"]}
    assert told == {entity.name: entity.currency for entity in company.entities.values()}


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_connection_reads_the_tenants_it_names(connect: SourceFor, company: Company, by: str) -> None:
    entity = company.entities["DE01"]
    source = connect(tenants=(entity.name if by == "name" else tenant_id(entity),))
    assert source.catalogue.scope == (entity.name,)
    assert {record.partition("/")[0] for record in fetched(source, EVER)} == {tenant_id(entity)}


def test_a_tenant_that_is_not_connected_is_named(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="not connected to Elsewhere Ltd") as caught:
        connect(tenants=("Elsewhere Ltd",))
    assert "Orchard Machines Inc." in caught.value.action


def test_without_the_scope_for_settings_orders_are_read_all_the_same(connect: SourceFor, company: Company) -> None:
    with serve(company, settings="denied") as running:
        source = connect(running)
        assert fetched(source, EVER) == keys(company)
        made = mapped(source, [one(source, company, an_order(company))])
    assert made["purchase_order"][0]["company_currency"] is None
    assert made["purchase_order"][0]["company_name"]


def test_a_custom_connection_signs_in_with_client_credentials(connect: SourceFor, served: Sandbox) -> None:
    told = credentials_for(NAME, served, token_url="{url}/connect/token", refresh_token="")
    assert fetched(connect(credentials=told), Window(NOW, None)) == []
    assert refreshing(served).redeemed == 0


OLD_SCOPES = "accounting.transactions.read accounting.contacts.read accounting.settings.read"


@pytest.mark.parametrize(("app", "scope"), [("new", ""), ("old", OLD_SCOPES)])
def test_apps_without_granular_scopes_name_theirs(connect: SourceFor, company: Company, app: str, scope: str) -> None:
    """Apps created since 2 March 2026 are refused the scope of all transactions, older ones may know no other."""
    with serve(company, app=app) as running:
        told = credentials_for(NAME, running, token_url="{url}/connect/token", refresh_token="", scope=scope)
        assert fetched(connect(running, credentials=told), Window(NOW, None)) == []
        other = credentials_for(
            NAME, running, token_url="{url}/connect/token", refresh_token="", scope="" if scope else OLD_SCOPES
        )
        with pytest.raises(AuthenticationFailed, match="invalid_scope"):
            connect(running, credentials=other)


@pytest.mark.parametrize("pagination", ["yes", "no"])
def test_every_order_comes_exactly_once_with_xeros_count(connect: SourceFor, company: Company, pagination: str) -> None:
    with serve(company, pagination=pagination) as running:
        pages = list(CONNECTOR.fetch(connect(running, page_size=17), EVER))
    assert found(pages) == keys(company)
    assert sum(page.expected or 0 for page in pages) == (len(keys(company)) if pagination == "yes" else 0)
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


@pytest.mark.parametrize("pagination", ["yes", "no"])
def test_h19_a_server_that_gives_smaller_pages_than_asked_for_is_read_to_the_end(
    connect: SourceFor, company: Company, pagination: str
) -> None:
    """An answer without pagination is taken to hold 100 orders or less."""
    with serve(generate(5, orders=230, now=NOW), largest_page="100", pagination=pagination) as running:
        source = connect(running, page_size=1000)
        assert fetched(source, EVER) == keys(running.company)
        assert len([k for page in CONNECTOR.scan(source) for k in page.keys]) == len(keys(running.company))


def test_an_order_is_whole_with_contact_tracking_and_charges(connect: SourceFor, company: Company) -> None:
    records = {r["source_order_id"]: r for page in CONNECTOR.fetch(connect(), EVER) for r in page.records}
    for order in company.orders.values():
        record, vendor = records[key(company, order)], company.vendors[order.vendor]
        assert len(record["LineItems"]) == len(order.lines) + len(order.charges)
        assert [line["is_charge"] for line in record["LineItems"]].count(True) == len(order.charges)
        assert record["contact"]["AccountNumber"] == vendor.code
        for line, told in zip(order.lines, record["LineItems"], strict=False):
            assert told["cost_center"] == (line.distributions[0].cost_center if len(line.distributions) == 1 else None)


def test_contacts_are_asked_for_once_and_archived_ones_too(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    pages = list(CONNECTOR.fetch(connect(page_size=10), EVER))
    archived = {vendor.code for vendor in company.vendors.values() if not vendor.active}
    told = {record["contact"].get("AccountNumber") for page in pages for record in page.records}
    assert archived & told
    asked = [r.query for r in served.world(NAME).log.records if "Contacts" in r.path]
    ids = [i for query in asked for i in query.partition("IDs=")[2].partition("&")[0].split("%2C")]
    assert len(ids) <= 2 * len(company.vendors)
    assert connect(read_contacts=False, page_size=10).settings.read_contacts is False


def test_payment_terms_are_those_of_the_contacts(connect: SourceFor, company: Company) -> None:
    """The list of contacts holds them only where a page is asked for."""
    source = connect()
    made = mapped(source, [record for page in CONNECTOR.fetch(source, EVER) for record in page.records])
    terms = {order["source_order_id"]: order["payment_terms_code"] for order in made["purchase_order"]}
    for order in company.orders.values():
        day, counted = PAYMENT_TERMS.get(company.vendors[order.vendor].payment_term or "", (None, None))
        assert terms[key(company, order)] == (None if day is None else f"{day} {counted}")


def test_without_contacts_what_the_order_holds_of_them_is_used(connect: SourceFor, company: Company) -> None:
    source, order = connect(read_contacts=False), an_order(company)
    made = mapped(source, [one(source, company, order)])["purchase_order"][0]
    assert made["vendor_code"] == identifier("contact", company.vendors[order.vendor].id)
    assert made["vendor_name"]
    assert made["payment_terms_code"] is None


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    huge = max(company.orders.values(), key=lambda order: order.total)
    assert one(connect(), company, huge)["Total"] == huge.total


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
@pytest.mark.parametrize("bound", ["start", "end"])
def test_h2_h4_a_window_is_closed_below_and_open_above(
    connect: SourceFor, company: Company, bound: str, since: str
) -> None:
    """Whether or not If-Modified-Since leaves out its own instant."""
    edge = changed_at(an_order(company))
    siblings = {key(company, order) for order in company.orders.values() if changed_at(order) == edge}
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    with serve(company, since=since) as running:
        got = set(fetched(connect(running), window))
    assert siblings & got == (siblings if bound == "start" else set())


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
def test_h10_a_start_between_two_milliseconds_loses_nothing(connect: SourceFor, company: Company, since: str) -> None:
    order = an_order(company)
    with serve(company, since=since) as running:
        source = connect(running)
        assert key(company, order) in fetched(source, Window(changed_at(order), None))
        window = Window(changed_at(order) + timedelta(milliseconds=1), None)
        assert key(company, order) not in fetched(source, window)


def test_the_header_is_told_in_iso_form_and_utc(connect: SourceFor, served: Sandbox) -> None:
    """Xero answers every order, or refuses, where it is told a ``/Date()/``."""
    start = datetime(2026, 9, 30, 23, 30, 15, tzinfo=UTC).astimezone()
    fetched(connect(), Window(start, None))
    assert any("since=2026-09-30T23:30:14 " in record.note for record in served.world(NAME).log.records)


@pytest.mark.parametrize("dates", ["", "spaced", "offset"])
def test_h1_dates_stay_dates_and_offsets_move_nothing(connect: SourceFor, company: Company, dates: str) -> None:
    order = an_order(company)
    with serve(company, dates=dates) as running:
        source = connect(running)
        record = one(source, company, order)
        made = mapped(source, [record])["purchase_order"][0]
        without_text = {name: value for name, value in record.items() if not name.endswith("String")}
        again = mapped(source, [without_text])["purchase_order"][0]
    assert made["order_date"] == again["order_date"] == order.order_date
    assert made["requested_delivery_date"] == again["requested_delivery_date"] == order.requested_date
    assert made["source_modified_at"] == changed_at(order)


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    source, cut_at = connect(), NOW - timedelta(days=20)
    both = [*fetched(source, Window(None, cut_at)), *fetched(source, Window(cut_at, None))]
    assert set(both) == set(keys(company))
    assert len(both) == len(set(both))


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor, company: Company, since: str) -> None:
    with serve(company, since=since) as running:
        source = connect(running, page_size=7, reread_open_orders=True)
        window = Window(NOW - timedelta(days=60), None)
        pages = list(CONNECTOR.fetch(source, window))
        assert len(pages) > 6
        for position, page in enumerate(pages[:-1]):
            rest = list(CONNECTOR.fetch(source, replace(window, resume=page.resume)))
            assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("moving_rows", times=20, path="PurchaseOrders", count=40)
    assert set(fetched(source, EVER)) == set(keys(company))


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
def test_h2_h18_more_orders_of_one_second_than_a_page_holds_are_read_to_their_end(
    connect: SourceFor, company: Company, since: str
) -> None:
    with serve(company, since=since) as running:
        running.clock.advance(60)
        together = list(company.orders)[:70]
        running.act(history.touch_all, order_ids=together)
        window = Window(NOW + timedelta(seconds=30), None)
        pages = list(CONNECTOR.fetch(connect(running, page_size=9), window))
    assert found(pages) == keys(company, [company.orders[number] for number in together])
    assert sum(page.expected or 0 for page in pages) == 70


def test_h18_orders_of_one_second_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.clock.advance(60)
    together = list(company.orders)[:70]
    served.act(history.touch_all, order_ids=together)
    served.clock.advance(60)
    source = connect(page_size=5)
    served.world(NAME).faults.add("moving_rows", times=6, path="PurchaseOrders", after=8, value=together[:60])
    got = set(fetched(source, Window(NOW + timedelta(seconds=30), None)))
    assert got == set(keys(company, [company.orders[number] for number in together]))


@pytest.mark.parametrize("unchanged", ["304", "empty"])
def test_nothing_changed_is_no_error_whether_told_by_304_or_an_empty_page(
    connect: SourceFor, company: Company, unchanged: str
) -> None:
    with serve(company, unchanged=unchanged) as running:
        source = connect(running)
        pages = list(CONNECTOR.fetch(source, Window(NOW + timedelta(days=1), None)))
    assert [(page.records, page.expected) for page in pages] == [([], 0), ([], 0)]


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = key(served.company, served.company.orders[served.act(history.create_in_future, seconds=86_400.0)])
    source = connect()
    assert ahead in fetched(source, Window(NOW - timedelta(days=1), None))
    assert ahead not in fetched(source, Window(NOW - timedelta(days=1), NOW))


def test_h11_a_change_of_a_line_alone_moves_the_order(connect: SourceFor, served: Sandbox, company: Company) -> None:
    order = an_order(company)
    line = order.goods_lines[0]
    acts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (history.change_description, {"line_id": line.id, "text": "Other text"}),
        (history.add_note, {"text": "A note"}),
        (history.invoice, {"line_id": line.id, "quantity": Decimal(1)}),
    ]
    for act, details in acts:
        served.clock.advance(60)
        since = served.clock.now() - timedelta(seconds=30)
        served.act(act, order_id=order.id, **details)
        assert fetched(connect(), Window(since, None)) == [key(company, order)]
    assert one(connect(), company, order)["Status"] == "BILLED"


def test_h11_lines_that_do_not_move_the_order_are_found_by_reading_open_orders_again(
    connect: SourceFor, company: Company
) -> None:
    order = an_order(company)
    with serve(company, lines_move="no") as running:
        running.clock.advance(60)
        running.act(history.change_description, order_id=order.id, line_id=order.goods_lines[0].id, text="Other text")
        window = Window(NOW + timedelta(seconds=30), None)
        assert fetched(connect(running), window) == []
        got = fetched(connect(running, reread_open_orders=True), window)
    opened = [o for o in company.orders.values() if status(o) in ("DRAFT", "SUBMITTED", "AUTHORISED")]
    assert got == keys(company, opened)


def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    opened = [o for o in company.orders.values() if status(o) in ("DRAFT", "SUBMITTED", "AUTHORISED")]
    expected = keys(company, [order for order in opened if changed_at(order) < NOW])
    assert fetched(connect(page_size=10), Window(None, NOW, open_only=True)) == expected


def test_h15_a_deleted_order_stays_with_a_flag_and_moves_into_the_window(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.delete, order_id=order.id)
    source = connect()
    assert fetched(source, Window(NOW + timedelta(seconds=30), None)) == [key(company, order)]
    made = mapped(source, [one(source, company, order)])
    assert (made["purchase_order"][0]["is_deleted"], made["purchase_order"][0]["status"]) == (True, "deleted")
    assert all(line["is_deleted"] for line in made["purchase_order_line"])


@pytest.mark.parametrize("single_reads", [0, 100])
def test_reading_by_id_gives_what_exists_one_by_one_or_from_the_list(
    connect: SourceFor, served: Sandbox, company: Company, single_reads: int
) -> None:
    wanted = keys(company)[:40]
    tenant = wanted[0].partition("/")[0]
    source = connect(single_reads=single_reads, page_size=30)
    served.world(NAME).log.clear()
    asked = [*wanted, f"{tenant}/{identifier('order', 'nowhere')}", "elsewhere/1"]
    assert found(CONNECTOR.read(source, asked)) == wanted
    calls = [r.path for r in served.world(NAME).log.records if "PurchaseOrders" in r.path]
    assert (len(calls) > 40) is (single_reads == 100)


def test_h17_a_scan_tells_every_key_and_xeros_count(connect: SourceFor, company: Company) -> None:
    scanned = list(CONNECTOR.scan(connect()))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert sum(page.expected or 0 for page in scanned) == len(told)
    assert sorted(told) == keys(company)
    for order in company.orders.values():
        assert told[key(company, order)] == changed_at(order)


@pytest.mark.parametrize(("rate", "setting"), [("", "foreign_per_base"), ("base_per_foreign", "base_per_foreign")])
def test_the_rate_counts_either_way_and_the_connection_says_which(
    connect: SourceFor, company: Company, rate: str, setting: str
) -> None:
    order = next(o for o in company.orders.values() if o.currency != company.entity_of(o).currency)
    with serve(company, rate=rate) as running:
        source = connect(running, currency_rate=setting)
        made = mapped(source, [one(source, company, order)])["purchase_order"][0]
    assert abs(made["exchange_rate"] / order.exchange_rate - 1) < Decimal("0.001")


def test_amounts_that_include_tax_become_net_amounts(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.tax_amount)
    with serve(company, line_amounts="Inclusive") as running:
        source = connect(running)
        made = mapped(source, [one(source, company, order)])
    assert made["purchase_order"][0]["tax_inclusive"] is True
    assert made["purchase_order"][0]["subtotal_amount"] == order.subtotal
    nets = [line["net_amount"] for line in made["purchase_order_line"] if line["line_type"] == "goods"]
    assert nets == [line.net_amount for line in order.goods_lines]


@pytest.mark.parametrize(("unitdp", "digits"), [("honoured", 4), ("ignored", 2)])
def test_prices_come_with_four_decimals_where_xero_gives_them(
    connect: SourceFor, company: Company, unitdp: str, digits: int
) -> None:
    order = next(o for o in company.orders.values() if any(line.price_basis == 1000 for line in o.goods_lines))
    line = next(line for line in order.goods_lines if line.price_basis == 1000)
    with serve(company, unitdp=unitdp) as running:
        record = one(connect(running), company, order)
    told = next(entry for entry in record["LineItems"] if entry["LineItemID"] == identifier("line", line.id))
    assert abs(told["UnitAmount"] - line.unit_price) <= Decimal(5).scaleb(-digits - 1)
    assert -told["UnitAmount"].as_tuple().exponent <= digits


def test_h21_tracking_categories_are_custom_fields(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.goods_lines and len(o.goods_lines[0].distributions) == 1)
    line = order.goods_lines[0]
    told = one(connect(), company, order)["LineItems"][0]
    assert told["tracking_Cost centre"] == line.distributions[0].cost_center
    assert told.get("tracking_Department") == line.distributions[0].department


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", times=None, path="PurchaseOrders", field="surprise", value=[1])
    assert {tuple(r["surprise"]) for page in CONNECTOR.fetch(source, EVER) for r in page.records} == {(1,)}
    served.world(NAME).faults.clear()
    served.world(NAME).faults.add("retyped_field", times=None, path="PurchaseOrders", field="Reference", value=7)
    assert {r.get("Reference") for page in CONNECTOR.fetch(source, EVER) for r in page.records} <= {7, None}


def test_h27_a_header_that_is_ignored_stops_the_paging(connect: SourceFor, served: Sandbox) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("ignore_filter", times=None, path="PurchaseOrders")
    with pytest.raises(FilterIgnored):
        list(CONNECTOR.fetch(source, Window(NOW - timedelta(days=20), None)))


def test_an_access_token_that_ends_midway_is_refreshed(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("expired_token", times=1, path="PurchaseOrders", after=3)
    assert fetched(source, EVER) == keys(company)
    assert refreshing(served).redeemed == 2


def test_a_refused_refresh_token_says_how_to_authorise_again(connect: SourceFor, served: Sandbox) -> None:
    refreshing(served).revoke()
    with pytest.raises(AuthenticationFailed, match="not valid any more") as caught:
        connect()
    assert "offline_access accounting.invoices.read " in caught.value.action


def test_the_steps_to_authorise_again_name_the_scopes_of_the_connection(connect: SourceFor, served: Sandbox) -> None:
    refreshing(served).revoke()
    with pytest.raises(AuthenticationFailed) as caught:
        connect(credentials=credentials_for(NAME, served, token_url="{url}/connect/token", scope=OLD_SCOPES))
    assert f"offline_access {OLD_SCOPES})" in caught.value.action


def test_an_access_token_that_stays_refused_is_told_in_xeros_words(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("expired_token", times=None, path="PurchaseOrders")
    with pytest.raises(AuthenticationFailed, match="TokenExpired") as caught:
        fetched(source, EVER)
    assert caught.value.request_id


def test_a_tenant_that_was_disconnected_meanwhile_is_denied(connect: SourceFor) -> None:
    source = connect()
    for tenant in source.catalogue.details["tenants"]:
        tenant["tenantId"] = identifier("tenant", "disconnected")
    with pytest.raises(PermissionDenied, match="AuthenticationUnsuccessful"):
        fetched(source, EVER)


@pytest.mark.parametrize("which", ["minute", "concurrent", "appminute"])
@pytest.mark.parametrize("seconds", [7.0, None])
def test_the_limits_of_minutes_ask_to_wait(
    connect: SourceFor, company: Company, which: str, seconds: float | None
) -> None:
    with serve(company, replace(dialect.DIALECT, rate_limited_response=limited(which))) as running:
        source = connect(running, patience=Patience(tries=1, longest_wait=0.05))
        running.world(NAME).faults.add("rate_limited", times=None, path="PurchaseOrders", seconds=seconds)
        with pytest.raises(RateLimitExceeded, match=which) as caught:
            fetched(source, EVER)
    assert caught.value.retry_after == (seconds or {"concurrent": 2.0}.get(which, 60.0))


def test_the_limit_of_the_day_fails_the_run_at_once_and_says_for_how_long(connect: SourceFor, company: Company) -> None:
    with serve(company, replace(dialect.DIALECT, rate_limited_response=limited("day"))) as running:
        source = connect(running)
        running.world(NAME).log.clear()
        running.world(NAME).faults.add("rate_limited", times=None, path="PurchaseOrders", seconds=66_975.0)
        with pytest.raises(QuotaExhausted, match=r"18\.6 hours"):
            fetched(source, EVER)
        assert running.world(NAME).log.count("PurchaseOrders") == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "server_error"}, SourceUnavailable),
        ({"kind": "unavailable"}, SourceUnavailable),
        ({"kind": "dropped_connection"}, SourceUnavailable),
        ({"kind": "html"}, UnexpectedShape),
        ({"kind": "truncated_json"}, UnexpectedShape),
        ({"kind": "wrong_shape"}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": {"PurchaseOrders": [{"PurchaseOrderID": "1"}]}}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": {"PurchaseOrders": [], "pagination": {}}}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": []}, UnexpectedShape),
    ],
    ids=lambda value: str(value.get("kind")) if isinstance(value, dict) else "",
)
def test_h33_outages_and_wrong_shapes_are_told_apart_from_no_orders(
    connect: SourceFor, served: Sandbox, fault: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect(patience=Patience(tries=1, longest_wait=0.05, timeout=5.0))
    served.world(NAME).faults.add(times=None, path="PurchaseOrders", **fault)
    with pytest.raises(error) as caught:
        fetched(source, EVER)
    assert not any(s in str(caught.value) for s in ("xero-client-secret", "xero-first-refresh-token"))


@pytest.mark.parametrize(
    ("status_code", "body", "error", "words"),
    [
        (400, {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred",
               "Elements": [{"ValidationErrors": [{"Message": "Date is wrong"}]}]}, RequestRefused, "Date is wrong"),
        (200, {"ErrorNumber": 17, "Message": "The contact was not found"}, RequestRefused, "contact"),
        (412, {"Title": "Precondition Failed", "Detail": "d"}, RequestRefused, "Precondition"),
        (403, {"Title": "Forbidden", "Detail": "AuthenticationUnsuccessful"}, PermissionDenied, "Unsuccessful"),
        (401, {"Title": "Unauthorized", "Detail": "AuthorizationUnsuccessful"}, PermissionDenied, "lacks a scope"),
        (401, {"Title": "Unauthorized", "Detail": "TokenExpired: at noon"}, AuthenticationFailed, "TokenExpired"),
        (404, None, RequestRefused, "cannot be found"),
    ],
)  # fmt: skip
def test_h20_xeros_errors_are_told_in_its_own_words(
    status_code: int, body: Any, error: type[OrderhouseError], words: str
) -> None:
    answer = Answer(status_code, {"xero-correlation-id": "c-1"}, body, "The resource cannot be found")
    refusal = CONNECTOR.explain(answer)
    assert refusal is not None
    assert issubclass(refusal.error, error)
    assert words in refusal.message
    assert refusal.request_id == "c-1"
