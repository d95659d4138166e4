"""How a Frappe site says no, and what becomes of it: wrong keys, limits, outages, wrong shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.erpnext import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    ForeignHost,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer
from include.orderhouse.protocols.frappe import DocumentMissing, read_time
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox

NAME = "erpnext"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
EVER = Window(None, None)


@pytest.fixture
def site() -> Iterator[Sandbox]:
    with sandbox(generate(11, orders=60, now=NOW), [NAME], Clock(NOW)) as running:
        yield running


@pytest.fixture
def source(site: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, site, page_size=20)


def fetched(source: Source) -> list[Any]:
    return [order["name"] for page in CONNECTOR.fetch(source, EVER) for order in page.records]


@pytest.mark.parametrize("wrong", [{"password": "s3cret-wrong"}, {"login": "nobody"}])
def test_wrong_credentials_fail_authentication(site: Sandbox, source_for: SourceFor, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        source_for(NAME, site, credentials=credentials_for(NAME, site, **wrong))
    assert "s3cret-wrong" not in str(caught.value)


def test_a_key_that_is_made_anew_while_fetching_fails_authentication(site: Sandbox, source: Source) -> None:
    site.world(NAME).faults.add("expired_token", after=4)
    with pytest.raises(AuthenticationFailed) as caught:
        fetched(source)
    assert site.world(NAME).credentials["password"] not in str(caught.value)


def test_a_sites_limit_in_plain_text_tells_how_long_to_wait(site: Sandbox, source: Source) -> None:
    site.world(NAME).faults.add("rate_limited", seconds=90)
    with pytest.raises(RateLimitExceeded, match="Too Many Requests") as caught:
        fetched(source)
    assert caught.value.retry_after == 90


def test_a_limit_of_an_endpoint_does_not_tell_how_long_to_wait(site: Sandbox, source: Source) -> None:
    site.world(NAME).faults.add("rate_limited", times=None)
    with pytest.raises(RateLimitExceeded, match="You hit the rate limit") as caught:
        fetched(source)
    assert caught.value.retry_after is None


def test_a_budget_that_begins_anew_is_waited_for() -> None:
    answer = Answer(429, {"x-ratelimit-reset": "77"}, None, "Too Many Requests")
    refusal = CONNECTOR.explain(answer)
    assert refusal is not None
    assert (refusal.error, refusal.retry_after) == (RateLimitExceeded, 77)


def test_a_limit_that_is_enforced_is_respected(site: Sandbox, source: Source) -> None:
    site.world(NAME).limits.set(requests_per_minute=3)
    with pytest.raises(RateLimitExceeded) as caught:
        fetched(source)
    assert caught.value.retry_after == 60


@pytest.mark.parametrize("kind", ["server_error", "unavailable", "dropped_connection"])
def test_outages_are_tried_again(site: Sandbox, source: Source, kind: str) -> None:
    site.world(NAME).faults.add(kind, times=1)
    assert len(fetched(source)) == 60
    site.world(NAME).faults.add(kind, times=None)
    with pytest.raises(SourceUnavailable):
        fetched(source)


@pytest.mark.parametrize("kind", ["html", "truncated_json", "wrong_shape"])
def test_a_wrong_shape_is_never_read_as_no_orders(site: Sandbox, source: Source, kind: str) -> None:
    """H33."""
    site.world(NAME).faults.add(kind, times=None)
    with pytest.raises(UnexpectedShape):
        fetched(source)


@pytest.mark.parametrize(
    "value", [{"message": None}, {"message": [1]}, {"message": [{"no": "name"}]}, {"data": []}, []]
)
def test_a_message_of_another_type_is_a_wrong_shape(site: Sandbox, source: Source, value: Any) -> None:
    """H33."""
    site.world(NAME).faults.add("wrong_shape", times=None, path="get_list", value=value)
    with pytest.raises(UnexpectedShape):
        list(CONNECTOR.scan(source))


def test_a_document_without_lines_is_a_wrong_shape(site: Sandbox, source_for: SourceFor) -> None:
    """H33: an order whose lines are missing is not an order without lines."""
    source = source_for(NAME, site, lines="documents")
    site.world(NAME).faults.add("wrong_shape", times=None, path="/api/resource/", value={"data": {"name": "X"}})
    with pytest.raises(UnexpectedShape, match="items"):
        fetched(source)


def test_lines_of_other_orders_mean_that_filters_are_dropped(site: Sandbox, source: Source) -> None:
    """H27."""
    rows = [{"name": "a", "parent": "PUR-ORD-1999-00001"}]
    site.world(NAME).faults.add("wrong_shape", times=None, path="get_list", after=1, value={"message": rows})
    with pytest.raises(FilterIgnored, match="rows of other orders"):
        fetched(source)


def test_a_time_of_another_form_is_a_wrong_shape() -> None:
    for told in ("yesterday", 1790000000, None):
        with pytest.raises(UnexpectedShape):
            read_time(told)


def test_a_redirect_to_another_host_is_refused(source: Source) -> None:
    """H31."""
    with pytest.raises(ForeignHost):
        source.api.get("http://elsewhere.example/api/resource/Purchase%20Order")


@pytest.mark.parametrize(
    ("status", "name", "error"),
    [
        (401, "AuthenticationError", AuthenticationFailed),
        (400, "InvalidAuthorizationToken", AuthenticationFailed),
        (403, "PermissionError", PermissionDenied),
        (404, "DoesNotExistError", DocumentMissing),
        (409, "TimestampMismatchError", RequestRefused),
        (417, "ValidationError", RequestRefused),
        (500, "QueryTimeoutError", SourceTimeout),
        (500, "OperationalError", SourceUnavailable),
        (503, "SessionStopped", SourceUnavailable),
        (403, "SomeAppsOwnError", PermissionDenied),
    ],
)
def test_exceptions_are_told_by_their_name(status: int, name: str, error: type[Exception]) -> None:
    said = json.dumps([json.dumps({"message": "Something <b>is</b> wrong"})])
    for body in ({"exc_type": name, "_server_messages": said}, {"exception": f"frappe.exceptions.{name}: it is"}):
        refusal = CONNECTOR.explain(Answer(status, {}, body, ""))
        assert refusal is not None
        assert refusal.error is error
        assert refusal.message.startswith(f"{name}: ")


@pytest.mark.parametrize(("status", "body"), [(500, {"_server_messages": "[]"}), (403, []), (200, {"message": []})])
def test_an_answer_that_names_no_exception_is_left_to_its_status(status: int, body: Any) -> None:
    assert CONNECTOR.explain(Answer(status, {}, body, "")) is None


def test_a_time_that_cannot_be_read_rejects_its_order_and_ends_no_run(site: Sandbox, source: Source) -> None:
    site.world(NAME).faults.add("retyped_field", times=None, path="get_list", field="creation", value="yesterday")
    (page,) = CONNECTOR.read(source, fetched(source)[:1])
    options = Options(connector=NAME, customer="test")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=source.settings)
    frames = Transform(connection).frames([RawOrder(NOW, order) for order in page.records])
    (reject,) = frames.tables["reject"].to_pylist()
    assert (reject["field"], "yesterday" in reject["reason"]) == ("source_created_at", True)


def test_a_column_that_does_not_exist_is_a_wrong_request(source: Source) -> None:
    """Frappe answers it with 500, but trying again is pointless."""
    asked = {"doctype": "Purchase Order", "filters": [["nowhere", "=", 1]]}
    with pytest.raises(RequestRefused, match="Unknown column"):
        source.api.post("api/method/frappe.client.get_list", asked)
