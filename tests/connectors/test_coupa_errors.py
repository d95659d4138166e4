"""How Coupa says no, and what becomes of it: clients, scopes, tokens, limits, outages, wrong shapes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from include.orderhouse.connector import Source
from include.orderhouse.connectors.coupa import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    ForeignHost,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer
from include.orderhouse.protocols.coupa_core import NothingFound, records
from tests.connectors.conftest import SourceFor, credentials_for
from tests.connectors.coupa_instance import EVER, NAME, company, fetched, instance, source
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox

__all__ = ["company", "instance", "source"]


@pytest.mark.parametrize("wrong", [{"client_secret": "s3cret-wrong"}, {"client_id": "nobody"}, {"scope": "core.all"}])
def test_wrong_credentials_fail_authentication(instance: Sandbox, source_for: SourceFor, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        source_for(NAME, instance, credentials=credentials_for(NAME, instance, **wrong))
    assert "s3cret-wrong" not in str(caught.value)


def test_a_scope_that_the_client_does_not_have_is_told_apart_from_a_wrong_secret(
    instance: Sandbox, source_for: SourceFor
) -> None:
    with pytest.raises(AuthenticationFailed, match=r"does not grant 'core\.all'") as caught:
        source_for(NAME, instance, credentials=credentials_for(NAME, instance, scope="core.all"))
    assert "secret" not in caught.value.action
    assert "scope" in caught.value.action


def test_a_missing_scope_is_named(instance: Sandbox, source_for: SourceFor) -> None:
    with pytest.raises(PermissionDenied, match="Insufficient scope"):
        source_for(NAME, instance, credentials=credentials_for(NAME, instance, scope="core.common.read"))


def test_a_token_that_expires_while_fetching_is_renewed(instance: Sandbox, source: Source, company: Company) -> None:
    instance.world(NAME).faults.add("expired_token", after=2)
    assert sorted(fetched(source, EVER)) == sorted(company.orders)
    assert instance.world(NAME).tokens.issued == 2


def test_a_token_lives_for_a_day(instance: Sandbox, source: Source) -> None:
    fetched(source, EVER)
    assert instance.world(NAME).tokens.issued == 1
    instance.clock.advance(86_400)
    fetched(source, EVER)
    assert instance.world(NAME).tokens.issued == 2


def test_a_token_that_is_never_accepted_fails_authentication(instance: Sandbox, source: Source) -> None:
    instance.world(NAME).faults.add("expired_token", times=None)
    with pytest.raises(AuthenticationFailed):
        fetched(source, EVER)


def test_a_rate_limit_tells_how_long_to_wait(instance: Sandbox, source: Source) -> None:
    instance.world(NAME).faults.add("rate_limited", seconds=90)
    with pytest.raises(RateLimitExceeded, match="Rate limit exceeded") as caught:
        fetched(source, EVER)
    assert caught.value.retry_after == 90


def test_a_rate_limit_may_not_tell_how_long_to_wait(instance: Sandbox, source: Source) -> None:
    instance.world(NAME).faults.add("rate_limited", times=None)
    with pytest.raises(RateLimitExceeded) as caught:
        fetched(source, EVER)
    assert caught.value.retry_after is None


@pytest.mark.parametrize("kind", ["server_error", "unavailable", "dropped_connection"])
def test_outages_are_tried_again(instance: Sandbox, source: Source, company: Company, kind: str) -> None:
    instance.world(NAME).faults.add(kind, times=1)
    assert len(fetched(source, EVER)) == len(company.orders)
    instance.world(NAME).faults.add(kind, times=None)
    with pytest.raises(SourceUnavailable):
        fetched(source, EVER)


@pytest.mark.parametrize("kind", ["html", "truncated_json", "wrong_shape"])
def test_a_wrong_shape_is_never_read_as_no_orders(instance: Sandbox, source: Source, kind: str) -> None:
    """H33."""
    instance.world(NAME).faults.add(kind, times=None)
    with pytest.raises(UnexpectedShape):
        fetched(source, EVER)


@pytest.mark.parametrize("value", [{}, [1], [{"no": "id"}], [{"id": "7"}], {"purchase_orders": []}])
def test_a_list_of_another_type_is_a_wrong_shape(instance: Sandbox, source: Source, value: Any) -> None:
    """H33."""
    instance.world(NAME).faults.add("wrong_shape", times=None, value=value)
    with pytest.raises(UnexpectedShape):
        list(CONNECTOR.scan(source))


def test_a_time_of_another_form_is_a_wrong_shape(instance: Sandbox, source: Source) -> None:
    instance.world(NAME).faults.add("wrong_shape", value=[{"id": 1, "updated-at": "yesterday"}])
    with pytest.raises(UnexpectedShape, match="yesterday"):
        list(CONNECTOR.scan(source))


def test_a_path_that_does_not_exist_is_not_read_as_nothing_found(source: Source) -> None:
    """H33: of the two kinds of 404 only the API's own means that no row meets the conditions."""
    with pytest.raises(RequestRefused) as caught:
        source.api.get("api/purchase_ordres")
    assert not isinstance(caught.value, NothingFound)
    with pytest.raises(RequestRefused, match="Not Found"):
        records(source.api, "purchase_ordres", {})
    with pytest.raises(NothingFound):
        source.api.get("api/purchase_orders", params={"id": "0"})


