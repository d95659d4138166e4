"""Sessions of SAP Business One, and what it says when something goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.connectors.sap_business_one import CONNECTOR
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
from include.orderhouse.http import Answer, Api, Patience
from tests.connectors.conftest import SourceFor, Unlimited, credentials_for
from tests.connectors.faults import COMMON, misshapen
from tests.connectors.sap_business_one_server import EVER, NAME, company, connect, found, keys, play, served
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "play", "served"]


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_session_that_ends_while_paging_is_opened_again_and_the_request_replayed(
    connect: SourceFor, served: Sandbox, kind: str, version: str
) -> None:
    pages = CONNECTOR.fetch(connect(served, version=version), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(31 * 60)
    else:
        served.world(NAME).faults.add("expired_token", path="PurchaseOrders")
    assert found([first, *pages]) == keys(served.company.orders.values())
    assert served.world(NAME).log.count("/Login", 200) == 2


def test_a_session_is_given_back(served: Sandbox) -> None:
    with api_of(served) as api:
        api.get("b1s/v1/PurchaseOrders")
    log = served.world(NAME).log
    assert (log.count("/Login", 200), log.count("/Logout", 204)) == (1, 1)


def test_a_session_is_given_back_after_a_failure_too(served: Sandbox) -> None:
    served.world(NAME).faults.add("server_error", path="PurchaseOrders")
    with pytest.raises(SourceUnavailable), api_of(served) as api:
        api.get("b1s/v1/PurchaseOrders")
    log = served.world(NAME).log
    assert (log.count("/Login", 200), log.count("/Logout", 204)) == (1, 1)


def api_of(served: Sandbox) -> Api:
    credentials = credentials_for(NAME, served)
    auth = CONNECTOR.authenticate(credentials, CONNECTOR.settings(company_db="SBO_ORCHARD"))
    return Api(credentials.base_url, auth, Unlimited(), CONNECTOR.explain, Patience(tries=1, longest_wait=0.01))


@pytest.mark.parametrize("wrong", [{"password": "wr0ng-s3cret"}, {"login": "somebody"}])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_wrong_credentials_fail_as_such_and_are_not_shown(
    connect: SourceFor, served: Sandbox, wrong: dict[str, str], version: str
) -> None:
    with pytest.raises(AuthenticationFailed, match="Fail to get DB Credentials") as failed:
        connect(served, credentials=credentials_for(NAME, served, **wrong), version=version)
    assert "wr0ng-s3cret" not in str(failed.value)
    assert "sandbox-password" not in str(failed.value)


def test_a_company_database_that_does_not_exist_is_a_failed_login(connect: SourceFor, served: Sandbox) -> None:
    with pytest.raises(AuthenticationFailed):
        connect(served, company_db="SBO_NOWHERE")


def test_a_missing_password_is_named(connect: SourceFor, served: Sandbox) -> None:
    with pytest.raises(ConfigurationInvalid, match="password"):
        connect(served, credentials=credentials_for(NAME, served, password=""))


FAULTS = [
    *COMMON,
    *misshapen(
        {"value": {}},
        {"value": [1]},
        {"value": [{"DocEntry": 1}]},
    ),
]


@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_no_orders(
    connect: SourceFor, served: Sandbox, kind: str, details: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect(served)
    served.world(NAME).faults.add(kind, path="PurchaseOrders", times=None, **details)
    with pytest.raises(error) as failed:
        found(CONNECTOR.fetch(source, EVER))
    assert "sandbox-password" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == 17


@pytest.mark.parametrize("path", ["QueryService", "BusinessPartners", "Items"])
def test_h33_a_wrong_shape_of_what_belongs_to_orders_is_not_nothing(
    connect: SourceFor, served: Sandbox, path: str
) -> None:
    source = connect(served)
    served.world(NAME).faults.add("wrong_shape", path=path, times=None)
    with pytest.raises(UnexpectedShape):
        found(CONNECTOR.fetch(source, EVER))


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served, patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path="PurchaseOrders", after=1)
    assert found(CONNECTOR.fetch(source, EVER)) == keys(served.company.orders.values())


def test_an_outage_of_the_login_is_an_outage(connect: SourceFor, served: Sandbox) -> None:
    served.world(NAME).faults.add("unavailable", path="/Login", times=None)
    with pytest.raises(SourceUnavailable):
        connect(served)


def test_h31_next_links_are_never_followed(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served, read_drawn_documents=False)
    order = {"DocEntry": 7, "DocumentLines": []}
    body = {"value": [order], "odata.nextLink": "http://198.51.100.7/steal"}
    served.world(NAME).faults.add("wrong_shape", path="PurchaseOrders", times=None, value=body)
    with pytest.raises(FilterIgnored):
        found(CONNECTOR.fetch(source, EVER))


@pytest.mark.parametrize("message", ["No.", {"lang": "en-us", "value": "No."}])
@pytest.mark.parametrize("code", [301, "301", -304])
def test_h20_an_error_body_counts_even_with_status_200(message: Any, code: Any) -> None:
    refusal = CONNECTOR.explain(Answer(200, {}, {"error": {"code": code, "message": message}}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message) == (AuthenticationFailed, f"{code}: No.")


def test_a_refused_query_names_the_services_words(connect: SourceFor, served: Sandbox) -> None:
    with pytest.raises(RequestRefused, match="Could not find a property named 'Nonsense'"):
        connect(served).api.get("b1s/v1/PurchaseOrders", params={"$filter": "Nonsense eq 1"})


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served)
    served.world(NAME).faults.add("new_field", path="PurchaseOrders", field="Surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path="PurchaseOrders", field="NumAtCard", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["Surprise"]), r["NumAtCard"]) for r in page.records} == {((1,), 7)}
