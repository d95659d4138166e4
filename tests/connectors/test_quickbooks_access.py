"""Signing in to QuickBooks, its throttle and its faults, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.orderhouse.connectors.quickbooks import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from tests.connectors.conftest import SourceFor
from tests.connectors.quickbooks_realm import EVER, NAME, RECENT, company, connect, fetched, keys, ours, serve, served
from tests.sandbox.company import Company
from tests.sandbox.dialects import quickbooks as dialect
from tests.sandbox.dialects.quickbooks.answers import throttled
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


def test_h27_a_filter_that_is_ignored_stops_the_paging(connect: SourceFor, served: Sandbox) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("ignore_filter", times=None, path="query")
    with pytest.raises(FilterIgnored):
        list(CONNECTOR.fetch(source, RECENT))
    with pytest.raises(FilterIgnored):
        list(CONNECTOR.read(source, ["1"]))


def test_an_access_token_that_ends_midway_is_refreshed(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("expired_token", times=1, path="query", after=3)
    assert fetched(source, EVER) == keys(ours(company))
    assert served.refreshing(NAME).redeemed == 2


def test_refresh_tokens_that_change_with_every_use_are_followed(connect: SourceFor, company: Company) -> None:
    with serve(company, rotation="always") as running:
        source = connect(running, page_size=10)
        for _ in range(3):
            running.world(NAME).tokens.revoke_all()
            running.clock.advance(60)
            assert fetched(source, EVER) == keys(ours(company))
        assert running.refreshing(NAME).redeemed == 4


def test_a_refused_refresh_token_says_how_to_authorise_again(connect: SourceFor, served: Sandbox) -> None:
    served.refreshing(NAME).revoke()
    with pytest.raises(AuthenticationFailed, match="not valid any more") as caught:
        connect()
    assert "OAuth 2.0 Playground" in caught.value.action
    assert "refresh_token" in caught.value.action


def test_an_access_token_that_stays_refused_is_told_in_the_gateways_spelling(
    connect: SourceFor, served: Sandbox
) -> None:
    source = connect()
    served.world(NAME).faults.add("expired_token", times=None, path="query")
    with pytest.raises(AuthenticationFailed, match="3200: message=AuthenticationFailed") as caught:
        fetched(source, EVER)
    assert caught.value.request_id


def test_another_realm_is_denied(connect: SourceFor) -> None:
    with pytest.raises(PermissionDenied, match="3100"):
        connect(realm_id="9341450000000009")


def test_a_realm_that_tells_no_company_is_not_read(connect: SourceFor, served: Sandbox) -> None:
    served.world(NAME).faults.add("wrong_shape", times=None, path="query", value={"QueryResponse": {}})
    with pytest.raises(UnexpectedShape, match=r"93\d+ has no CompanyInfo"):
        connect()


@pytest.mark.parametrize(
    ("form", "words"), [("json", "limit was reached"), ("xml", "limit was reached"), ("html", "status 429")]
)
def test_the_throttle_asks_for_a_minute_in_whatever_form(
    connect: SourceFor, company: Company, form: str, words: str
) -> None:
    with serve(company, replace(dialect.DIALECT, rate_limited_response=throttled(form))) as running:
        source = connect(running, patience=Patience(tries=1, longest_wait=0.05))
        running.world(NAME).faults.add("rate_limited", times=None, path="query")
        with pytest.raises(RateLimitExceeded, match=words) as caught:
            fetched(source, EVER)
    assert caught.value.retry_after == 60.0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "server_error"}, SourceUnavailable),
        ({"kind": "unavailable"}, SourceUnavailable),
        ({"kind": "dropped_connection"}, SourceUnavailable),
        ({"kind": "html"}, UnexpectedShape),
        ({"kind": "truncated_json"}, UnexpectedShape),
        ({"kind": "wrong_shape"}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": {"QueryResponse": {"Invoice": []}}}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": {"QueryResponse": {"totalCount": 3, "PurchaseOrder": 3}}}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": {"QueryResponse": {"totalCount": 3, "Invoice": []}}}, UnexpectedShape),
        ({"kind": "wrong_shape", "value": []}, UnexpectedShape),
    ],
    ids=lambda value: str(value.get("kind")) if isinstance(value, dict) else "",
)
def test_h33_outages_and_wrong_shapes_are_told_apart_from_no_orders(
    connect: SourceFor, served: Sandbox, fault: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect(patience=Patience(tries=1, longest_wait=0.05))
    served.world(NAME).faults.add(times=None, path="query", **fault)
    with pytest.raises(error) as caught:
        fetched(source, EVER)
    for secret in source.api._secrets or ("quickbooks-client-secret", "quickbooks-first-refresh-token"):
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"Fault": {"Error": [{"Message": "m", "Detail": "d", "code": "4000"}], "type": "ValidationFault"}},
         RequestRefused),
        (400, {"Fault": {"Error": [{"Message": "Object Not Found", "code": "610"}], "type": "ValidationFault"}},
         RequestRefused),
        (200, {"QueryResponse": {"Fault": {"Error": [{"Message": "m", "code": "4001"}]}}}, RequestRefused),
        (200, {"CDCResponse": [{"QueryResponse": [{"Fault": {"Error": [{"Message": "m", "code": "3001"}]}}]}]},
         RateLimitExceeded),
        (200, {"QueryResponse": {"Fault": {"Error": [{"Message": "m", "code": "3200"}]}}}, AuthenticationFailed),
        (403, {"fault": {"error": [{"message": "m", "code": "3100"}], "type": "AUTHORIZATION"}}, PermissionDenied),
        (401, {"fault": {"error": [{"message": "m", "code": "3100"}], "type": "AUTHORIZATION"}}, PermissionDenied),
        (401, {"fault": {"error": [{"message": "m", "code": "3200"}], "type": "AUTHENTICATION"}}, AuthenticationFailed),
    ],
)  # fmt: skip
def test_h20_a_fault_is_found_in_either_spelling_and_wherever_it_stands(
    status: int, body: Any, error: type[OrderhouseError]
) -> None:
    refusal = CONNECTOR.explain(Answer(status, {"intuit_tid": "1-2"}, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.request_id) == (error, "1-2")


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (500, {"Fault": {"Error": [{"Message": "An application error", "code": "10000"}]}}, SourceUnavailable, "10000"),
        (503, None, SourceUnavailable, "Out of order"),
        (504, None, SourceTimeout, "Out of order"),
        (404, None, RequestRefused, "Out of order"),
    ],
)
def test_the_id_that_support_asks_for_is_kept_whatever_goes_wrong(
    status: int, body: Any, error: type[OrderhouseError], words: str
) -> None:
    refusal = CONNECTOR.explain(Answer(status, {"intuit_tid": "1-2"}, body, "Out of order"))
    assert refusal is not None
    assert (refusal.error, refusal.request_id, refusal.retry_after) == (error, "1-2", None)
    assert words in refusal.message


def test_an_answer_without_fault_is_none() -> None:
    for body in ({"QueryResponse": {}}, {"CDCResponse": [{"QueryResponse": [{}]}]}, [], None):
        assert CONNECTOR.explain(Answer(200, {}, body, "")) is None
