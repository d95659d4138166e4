"""How Finance & Operations says no, and what becomes of it: credentials, limits, outages, wrong shapes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.dynamics_fo import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    ForeignHost,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from include.orderhouse.protocols.finance_operations import Query, walk
from tests.connectors.conftest import SourceFor
from tests.connectors.dynamics_fo_environment import (
    EVER,
    HEADERS,
    NAME,
    NOW,
    company,
    connect,
    fetched,
    found,
    keys,
    options,
    served,
)
from tests.connectors.faults import COMMON, misshapen
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "options", "served"]


def test_h22_a_key_of_another_type_ends_the_read(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("retyped_field", path=HEADERS, times=None, field="PurchaseOrderNumber", value=None)
    with pytest.raises(UnexpectedShape, match="PurchaseOrderNumber"):
        fetched(source)


def test_h27_an_ignored_filter_is_noticed_or_shows_in_the_orders_that_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(companies=("us01",), page_size=500, line_change_field="", reread_open_orders="never")
    served.world(NAME).faults.add("ignore_filter", times=None, path=HEADERS)
    assert fetched(source, Window(NOW - timedelta(seconds=1), NOW))
    with pytest.raises(FilterIgnored, match="does not go on"):
        list(walk(source, Query(HEADERS, "us01", ("PurchaseOrderNumber",)), 20))


def test_h18_pages_are_asked_for_in_the_order_of_the_keys_that_they_go_on_behind() -> None:
    query = Query("Lines", "us01", ("Number", "Line"), "A eq 1 or A eq 2")
    first, next_one = query.params(5, None), query.params(5, ["7", 3])
    assert {told["$orderby"] for told in (first, next_one)} == {"dataAreaId,Number,Line"}
    assert first["$filter"] == "dataAreaId eq 'us01' and (A eq 1 or A eq 2)"
    behind = "(Number gt '7' or (Number eq '7' and Line gt 3))"
    assert next_one["$filter"] == f"{first['$filter']} and {behind}"


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
def test_a_token_that_expires_while_paging_is_renewed(
    connect: SourceFor, served: Sandbox, company: Company, kind: str
) -> None:
    pages = CONNECTOR.fetch(connect(), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(4000)
    else:
        served.world(NAME).faults.add("expired_token", path=HEADERS)
    assert found([first, *pages]) == keys(company)
    assert served.world(NAME).tokens.issued == 2


@pytest.mark.parametrize("wrong", [{"client_secret": "wr0ng-s3cret"}, {"client_id": "somebody"}])
def test_wrong_credentials_fail_as_such_and_are_not_shown(connect: SourceFor, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed) as failed:
        connect(secrets=wrong)
    assert "wr0ng-s3cret" not in str(failed.value)
    assert "sandbox-client-secret" not in str(failed.value)


@pytest.mark.parametrize("body", [None, {"error": {"code": "", "message": "Unauthorized"}}])
def test_a_token_that_the_service_refuses_leads_to_its_list_of_applications(body: Any) -> None:
    """An application that the site does not know is refused without a word."""
    refusal = CONNECTOR.explain(Answer(401, {"ms-dyn-aid": "7"}, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.request_id) == (AuthenticationFailed, "7")
    assert "on the page Microsoft Entra applications of Dynamics" in refusal.message


FAULTS = [
    *COMMON,
    *misshapen(
        {"value": {}},
        {"value": [1]},
        {"value": [{"dataAreaId": "us01"}]},
    ),
    ("rate_limited", {}, RateLimitExceeded),
    ("server_error", {"status": 504}, SourceTimeout),
]


@pytest.mark.parametrize("entity", [HEADERS, "PurchaseOrderLinesV2", "ProductReceiptLinesV2"])
@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_nothing(
    connect: SourceFor,
    served: Sandbox,
    entity: str,
    kind: str,
    details: dict[str, Any],
    error: type[OrderhouseError],
) -> None:
    source = connect(patience=Patience(tries=2, longest_wait=0.01))
    served.world(NAME).faults.add(kind, path=entity, times=None, **details)
    with pytest.raises(error) as failed:
        fetched(source)
    assert "sandbox-client-secret" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == details.get("seconds", 30)
    if kind in ("rate_limited", "server_error", "unavailable"):
        assert failed.value.request_id
        assert "Microsoft.Dynamics" not in failed.value.message


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path=HEADERS, after=1)
    assert fetched(source) == keys(company)


@pytest.mark.parametrize("options", [{"navigation": "PurchaseOrderLinesV2"}])
def test_h31_a_link_to_another_host_is_not_followed(connect: SourceFor, served: Sandbox) -> None:
    source = connect(expand_lines="PurchaseOrderLinesV2")
    elsewhere = {"PurchaseOrderLinesV2": [], "PurchaseOrderLinesV2@odata.nextLink": "http://198.51.100.7/steal"}
    body = {"value": [{"dataAreaId": "de01", "PurchaseOrderNumber": "PO1", **elsewhere}]}
    served.world(NAME).faults.add("wrong_shape", path=HEADERS, value=body)
    with pytest.raises(ForeignHost, match=r"198\.51\.100\.7"):
        fetched(source)


def test_a_navigation_that_the_site_does_not_have_is_a_refused_request(connect: SourceFor) -> None:
    with pytest.raises(RequestRefused, match="PurchaseOrderLinesV2"):
        fetched(connect(expand_lines="PurchaseOrderLinesV2"))


def test_the_sandbox_refuses_what_the_service_refuses(connect: SourceFor) -> None:
    source = connect()
    for condition, said in (
        ("PurchaseOrderStatus gt Microsoft.Dynamics.DataEntities.PurchStatus'Backorder'", "not supported"),
        ("PurchaseOrderStatus eq 'Backorder'", "incompatible types"),
        ("PurchaseOrderNumber in ('PO000001')", "not supported"),
        ("Nothing eq 1", "Could not find a property"),
    ):
        with pytest.raises(RequestRefused, match=said):
            source.api.get(f"data/{HEADERS}", {"$filter": condition})


def test_without_cross_company_only_the_users_own_company_is_seen(connect: SourceFor) -> None:
    body = connect().api.get(f"data/{HEADERS}", {"$select": "dataAreaId"})
    assert {row["dataAreaId"] for row in body["value"]} == {"us01"}


def test_an_answer_without_an_inner_error_is_told_in_its_own_words() -> None:
    refusal = CONNECTOR.explain(Answer(400, {"ms-dyn-aid": "7"}, {"error": {"code": "X", "message": "No."}}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.request_id) == (RequestRefused, "X: No.", "7")
