"""Signing in to SAP S/4HANA, and what becomes of its errors, outages and odd answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.connectors.sap_s4hana import CONNECTOR
from include.orderhouse.connectors.sap_s4hana.service import SERVICES
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    ForeignHost,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer
from tests.connectors.conftest import SourceFor, credentials_for
from tests.connectors.sap_s4hana_system import NAME, NOW, company, fetched, sap, source, v4
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "sap", "source", "v4"]


def test_an_expired_token_is_renewed_in_the_middle_of_a_fetch(sap: Sandbox, source_for: SourceFor) -> None:
    told = credentials_for(NAME, sap, token_url="{url}/sap/bc/sec/oauth2/token")
    source = source_for(NAME, sap, credentials=told, authentication="oauth", page_size=100)
    sap.world(NAME).faults.add("expired_token", after=1)
    assert len(fetched(source)) == 300
    assert sap.world(NAME).tokens.issued == 2


@pytest.mark.parametrize(
    ("authentication", "wrong"),
    [("basic", "password"), ("oauth", "client_secret"), ("api_key", "api_key")],
)
def test_wrong_credentials_say_so_and_show_no_secret(
    authentication: str, wrong: str, sap: Sandbox, source_for: SourceFor
) -> None:
    changed = {"token_url": "{url}/sap/bc/sec/oauth2/token", wrong: "very-secret-and-wrong"}
    told = credentials_for(NAME, sap, **changed)
    with pytest.raises(AuthenticationFailed) as failure:
        source_for(NAME, sap, credentials=told, authentication=authentication)
    assert "very-secret" not in str(failure.value)


def test_an_api_key_is_accepted(sap: Sandbox, source_for: SourceFor) -> None:
    assert len(fetched(source_for(NAME, sap, authentication="api_key"))) == 300


def test_a_rate_limit_tells_how_long_to_wait(v4: Source, sap: Sandbox) -> None:
    sap.world(NAME).faults.add("rate_limited", times=None, seconds=90)
    with pytest.raises(RateLimitExceeded, match="Quota") as failure:
        fetched(v4)
    assert failure.value.retry_after == 90


@pytest.mark.parametrize("status", [500, 503])
def test_an_outage_is_worth_another_try(status: int, source: Source, sap: Sandbox) -> None:
    sap.world(NAME).faults.add("server_error", times=1, status=status)
    assert len(fetched(source)) == 300
    sap.world(NAME).faults.add("server_error", times=None, status=status)
    with pytest.raises(SourceUnavailable):
        fetched(source)


def test_a_refused_request_carries_saps_words_and_transaction(source: Source) -> None:
    service = SERVICES[source.settings.service]
    with pytest.raises(RequestRefused, match="NoSuchField") as failure:
        source.api.get(f"{service.root}/{service.orders}", {"$filter": "NoSuchField eq 1"})
    assert failure.value.request_id


NOT_ACTIVATED = ("/IWFND/MED/170", "No service found for namespace 'SAP'")
NOT_ALLOWED = ("/IWFND/CM_MGW/004", "No authorization to access Service")


def in_xml(code: str, message: str) -> Answer:
    """An error as SAP Gateway answers it where XML is asked for, as it is with ``$metadata``."""
    words = message.replace("'", "&apos;")
    return Answer(
        403,
        {},
        None,
        '<?xml version="1.0" encoding="utf-8"?>'
        '<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
        f'<code>{code}</code><message xml:lang="en">{words}</message><innererror><application>'
        "<component_id/></application><transactionid>T1</transactionid></innererror></error>",
    )


def in_json(code: str, message: str) -> Answer:
    error = {"code": code, "message": {"lang": "en", "value": message}, "innererror": {"transactionid": "T1"}}
    return Answer(403, {}, {"error": error}, "")


@pytest.mark.parametrize("written", [in_xml, in_json])
@pytest.mark.parametrize(("said", "error"), [(NOT_ACTIVATED, RequestRefused), (NOT_ALLOWED, PermissionDenied)])
def test_h20_a_service_that_is_not_activated_is_told_apart_from_a_missing_right(
    written: Callable[[str, str], Answer], said: tuple[str, str], error: type[OrderhouseError]
) -> None:
    """SAP answers both with 403; the first request, for the description of the service, is answered in XML."""
    refusal = CONNECTOR.explain(written(*said))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.request_id) == (error, ": ".join(said), "T1")


@pytest.mark.parametrize(
    ("status", "detail", "error"),
    [
        (500, {"errorcode": "policies.ratelimit.SpikeArrestViolation"}, RateLimitExceeded),
        (500, {"errorcode": "oauth.v2.InvalidApiKeyForGivenResource"}, AuthenticationFailed),
        (500, {"errorcode": "steps.oauth.v2.FailedToResolveAPIKey"}, AuthenticationFailed),
        (503, {"errorcode": "messaging.adaptors.http.flow.ServiceUnavailable"}, None),
        (500, "policies.ratelimit.SpikeArrestViolation", None),
    ],
)
def test_h20_a_fault_of_api_management_is_judged_by_its_code_or_else_by_its_status(
    status: int, detail: Any, error: type[OrderhouseError] | None
) -> None:
    """Older proxies of it answer 500 to whatever a policy refuses."""
    fault = {"faultstring": "No", "detail": detail}
    refusal = CONNECTOR.explain(Answer(status, {"retry-after": "5"}, {"fault": fault}, ""))
    told = refusal and (refusal.error, refusal.message, refusal.retry_after)
    assert told == (error and (error, f"{detail['errorcode']}: No", 5.0))


def test_an_error_page_of_whatever_stands_in_front_is_left_to_its_status() -> None:
    assert CONNECTOR.explain(Answer(502, {}, None, "<html><error>Bad gateway</error></html>")) is None


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>Log on<br></body></html>",
        "\n<HTML><body>SAML<meta></body></HTML>",
        "<html><p/></html>",
    ],
)
def test_h33_a_login_page_in_place_of_the_services_description_is_called_so(
    page: str, sap: Sandbox, source_for: SourceFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that happens to be well-formed XML: it would look like a service without fields."""
    source = source_for(NAME, sap)
    monkeypatch.setattr(source.api, "get_text", lambda *_, **__: page)
    with pytest.raises(UnexpectedShape, match="is a web page") as failure:
        CONNECTOR.discover(source)
    assert "login page" in failure.value.action