def test_a_query_that_is_wrong_is_refused_in_the_systems_words(source: Source) -> None:
    with pytest.raises(RequestRefused, match="Unknown attribute nowhere"):
        source.api.get("api/purchase_orders", params={"nowhere": "1"})


def test_a_link_to_another_host_is_refused(source: Source) -> None:
    """H31."""
    with pytest.raises(ForeignHost):
        source.api.get("http://elsewhere.example/api/purchase_orders")


def test_without_asking_for_json_xml_comes(instance: Sandbox) -> None:
    """The sandbox is as strict as the system: a client must ask for JSON."""
    url, known = instance.url(NAME), instance.world(NAME).credentials
    form = {**known, "grant_type": "client_credentials", "scope": "core.purchase_order.read"}
    token = httpx.post(f"{url}/oauth2/token", data=form).json()["access_token"]
    answer = httpx.get(
        f"{url}/api/purchase_orders?limit=1", headers={"Authorization": f"Bearer {token}", "Accept": "*/*"}
    )
    assert answer.text.startswith("<?xml")
    assert "<po-number>" in answer.text


@pytest.mark.parametrize(
    ("status", "body", "text", "error"),
    [
        (401, {"error": "invalid_token", "error_description": "expired"}, "", AuthenticationFailed),
        (403, {"errors": {"base": ["Insufficient scope. Required scope: core.supplier.read"]}}, "", PermissionDenied),
        (404, {"errors": {"base": ["none"]}}, "", NothingFound),
        (404, None, "<?xml version='1.0'?><errors><error>none</error></errors>", NothingFound),
        (404, {"status": 404, "error": "Not Found"}, "", RequestRefused),
        (404, {"errors": "no route"}, "", RequestRefused),
        (404, None, "<fault><error>no route</error></fault>", RequestRefused),
        (400, {"errors": {"updated-at": ["is invalid"]}}, "", RequestRefused),
        (422, {"errors": "wrong"}, "", RequestRefused),
        (429, {"errors": {"base": ["slow down"]}}, "", RateLimitExceeded),
    ],
)
def test_errors_are_told_by_status_and_words(status: int, body: Any, text: str, error: type[Exception]) -> None:
    """H20."""
    refusal = CONNECTOR.explain(Answer(status, {}, body, text))
    assert refusal is not None
    assert refusal.error is error


@pytest.mark.parametrize(
    ("body", "text", "words"),
    [
        ({"errors": {"base": ["one", "two"], "status": ["three"]}}, "", "one; two; three"),
        ({"errors": {"base": "is invalid"}}, "", "is invalid"),
        ({"errors": "wrong"}, "", "wrong: no description"),
        ({"error": "invalid_request", "error_description": "no such field"}, "", "invalid_request: no such field"),
        (None, "<errors><error>\n  one</error><error>two</error></errors>", "one; two"),
    ],
)
def test_an_error_is_told_in_the_systems_words_in_whatever_form(body: Any, text: str, words: str) -> None:
    refusal = CONNECTOR.explain(Answer(422, {"retry-after": "5"}, body, text))
    assert refusal is not None
    assert (refusal.message, refusal.retry_after) == (f"status 422: {words}", 5.0)
