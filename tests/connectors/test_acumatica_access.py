"""Signing in to Acumatica, its seats, and what it says when something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.acumatica import CONNECTOR
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import (
    AuthenticationFailed,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Api, Patience
from tests.connectors.conftest import SourceFor, Unlimited, credentials_for
from tests.connectors.test_acumatica import NAME, NOW, found, keys
from tests.sandbox.clock import Clock
from tests.sandbox.dialects.acumatica.sessions import CLIENT
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox

EVER = Window(None, None)
APPLICATION = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
SIGN_INS: list[dict[str, str]] = [{}, APPLICATION]


def serving(**play: str) -> Any:
    return sandbox(generate(6, orders=60, now=NOW), [NAME], Clock(frozen_at=NOW), options={NAME: play})


@pytest.fixture
def served() -> Iterator[Sandbox]:
    with serving() as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(**options: Any) -> Source:
        return source_for(NAME, served, **{"page_size": 20, **options})

    return build


def api_of(credentials: Credentials, **settings: str) -> Api:
    """A client with one try for each request."""
    auth = CONNECTOR.authenticate(credentials, CONNECTOR.settings(**settings))
    return Api(credentials.base_url, auth, Unlimited(), CONNECTOR.explain, Patience(tries=1, longest_wait=0.01))


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_a_seat_is_free_again_after_each_read(sign_in: dict[str, str]) -> None:
    with serving(seats="1") as served:
        credentials = credentials_for(NAME, served, **sign_in)
        for _ in range(3):
            with api_of(credentials) as api:
                api.get("entity")
        assert served.world(NAME).log.count("/auth/logout", 204) == 3


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_a_seat_is_free_again_after_a_failure_too(sign_in: dict[str, str]) -> None:
    with serving(seats="1") as served:
        credentials = credentials_for(NAME, served, **sign_in)
        for _ in range(3):
            with pytest.raises(RequestRefused), api_of(credentials) as api:
                api.get("entity/Default/24.200.001/Nonsense")


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_h20_a_licence_without_a_free_seat_is_a_limit_and_not_a_wrong_login(sign_in: dict[str, str]) -> None:
    with serving(seats="1") as served:
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
    pages = CONNECTOR.fetch(connect(credentials=credentials_for(NAME, served, **sign_in)), EVER)
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
    with serving(refusals=refusals) as served:
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


FAULTS: list[tuple[str, dict[str, Any], type[OrderhouseError]]] = [
    ("rate_limited", {"seconds": 17}, RateLimitExceeded),
    ("server_error", {}, SourceUnavailable),
    ("unavailable", {}, SourceUnavailable),
    ("dropped_connection", {}, SourceUnavailable),
    ("truncated_json", {}, UnexpectedShape),
    ("html", {}, UnexpectedShape),
    ("wrong_shape", {}, UnexpectedShape),
    ("wrong_shape", {"value": [1]}, UnexpectedShape),
    ("wrong_shape", {"value": [{"Type": {"value": "Normal"}}]}, UnexpectedShape),
    ("wrong_shape", {"value": [{"Type": "Normal", "OrderNbr": "PO1"}]}, UnexpectedShape),
    (
        "wrong_shape",
        {"value": [{"Type": {"value": "Normal"}, "OrderNbr": {"value": "1"}, "Details": [1]}]},
        UnexpectedShape,
    ),
]


@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_no_orders(
    connect: SourceFor, served: Sandbox, kind: str, details: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect()
    served.world(NAME).faults.add(kind, path="PurchaseOrder", times=None, **details)
    with pytest.raises(error) as failed:
        found(CONNECTOR.fetch(source, EVER))
    assert "sandbox-password" not in str(failed.value)
    assert "PX.Api" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == 17


def test_h33_a_wrong_shape_of_vendors_or_receipts_is_not_nothing(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    for path in ("Vendor", "PurchaseReceipt"):
        served.world(NAME).faults.clear()
        served.world(NAME).faults.add("wrong_shape", path=path, times=None)
        with pytest.raises(UnexpectedShape):
            found(CONNECTOR.fetch(source, Window(NOW.replace(year=2020), None)))


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox) -> None:
    source = connect(patience=Patience(tries=3, longest_wait=0.01))
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
