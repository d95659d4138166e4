"""Signing in to Xero, its scopes, limits and errors, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.xero import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    PermissionDenied,
    QuotaExhausted,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from tests.connectors.conftest import SourceFor, credentials_for
from tests.connectors.xero_organisations import (
    EVER,
    NAME,
    NOW,
    an_order,
    company,
    connect,
    fetched,
    keys,
    mapped,
    one,
    serve,
    served,
)
from tests.sandbox.company import Company
from tests.sandbox.dialects import xero as dialect
from tests.sandbox.dialects.xero.answers import limited
from tests.sandbox.dialects.xero.values import identifier
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


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
    assert served.refreshing(NAME).redeemed == 0


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


def test_h27_a_header_that_is_ignored_stops_the_paging(connect: SourceFor, served: Sandbox) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("ignore_filter", times=None, path="PurchaseOrders")
    with pytest.raises(FilterIgnored):
        list(CONNECTOR.fetch(source, Window(NOW - timedelta(days=20), None)))


def test_h27_an_order_of_rows_that_is_ignored_stops_the_paging(
    connect: SourceFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages go on behind the last row's modification, so that rows in another order would be skipped."""
    source = connect(page_size=10)
    get = source.api.get

    def get_unordered(url: str, params: Any = None, **other: Any) -> Any:
        return get(url, params={name: value for name, value in (params or {}).items() if name != "order"}, **other)

    monkeypatch.setattr(source.api, "get", get_unordered)
    with pytest.raises(FilterIgnored, match="not in order of UpdatedDateUTC"):
        list(CONNECTOR.fetch(source, EVER))


def test_an_access_token_that_ends_midway_is_refreshed(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("expired_token", times=1, path="PurchaseOrders", after=3)
    assert fetched(source, EVER) == keys(company)
    assert served.refreshing(NAME).redeemed == 2


def test_a_refused_refresh_token_says_how_to_authorise_again(connect: SourceFor, served: Sandbox) -> None:
    served.refreshing(NAME).revoke()
    with pytest.raises(AuthenticationFailed, match="not valid any more") as caught:
        connect()
    assert "offline_access accounting.invoices.read " in caught.value.action


def test_the_steps_to_authorise_again_name_the_scopes_of_the_connection(connect: SourceFor, served: Sandbox) -> None:
    served.refreshing(NAME).revoke()
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


@pytest.mark.parametrize("which", ["day", "Daily"])
def test_the_limit_of_the_day_fails_the_run_at_once_and_says_for_how_long(
    connect: SourceFor, company: Company, which: str
) -> None:
    with serve(company, replace(dialect.DIALECT, rate_limited_response=limited(which))) as running:
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
        ({"kind": "wrong_shape", "value": {"PurchaseOrders": [{"UpdatedDateUTC": ""}]}}, UnexpectedShape),
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


def test_an_outage_that_says_how_long_it_lasts_is_waited_for() -> None:
    refusal = CONNECTOR.explain(Answer(503, {"retry-after": "30"}, {"Title": "Service Unavailable"}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.retry_after) == (SourceUnavailable, 30.0)


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
        (408, None, SourceTimeout, "cannot be found"),
        (500, {"ErrorNumber": 500, "Message": "An error occurred"}, SourceUnavailable, "An error occurred"),
        (503, {"Title": "Service Unavailable", "Detail": "The organisation is offline"}, SourceUnavailable, "offline"),
        (504, None, SourceTimeout, "cannot be found"),
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
