"""How NetSuite says no, and what becomes of it: tokens, keys, the concurrency limit, outages, wrong shapes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.netsuite import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    FilterIgnored,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
)
from include.orderhouse.http import Answer, Patience
from tests.connectors.conftest import SourceFor, credentials_for
from tests.connectors.faults import COMMON, misshapen
from tests.connectors.netsuite_account import (
    EVER,
    NAME,
    NOW,
    company,
    connect,
    fetched,
    found,
    keys,
    served,
)
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects import netsuite as dialect
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "connect", "served"]


def test_h19_h27_an_ignored_filter_ends_the_read_instead_of_going_round(connect: SourceFor, served: Sandbox) -> None:
    source = connect(page_size=20)
    served.world(NAME).faults.add("ignore_filter", times=None, path="suiteql")
    with pytest.raises(FilterIgnored):
        fetched(source, Window(NOW - timedelta(seconds=1), NOW))


def test_h27_a_line_of_an_order_that_was_not_asked_for_ends_the_read(
    connect: SourceFor, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = connect()
    post = source.api.post

    def post_with_another(path: str, body: Any, **other: Any) -> Any:
        answer = post(path, body, **other)
        if "FROM transactionline tl" in body["q"]:
            answer["items"].append({**answer["items"][0], "transaction": "999999999"})
        return answer

    monkeypatch.setattr(source.api, "post", post_with_another)
    with pytest.raises(FilterIgnored, match="lines of orders that were not asked for"):
        list(CONNECTOR.read(source, [str(next(iter(company.orders)))]))


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


FAULTS = [
    *COMMON,
    *misshapen(
        {"items": {}, "hasMore": False},
        {"items": [1], "hasMore": False},
        {"items": []},
        {"items": [], "hasMore": False},
        {"items": [{"n": "many"}], "hasMore": False},
    ),
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
