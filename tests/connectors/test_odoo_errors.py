"""How Odoo says no, and what becomes of it: wrong keys, limits, outages, wrong shapes."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.connectors.odoo import CONNECTOR
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
from tests.connectors.conftest import SourceFor, credentials_for
from tests.connectors.odoo_server import EVER, NAME, NOW, VERSIONS, company, fetched, odoo, source
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "odoo", "source"]


@pytest.mark.parametrize(
    ("version", "wrong"),
    [(version, {"password": "s3cret-wrong-key"}) for version in VERSIONS] + [("18", {"login": "nobody"})],
)
def test_wrong_credentials_fail_authentication(
    company: Company, source_for: SourceFor, version: str, wrong: dict[str, str]
) -> None:
    with (
        sandbox(company, [NAME], Clock(NOW), options={NAME: {"version": version}}) as running,
        pytest.raises(AuthenticationFailed) as caught,
    ):
        source_for(NAME, running, credentials=credentials_for(NAME, running, **wrong))
    assert "s3cret-wrong-key" not in str(caught.value)


def test_a_database_that_does_not_exist_is_a_wrong_request(odoo: Sandbox, source_for: SourceFor) -> None:
    with pytest.raises(RequestRefused, match='database "elsewhere" does not exist'):
        source_for(NAME, odoo, credentials=credentials_for(NAME, odoo, database="elsewhere"))


def test_a_key_that_expires_while_fetching_fails_authentication(odoo: Sandbox, source: Source) -> None:
    """API keys end after three months at most, and nothing renews them."""
    odoo.world(NAME).faults.add("expired_token", after=3)
    with pytest.raises(AuthenticationFailed, match="Access Denied") as caught:
        fetched(source, EVER)
    assert odoo.world(NAME).credentials["password"] not in str(caught.value)


def test_json2_refuses_an_expired_key_in_its_own_words(company: Company, source_for: SourceFor) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"version": "19"}}) as running:
        source = source_for(NAME, running)
        running.world(NAME).faults.add("expired_token", times=None)
        with pytest.raises(AuthenticationFailed, match="Invalid apikey"):
            fetched(source, EVER)


def test_signing_in_happens_once(odoo: Sandbox, source: Source) -> None:
    fetched(source, EVER)
    uids = [record for record in odoo.world(NAME).log.records if not record.note]
    assert len(uids) == 2, "one for the version, one to sign in"


def test_a_rate_limit_tells_how_long_to_wait(odoo: Sandbox, source: Source) -> None:
    odoo.world(NAME).faults.add("rate_limited", seconds=90)
    with pytest.raises(RateLimitExceeded) as caught:
        fetched(source, EVER)
    assert caught.value.retry_after == 90


def test_a_rate_limit_on_signing_in_tells_how_long_to_wait(odoo: Sandbox, source_for: SourceFor) -> None:
    """A proxy's 429, which is no JSON-RPC, is a limit and not an outage."""
    odoo.world(NAME).faults.add("rate_limited", seconds=90, times=None)
    with pytest.raises(RateLimitExceeded) as caught:
        source_for(NAME, odoo, protocol="jsonrpc")
    assert caught.value.retry_after == 90


@pytest.mark.parametrize(
    ("kind", "error"),
    [("server_error", SourceUnavailable), ("unavailable", SourceUnavailable), ("html", UnexpectedShape)],
)
def test_what_is_no_sign_in_is_judged_like_any_answer(
    odoo: Sandbox, source_for: SourceFor, kind: str, error: type[Exception]
) -> None:
    odoo.world(NAME).faults.add(kind, times=None)
    with pytest.raises(error):
        source_for(NAME, odoo, protocol="jsonrpc")
    odoo.world(NAME).faults.clear()
    odoo.world(NAME).faults.add(kind)
    assert source_for(NAME, odoo, protocol="jsonrpc").catalogue.scope


@pytest.mark.parametrize("kind", ["server_error", "unavailable", "dropped_connection"])
def test_outages_are_tried_again(odoo: Sandbox, source: Source, kind: str) -> None:
    odoo.world(NAME).faults.add(kind, times=None)
    with pytest.raises(SourceUnavailable):
        fetched(source, EVER)


@pytest.mark.parametrize("kind", ["html", "truncated_json", "wrong_shape"])
def test_a_wrong_shape_is_never_read_as_no_orders(odoo: Sandbox, source: Source, kind: str) -> None:
    """H33."""
    odoo.world(NAME).faults.add(kind, times=None)
    with pytest.raises(UnexpectedShape):
        fetched(source, EVER)


@pytest.mark.parametrize(
    "value", [{"result": "none"}, {"result": [1]}, {"result": [{"name": "x"}]}, {"result": False}, []]
)
def test_a_result_of_another_type_is_a_wrong_shape(odoo: Sandbox, source: Source, value: Any) -> None:
    """H33."""
    odoo.world(NAME).faults.add("wrong_shape", times=None, value=value)
    with pytest.raises(UnexpectedShape):
        list(CONNECTOR.scan(source))


def test_a_redirect_to_another_host_is_refused(odoo: Sandbox, source: Source) -> None:
    """H31: Odoo has no links; the key stays with the connection's own host."""
    with pytest.raises(ForeignHost):
        source.api.post("http://elsewhere.example/jsonrpc", {})


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("odoo.exceptions.AccessError", 200, PermissionDenied),
        ("odoo.http.SessionExpiredException", 200, AuthenticationFailed),
        ("werkzeug.exceptions.TooManyRequests", 200, RateLimitExceeded),
        ("psycopg2.errors.SerializationFailure", 200, SourceUnavailable),
        ("psycopg2.errors.DeadlockDetected", 200, SourceUnavailable),
        ("psycopg2.errors.LockNotAvailable", 200, SourceUnavailable),
        ("psycopg2.errors.QueryCanceled", 200, SourceUnavailable),
        ("psycopg2.errors.InFailedSqlTransaction", 200, SourceUnavailable),
        ("psycopg2.errors.AdminShutdown", 200, SourceUnavailable),
        ("psycopg2.errors.CrashShutdown", 200, SourceUnavailable),
        ("psycopg2.errors.CannotConnectNow", 200, SourceUnavailable),
        ("psycopg2.errors.TooManyConnections", 200, SourceUnavailable),
        ("psycopg2.errors.OutOfMemory", 200, SourceUnavailable),
        ("psycopg2.errors.DiskFull", 200, SourceUnavailable),
        ("psycopg2.errors.UndefinedColumn", 200, RequestRefused),
        ("psycopg2.OperationalError", 200, SourceUnavailable),
        ("psycopg2.InterfaceError", 200, SourceUnavailable),
        ("psycopg2.pool.PoolError", 200, SourceUnavailable),
        ("odoo.sql_db.PoolError", 200, SourceUnavailable),
        ("builtins.MemoryError", 200, SourceUnavailable),
        ("werkzeug.exceptions.Unauthorized", 200, AuthenticationFailed),
        ("werkzeug.exceptions.Forbidden", 200, PermissionDenied),
        ("builtins.ValueError", 200, RequestRefused),
    ],
)
def test_errors_behind_status_200_are_told_by_their_name(name: str, status: int, error: type[Exception]) -> None:
    """H20: error.code is always 200. What only says that the database is away, or busy, is no wrong request."""
    body = {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": {"name": name}}}
    refusal = CONNECTOR.explain(Answer(status, {}, body, ""))
    assert refusal is not None
    assert refusal.error is error
