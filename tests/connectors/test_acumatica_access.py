"""Signing in to Acumatica, its endpoints and seats, and what it says when something goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.acumatica import CONNECTOR
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Api, Patience
from tests.connectors.acumatica_site import EVER, NAME, NOW, connect, found, keys, playing, served, small_company, still
from tests.connectors.conftest import SourceFor, Unlimited, credentials_for
from tests.connectors.faults import COMMON, misshapen
from tests.sandbox.dialects.acumatica.sessions import CLIENT
from tests.sandbox.running import Sandbox

__all__ = ["connect", "served", "still"]

APPLICATION = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
SIGN_INS: list[dict[str, str]] = [{}, APPLICATION]


def test_discovery_takes_the_newest_endpoint_of_contract_version_4_and_the_fields_of_customisations(
    connect: SourceFor, still: Sandbox
) -> None:
    source = connect(still)
    assert source.catalogue.details["version"] == "24.200.001"
    custom = set(source.catalogue.details["custom"])
    assert {"Document.UsrBudget", "Document.AttributeREVIEWDATE", "Details/Transactions.UsrDrawing"} <= custom
    assert source.api.source_time == NOW.replace(microsecond=0)
    types = ("Normal", "Blanket")
    assert connect(still, tenant="Orchard", order_types=types).catalogue.scope == ("Orchard", *types)


@pytest.mark.parametrize("wrong", [{"endpoint_version": "19.200.001"}, {"endpoint": "Nobody"}])
def test_an_endpoint_that_the_site_does_not_have_is_named(
    connect: SourceFor, still: Sandbox, wrong: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationInvalid, match=next(iter(wrong.values()))):
        connect(still, **wrong)


@pytest.mark.parametrize(
    ("versions", "asked"), [("26.200.001", ""), ("26.200.001,27.100.001", ""), ("24.200.001,26.200.001", "26.200.001")]
)
def test_an_endpoint_of_contract_version_5_is_refused_with_what_to_do(
    connect: SourceFor, still: Sandbox, versions: str, asked: str
) -> None:
    with playing(still.company, versions=versions) as served:
        with pytest.raises(ConfigurationInvalid, match="Contract Version 5") as refused:
            connect(served, endpoint_version=asked)
        assert ("24.200.001" if asked else "SM207060") in str(refused.value.action)
        assert served.world(NAME).log.count("/PurchaseOrder") == 0


def test_an_endpoint_of_ones_own_is_read_by_the_contract_it_has_and_not_by_its_version(
    connect: SourceFor, still: Sandbox
) -> None:
    with pytest.raises(ConfigurationInvalid, match="Contract Version 5"):
        connect(still, endpoint="Scratch")
    scanned = [entry for page in CONNECTOR.scan(connect(still, endpoint="MANUFACTURING")) for entry in page.keys]
    assert len(scanned) == len(still.company.orders)


def api_of(credentials: Credentials, **settings: str) -> Api:
    """A client with one try for each request."""
    auth = CONNECTOR.authenticate(credentials, CONNECTOR.settings(**settings))
    return Api(credentials.base_url, auth, Unlimited(), CONNECTOR.explain, Patience(tries=1, longest_wait=0.01))


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_a_seat_is_free_again_after_each_read(sign_in: dict[str, str]) -> None:
    with playing(small_company(), seats="1") as served:
        credentials = credentials_for(NAME, served, **sign_in)
        for _ in range(3):
            with api_of(credentials) as api:
                api.get("entity")
        assert served.world(NAME).log.count("/auth/logout", 204) == 3


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_a_seat_is_free_again_after_a_failure_too(sign_in: dict[str, str]) -> None:
    with playing(small_company(), seats="1") as served:
        credentials = credentials_for(NAME, served, **sign_in)
        for _ in range(3):
            with pytest.raises(RequestRefused), api_of(credentials) as api:
                api.get("entity/Default/24.200.001/Nonsense")


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_h20_a_licence_without_a_free_seat_is_a_limit_and_not_a_wrong_login(sign_in: dict[str, str]) -> None:
    with playing(small_company(), seats="1") as served:
        credentials = credentials_for(NAME, served, **sign_in)
        with api_of(credentials) as first:
            first.get("entity")
            with pytest.raises(RateLimitExceeded, match="API Login Limit"), api_of(credentials) as second:
                second.get("entity")
        with api_of(credentials) as third:
            third.get("entity")


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_a_session_that_ends_while_paging_is_opened_again(
    connect: SourceFor, served: Sandbox, kind: str, sign_in: dict[str, str]
) -> None:
    pages = CONNECTOR.fetch(connect(served, credentials=credentials_for(NAME, served, **sign_in)), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(4000)
    else:
        served.world(NAME).faults.add("expired_token", path="PurchaseOrder")
    assert found([first, *pages]) == keys(served.company.orders.values())
    assert served.world(NAME).tokens.issued == 2


@pytest.mark.parametrize("refusals", ["401", "500"])
@pytest.mark.parametrize("wrong", [{"password": "wr0ng-s3cret"}, {"login": "somebody"}])
def test_wrong_credentials_fail_as_such_and_are_not_shown(refusals: str, wrong: dict[str, str]) -> None:
    with playing(small_company(), refusals=refusals) as served:
        with pytest.raises(AuthenticationFailed, match="Invalid credentials") as failed:
            _ask(credentials_for(NAME, served, **wrong))
        assert "wr0ng-s3cret" not in str(failed.value)
        assert "sandbox-password" not in str(failed.value)


@pytest.mark.parametrize("wrong", [{"client_secret": "wr0ng-s3cret"}, {"password": "wr0ng-s3cret"}])
def test_a_wrong_application_or_user_fails_as_such(served: Sandbox, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed) as failed:
        _ask(credentials_for(NAME, served, **{**APPLICATION, **wrong}))
    assert "wr0ng-s3cret" not in str(failed.value)


def test_a_tenant_that_does_not_exist_is_a_failed_login(served: Sandbox) -> None:
    with pytest.raises(AuthenticationFailed):
        _ask(credentials_for(NAME, served), tenant="Nowhere")


def _ask(credentials: Credentials, **settings: str) -> None:
    with api_of(credentials, **settings) as api:
        api.get("entity")


FAULTS = [
    *COMMON,
    *misshapen(
        [1],
        [{"Type": {"value": "Normal"}}],
        [{"Type": "Normal", "OrderNbr": "PO1"}],
        [{"Type": {"value": "Normal"}, "OrderNbr": {"value": "1"}, "Details": [1]}],
    ),
]


@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_no_orders(
    connect: SourceFor, served: Sandbox, kind: str, details: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect(served)
    served.world(NAME).faults.add(kind, path="PurchaseOrder", times=None, **details)
    with pytest.raises(error) as failed:
        found(CONNECTOR.fetch(source, EVER))
    assert "sandbox-password" not in str(failed.value)
    assert "PX.Api" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == 17


def test_h33_a_wrong_shape_of_vendors_or_receipts_is_not_nothing(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served)
    for path in ("Vendor", "PurchaseReceipt"):
        served.world(NAME).faults.clear()
        served.world(NAME).faults.add("wrong_shape", path=path, times=None)
        with pytest.raises(UnexpectedShape):
            found(CONNECTOR.fetch(source, Window(NOW.replace(year=2020), None)))


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served, patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path="PurchaseOrder", after=1)
    assert found(CONNECTOR.fetch(source, EVER)) == keys(served.company.orders.values())


def test_the_stack_of_an_exception_is_not_shown() -> None:
    thrown = {
        "message": "An error has occurred.",
        "exceptionMessage": "Timeout expired.",
        "stackTrace": "at PX.Secret()",
    }
    refusal = CONNECTOR.explain(Answer(500, {}, thrown, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message) == (SourceUnavailable, "Timeout expired.")


@pytest.mark.parametrize(
    ("status", "error"), [(403, PermissionDenied), (404, RequestRefused), (429, RateLimitExceeded)]
)
def test_a_plain_message_is_judged_by_its_status(status: int, error: type[OrderhouseError]) -> None:
    refusal = CONNECTOR.explain(Answer(status, {}, {"message": "No."}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message) == (error, "No.")
