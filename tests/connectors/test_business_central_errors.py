"""How Business Central says no, and what becomes of it: credentials, limits, outages, wrong shapes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Absent, Window
from include.orderhouse.connectors.business_central import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    ForeignHost,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from include.orderhouse.http.entra import NOT_LISTED
from tests.connectors.business_central_environment import (
    EVER,
    NAME,
    NOW,
    ROOT,
    TENANT,
    company,
    connect,
    fetched,
    found,
    keys,
    served,
)
from tests.connectors.conftest import SourceFor
from tests.connectors.faults import COMMON, misshapen
from tests.sandbox.company import Company
from tests.sandbox.dialects.business_central.values import guid
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


def test_h27_an_ignored_filter_shows_in_the_orders_that_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(undated_orders=False)
    served.world(NAME).faults.add("ignore_filter", times=None, path="purchaseOrders")
    assert fetched(source, Window(NOW - timedelta(seconds=1), NOW))


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
def test_a_token_that_expires_while_paging_is_renewed(
    connect: SourceFor, served: Sandbox, company: Company, kind: str
) -> None:
    pages = CONNECTOR.fetch(connect(page_size=20), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(4000)
    else:
        served.world(NAME).faults.add("expired_token", path="purchaseOrders")
    assert found([first, *pages]) == keys(company.orders.values())
    assert served.world(NAME).tokens.issued == 2


@pytest.mark.parametrize("wrong", [{"client_secret": "wr0ng-s3cret"}, {"client_id": "somebody"}])
def test_wrong_credentials_fail_as_such_and_are_not_shown(connect: SourceFor, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed) as failed:
        connect(secrets=wrong)
    assert "wr0ng-s3cret" not in str(failed.value)
    assert "sandbox-client-secret" not in str(failed.value)


def test_a_token_that_the_service_refuses_again_and_again_leads_to_its_list_of_applications(
    connect: SourceFor, served: Sandbox
) -> None:
    source = connect()
    served.world(NAME).faults.add("expired_token", times=None, path="purchaseOrders")
    with pytest.raises(AuthenticationFailed, match="on the page Microsoft Entra applications of Dynamics") as failed:
        fetched(source, EVER)
    assert failed.value.request_id


FAULTS = [
    *COMMON,
    *misshapen(
        {"value": {}},
        {"value": [1]},
        {"value": [{"id": "an order without lines"}]},
    ),
]


@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_no_orders(
    connect: SourceFor, served: Sandbox, kind: str, details: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect()
    served.world(NAME).faults.add(kind, path="purchaseOrders", times=None, **details)
    with pytest.raises(error) as failed:
        fetched(source, EVER)
    assert "sandbox-client-secret" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == 17
    if kind in ("rate_limited", "server_error", "unavailable"):
        assert failed.value.request_id
        assert "CorrelationId" not in failed.value.message


def test_h33_a_posted_invoice_that_names_no_order_is_named(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("wrong_shape", path="purchaseInvoices", value={"value": [{"id": TENANT}]})
    assert CONNECTOR.explain_absence is not None
    with pytest.raises(UnexpectedShape, match="orderId"):
        CONNECTOR.explain_absence(source, {f"{guid('company', 'US01')}/{TENANT}": Absent()})


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path="purchaseOrders", after=1)
    assert fetched(source, EVER) == keys(company.orders.values())


@pytest.mark.parametrize("place", ["page", "lines"])
def test_h31_a_link_to_another_host_is_not_followed(connect: SourceFor, served: Sandbox, place: str) -> None:
    source = connect()
    elsewhere = "http://198.51.100.7/steal"
    order = {"id": "x", "purchaseOrderLines": [], "purchaseOrderLines@odata.nextLink": elsewhere}
    body = {"value": [], "@odata.nextLink": elsewhere} if place == "page" else {"value": [order]}
    served.world(NAME).faults.add("wrong_shape", path="purchaseOrders", value=body)
    with pytest.raises(ForeignHost, match=r"198\.51\.100\.7"):
        fetched(source, EVER)


def test_h19_a_page_that_leads_to_itself_ends_the_read(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    link = f"{served.url(NAME)}/{ROOT}/api/v2.0/purchaseOrders?again"
    served.world(NAME).faults.add(
        "wrong_shape", path="purchaseOrders", times=None, value={"value": [], "@odata.nextLink": link}
    )
    with pytest.raises(UnexpectedShape, match="page itself"):
        fetched(source, EVER)


def test_h20_an_error_body_counts_even_with_status_200() -> None:
    body = {"error": {"code": "Authentication_InvalidCredentials", "message": "No.  CorrelationId:  " + TENANT + "."}}
    refusal = CONNECTOR.explain(Answer(200, {}, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.request_id) == (
        AuthenticationFailed,
        f"Authentication_InvalidCredentials: No: {NOT_LISTED}",
        TENANT,
    )


def test_a_route_that_does_not_exist_is_a_refused_request(connect: SourceFor) -> None:
    with pytest.raises(RequestRefused, match="No HTTP resource"):
        fetched(connect(orders_api="api/nobody/nothing/v1.0"), EVER)


def test_the_sandbox_refuses_or_over_distinct_fields_as_the_service_does(connect: SourceFor) -> None:
    source = connect()
    path = f"{ROOT}/api/v2.0/companies({guid('company', 'US01')})/purchaseOrders"
    with pytest.raises(RequestRefused, match="distinct fields"):
        source.api.get(path, params={"$filter": f"id eq {TENANT} or number eq 'PO000001'"})