@pytest.mark.parametrize("fault", ["wrong_shape", "html", "truncated_json"])
def test_another_shape_is_never_read_as_no_orders(fault: str, source: Source, sap: Sandbox) -> None:
    """H33."""
    sap.world(NAME).faults.add(fault, times=None)
    with pytest.raises(UnexpectedShape):
        fetched(source)


def test_an_order_whose_lines_are_missing_is_an_error(v4: Source, sap: Sandbox) -> None:
    """H33: an order without its expanded lines would look like one that has none."""
    shape = {"value": [{"PurchaseOrder": "4500000001", "CompanyCode": "US01"}]}
    sap.world(NAME).faults.add("wrong_shape", times=None, value=shape)
    with pytest.raises(UnexpectedShape, match="_PurchaseOrderItem"):
        fetched(v4)


def test_a_filter_that_is_ignored_ends_the_paging(v4: Source, sap: Sandbox) -> None:
    """H27, H19: the same first page for ever would be an endless loop."""
    sap.world(NAME).faults.add("ignore_filter", times=None)
    with pytest.raises(FilterIgnored):
        fetched(v4)


def test_a_link_to_another_host_is_refused(company: Company, source_for: SourceFor) -> None:
    """H31."""
    options = {NAME: {"lines_at_once": "2", "link_base": "http://localhost:9"}}
    with sandbox(company, [NAME], Clock(NOW), options=options) as foreign:
        source = source_for(NAME, foreign, service="v2")
        with pytest.raises(ForeignHost):
            fetched(source)
