"""The NetSuite connector against its sandbox dialect over real HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.netsuite import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    FilterIgnored,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects import netsuite as dialect
from tests.sandbox.dialects.netsuite.orders import HEADER_MOVES
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "netsuite"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)


@pytest.fixture
def company() -> Company:
    return generate(5, orders=300, now=NOW)


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    with sandbox(company, [NAME], Clock(frozen_at=NOW)) as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(running: Sandbox = served, **options: Any) -> Source:
        return source_for(NAME, running, **options)

    return build


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(str(order.id) for order in orders)


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(record["id"] for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def one(source: Source, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [str(order.id)])
    return dict(page.records[0])


def changed_at(order: Order) -> datetime:
    """What NetSuite tells of an order's last change."""
    return order.changed_at(HEADER_MOVES).replace(microsecond=0)


def an_order(company: Company) -> Order:
    """An open order with a goods line that has not been received, not changed within the last day."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open
        and not order.lacks_modified_at
        and not order.goods_lines[0].receipts
        and changed_at(order) < NOW - timedelta(days=1)
    )


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


@pytest.mark.parametrize("bound", ["start", "end"])
def test_h2_h4_h14_a_window_is_closed_below_and_open_above(connect: SourceFor, company: Company, bound: str) -> None:
    edge = changed_at(max(company.orders.values(), key=lambda order: (not order.lacks_modified_at, changed_at(order))))
    siblings = {str(o.id) for o in company.orders.values() if changed_at(o) == edge and not o.lacks_modified_at}
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    assert siblings & set(fetched(connect(), window)) == (siblings if bound == "start" else set())


def test_h10_a_bound_between_two_seconds_loses_nothing(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    cut = order.changed_at(HEADER_MOVES)
    assert cut.microsecond
    source = connect()
    assert str(order.id) in fetched(source, Window(cut, None))
    assert str(order.id) in fetched(source, Window(None, cut + timedelta(microseconds=1)))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_h1_the_accounts_time_zone_moves_neither_instants_nor_windows(
    connect: SourceFor, company: Company, zone: str
) -> None:
    order = an_order(company)
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"time_zone": zone}}) as elsewhere:
        source = connect(elsewhere)
        assert one(source, order)["lastmodifieddate"] == f"{changed_at(order):%Y-%m-%dT%H:%M:%SZ}"
        assert one(source, order)["trandate"] == order.order_date.isoformat()
        window = Window(changed_at(order), changed_at(order) + timedelta(seconds=1))
        assert str(order.id) in fetched(source, window)


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    source, cut = connect(), NOW - timedelta(days=20)
    both = [*fetched(source, Window(None, cut)), *fetched(source, Window(cut, None))]
    assert set(both) == set(keys(company.orders.values()))


def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor) -> None:
    source = connect(page_size=23)
    window = Window(NOW - timedelta(days=60), NOW)
    pages = list(CONNECTOR.fetch(source, window))
    assert len(pages) > 3
    for position, page in enumerate(pages[:-1]):
        rest = list(CONNECTOR.fetch(source, replace(window, resume=page.resume)))
        assert found(rest) == found(pages[position + 1 :])
        assert rest[0].expected is None


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    source = connect(page_size=20)
    served.world(NAME).faults.add("moving_rows", times=20, path="suiteql", count=30)
    assert set(fetched(source, EVER)) == set(keys(company.orders.values()))


def test_h2_many_orders_of_one_second_are_paged_by_id(connect: SourceFor, served: Sandbox, company: Company) -> None:
    served.clock.advance(60)
    together = list(company.orders)[:70]
    served.act(history.touch_all, order_ids=together)
    dated = [order_id for order_id in together if not company.orders[order_id].lacks_modified_at]
    assert fetched(connect(page_size=9), Window(NOW + timedelta(seconds=30), None)) == sorted(map(str, dated))


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = served.act(history.create_in_future, seconds=86_400)
    source = connect()
    assert str(ahead) in fetched(source, Window(NOW - timedelta(days=1), None))
    assert str(ahead) not in fetched(source, Window(NOW - timedelta(days=1), NOW))


def test_h3_an_order_that_commits_late_is_in_a_window_that_overlaps(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    late = served.act(history.create_late, seconds=60)
    window = Window(NOW - timedelta(minutes=10), None)
    assert str(late) not in fetched(source, window)
    served.clock.advance(61)
    assert str(late) in fetched(source, window)


def test_h11_h12_a_line_that_changes_alone_is_found_where_lines_tell_their_time(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    line = order.goods_lines[0]
    served.act(history.receive, order_id=order.id, line_id=line.id, quantity=Decimal(1))
    before = one(connect(), order)["lastmodifieddate"]
    served.clock.advance(60)
    served.act(history.correct_receipt, order_id=order.id, line_id=line.id, quantity=Decimal(2))
    assert one(connect(), order)["lastmodifieddate"] == before
    assert fetched(connect(), Window(NOW + timedelta(seconds=30), None)) == [str(order.id)]
    lacking = {NAME: {"absent": "transactionline.linelastmodifieddate"}}
    with sandbox(company, [NAME], served.clock, options=lacking) as silent:
        assert fetched(connect(silent), Window(NOW + timedelta(seconds=30), None)) == []


def test_h13_orders_without_modification_time_count_by_their_creation(connect: SourceFor, company: Company) -> None:
    undated = [order for order in company.orders.values() if order.lacks_modified_at]
    assert undated
    lacking = {NAME: {"absent": "transactionline.linelastmodifieddate"}}
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options=lacking) as running:
        source = connect(running)
        for order in undated:
            created = order.created_at
            assert "lastmodifieddate" not in one(source, order)
            assert str(order.id) in fetched(source, Window(created, created + timedelta(seconds=1)))


@pytest.mark.parametrize("status", ["bare", "prefixed"])
def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company, status: str) -> None:
    unfinished = [o for o in company.orders.values() if dialect.orders.status(o) not in ("G", "H")]
    expected = [order for order in unfinished if order.lacks_modified_at or changed_at(order) < NOW]
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"status": status}}) as running:
        assert fetched(connect(running), Window(None, NOW, open_only=True)) == keys(expected)
    assert {order.id for order in company.orders.values() if order.is_open} <= {order.id for order in unfinished}


def test_h15_reading_by_id_gives_what_exists_and_leaves_out_what_is_gone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    wanted = list(company.orders)[:60]
    served.act(history.delete, order_id=wanted[7])
    read = found(CONNECTOR.read(connect(page_size=25), [*map(str, wanted), "999999999", "no number"]))
    assert read == sorted(map(str, set(wanted) - {wanted[7]}))


def test_h15_h17_a_scan_tells_every_key_and_the_accounts_count(connect: SourceFor, company: Company) -> None:
    scanned = list(CONNECTOR.scan(connect()))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert sum(page.expected or 0 for page in scanned) == len(told) == len(company.orders)
    for order in company.orders.values():
        assert told[str(order.id)] == (None if order.lacks_modified_at else changed_at(order))


def test_h16_h19_beyond_the_row_cap_orders_lines_and_keys_are_read_to_their_end(
    connect: SourceFor, company: Company
) -> None:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"row_cap": "40"}}) as capped:
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


def test_h21_custom_fields_are_found_where_the_role_may_not_list_them(connect: SourceFor, company: Company) -> None:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"absent": "customfield"}}) as running:
        details = connect(running, header_columns=("custbody_review_date:date",)).catalogue.details
    assert {"custbody_budget", "custbody_priority", "custbody_review_date:date"} <= set(details["header"])
    assert set(details["lines"]) == {"custcol_drawing", "custcol_weight", "custcol_needs_inspection"}


def test_h23_what_the_account_does_not_have_is_left_out(connect: SourceFor, company: Company) -> None:
    lacking = "vendor.vatregnumber,vendor.defaultbillingaddress,term,transaction.incoterm,transactionline.vendorname"
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"absent": lacking}}) as running:
        source = connect(running)
        record = one(source, an_order(company))
        assert fetched(source, EVER) == keys(company.orders.values())
    assert set(source.catalogue.details["absent"]) == set(lacking.split(","))
    assert "incoterm" not in record
    assert not {"term", "vendor_address"} & set(record)


def test_accounts_without_subsidiaries_are_read_as_a_whole(connect: SourceFor, company: Company) -> None:
    lacking = {NAME: {"absent": "subsidiary,transactionline.subsidiary"}}
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options=lacking) as running:
        source = connect(running)
        assert source.catalogue.scope == ("everything",)
        assert fetched(source, EVER) == keys(company.orders.values())


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", times=None, path="suiteql", field="surprise", value=[1])
    assert {tuple(r["surprise"]) for page in CONNECTOR.fetch(source, EVER) for r in page.records} == {(1,)}
    served.world(NAME).faults.clear()
    served.world(NAME).faults.add("retyped_field", times=None, path="suiteql", field="memo", value={"a": 1})
    memos = [r["memo"] for page in CONNECTOR.fetch(source, EVER) for r in page.records if "memo" in r]
    assert memos
    assert all(memo == {"a": 1} for memo in memos)


def test_h19_h27_an_ignored_filter_ends_the_read_instead_of_going_round(connect: SourceFor, served: Sandbox) -> None:
    source = connect(page_size=20)
    served.world(NAME).faults.add("ignore_filter", times=None, path="suiteql")
    with pytest.raises(FilterIgnored):
        fetched(source, Window(NOW - timedelta(seconds=1), NOW))


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
def test_a_token_that_expires_while_paging_is_renewed(
    connect: SourceFor, served: Sandbox, company: Company, kind: str
) -> None:
    pages = CONNECTOR.fetch(connect(page_size=20), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(4000)
    else:
        served.world(NAME).faults.add("expired_token", path="suiteql")
    assert found([first, *pages]) == keys(company.orders.values())
    assert served.world(NAME).tokens.issued == 2


@pytest.mark.parametrize("wrong", ["client_id", "certificate_id", "private_key"])
def test_wrong_credentials_fail_as_such_and_are_not_shown(connect: SourceFor, served: Sandbox, wrong: str) -> None:
    another = dialect.key_pair()["private_key"]
    other = {wrong: another if wrong == "private_key" else "somebody"}
    with pytest.raises(AuthenticationFailed) as failed:
        connect(credentials=credentials_for(NAME, served, **other))
    assert another not in str(failed.value)
    assert "client_assertion" not in str(failed.value)


@pytest.mark.parametrize(("key", "algorithm"), [("no key", "ES256"), (None, "PS256")])
def test_a_key_that_cannot_sign_is_a_configuration_error(
    connect: SourceFor, served: Sandbox, key: str | None, algorithm: str
) -> None:
    credentials = credentials_for(NAME, served, **({"private_key": key} if key else {}))
    with pytest.raises(ConfigurationInvalid, match=algorithm):
        connect(credentials=credentials, algorithm=algorithm)


FAULTS: list[tuple[str, dict[str, Any], type[OrderhouseError]]] = [
    ("rate_limited", {}, RateLimitExceeded),
    ("server_error", {}, SourceUnavailable),
    ("unavailable", {}, SourceUnavailable),
    ("dropped_connection", {}, SourceUnavailable),
    ("truncated_json", {}, UnexpectedShape),
    ("html", {}, UnexpectedShape),
    ("wrong_shape", {}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": {}, "hasMore": False}}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": [1], "hasMore": False}}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": []}}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": [], "hasMore": False}}, UnexpectedShape),
    ("wrong_shape", {"value": {"items": [{"n": "many"}], "hasMore": False}}, UnexpectedShape),
]


@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_no_orders(
    connect: SourceFor, served: Sandbox, kind: str, details: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect()
    served.world(NAME).faults.add(kind, path="suiteql", times=None, **details)
    with pytest.raises(error) as failed:
        fetched(source, EVER)
    assert "PRIVATE KEY" not in str(failed.value)


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "CONCURRENCY_LIMIT_EXCEEDED"), (400, "CONCURRENCY_LIMIT_EXCEEDED"), (401, "INVALID_LOGIN")],
)
def test_h20_the_concurrency_limit_is_known_in_every_disguise(
    connect: SourceFor, company: Company, status: int, code: str
) -> None:
    busy = replace(dialect.DIALECT, rate_limited_response=dialect.too_many(status, code))
    with sandbox(company, [busy], Clock(frozen_at=NOW)) as running:
        source = connect(running)
        running.world(NAME).faults.add("rate_limited", path="suiteql", times=None)
        with pytest.raises(RateLimitExceeded) as failed:
            fetched(source, EVER)
        assert failed.value.retry_after is None
        assert failed.value.__reduce__()


def test_h20_a_login_refused_at_the_first_call_is_not_taken_for_the_limit(connect: SourceFor, company: Company) -> None:
    refusing = replace(dialect.DIALECT, rate_limited_response=dialect.too_many(401, "INVALID_LOGIN"))
    with sandbox(company, [refusing], Clock(frozen_at=NOW)) as running:
        running.world(NAME).faults.add("rate_limited", path="suiteql", times=None)
        with pytest.raises(AuthenticationFailed):
            connect(running)


def test_retry_after_is_respected_where_a_gateway_sends_it() -> None:
    refusal = CONNECTOR.explain(Answer(429, {"retry-after": "17"}, {"title": "Too Many Requests"}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.retry_after) == (RateLimitExceeded, 17.0)


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path="suiteql", after=1)
    assert fetched(source, EVER) == keys(company.orders.values())


def test_h31_links_of_an_answer_are_never_followed(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    body = {
        "links": [{"rel": "next", "href": "http://198.51.100.7/steal"}],
        "items": [{"n": "0"}],
        "hasMore": False,
    }
    served.world(NAME).faults.add("wrong_shape", path="suiteql", value=body)
    assert len(fetched(source, Window(NOW + timedelta(days=1), None))) == 0


def test_a_refused_query_tells_netsuites_own_words(connect: SourceFor) -> None:
    with pytest.raises(RequestRefused, match="Field 'nonsense' for record 'transaction' was not found"):
        connect().api.post(
            "services/rest/query/v1/suiteql",
            {"q": "SELECT t.nonsense FROM transaction t"},
            headers={"Prefer": "transient"},
        )


@pytest.mark.parametrize(
    ("headers", "params", "said"),
    [({}, {}, "Prefer"), ({"Prefer": "transient"}, {"limit": "1001"}, "between 1 and 1000")],
)
def test_the_sandbox_refuses_what_netsuite_refuses(
    connect: SourceFor, headers: dict[str, str], params: dict[str, str], said: str
) -> None:
    with pytest.raises(RequestRefused, match=said):
        connect().api.post(
            "services/rest/query/v1/suiteql", {"q": "SELECT id FROM transaction"}, params=params, headers=headers
        )
