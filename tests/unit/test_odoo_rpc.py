"""What Odoo's two protocols say of a refusal, and which of them a server speaks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

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
from include.orderhouse.protocols.odoo_rpc import OdooCall, OdooKey, explain, find_protocol, read_version
from tests.connectors.conftest import Unlimited

NO_DATABASE = 'FATAL:  database "acme" does not exist'
NO_USER = "Record does not exist or has been deleted.\n(Record: res.users(7,), User: 7)"
NO_ORDER = "Record does not exist or has been deleted.\n(Record: purchase.order(7,), User: 2)"


@pytest.mark.parametrize(
    ("status", "name", "message", "error"),
    [
        (200, "odoo.exceptions.AccessDenied", "Access Denied", AuthenticationFailed),
        (200, "psycopg2.OperationalError", NO_DATABASE, RequestRefused),
        (200, "psycopg2.OperationalError", "too many connections", SourceUnavailable),
        (200, "odoo.exceptions.MissingError", NO_USER, AuthenticationFailed),
        (200, "odoo.exceptions.MissingError", NO_ORDER, RequestRefused),
        (403, "odoo.exceptions.AccessError", "not allowed", PermissionDenied),
        (422, "odoo.exceptions.UserError", "", RequestRefused),
        (429, "some.proxy.Error", "slow down", RateLimitExceeded),
        (500, "builtins.KeyError", "x", SourceUnavailable),
    ],
)
def test_both_protocols_tell_an_exception_by_its_name(
    status: int, name: str, message: str, error: type[OrderhouseError]
) -> None:
    thrown = {"name": name, "message": message, "arguments": []}
    rpc = {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": thrown}}
    for body in [rpc, *([thrown] if status >= 400 else [])]:
        refusal = explain(Answer(status, {"retry-after": "7"}, body, ""))
        assert refusal is not None
        assert (refusal.error, refusal.message) == (error, f"{name}: {' '.join(message.split()) or 'no message'}")
        assert refusal.retry_after == 7.0


def test_an_error_without_a_name_is_one_all_the_same() -> None:
    refusal = explain(Answer(200, {}, {"error": {"code": 100, "message": "Session expired"}}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message) == (RequestRefused, "error: Session expired")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"result": []}),
        (200, [1]),
        (200, {"name": "a record"}),
        (200, {"error": None}),
        (200, {"error": {"type": "char", "store": True, "string": "Error"}, "name": {"type": "char"}}),
        (502, {"reason": "down"}),
    ],
)
def test_what_is_no_exception_is_left_to_the_status(status: int, body: Any) -> None:
    assert explain(Answer(status, {}, body, "")) is None


@pytest.mark.parametrize(
    ("status", "error"), [(502, SourceUnavailable), (429, RateLimitExceeded), (404, RequestRefused)]
)
def test_what_a_proxy_answers_in_json_to_the_sign_in_is_no_wrong_key(status: int, error: type[OrderhouseError]) -> None:
    """A key that is refused rests until somebody renews it; an outage passes."""
    proxy = httpx.MockTransport(lambda _: httpx.Response(status, json={"reason": "down"}))
    key, patience = OdooKey("key", "acme", "user"), Patience(tries=1, longest_wait=0.05)
    with Api("https://odoo.example", key, Unlimited(), explain, patience, proxy) as api, pytest.raises(error):
        OdooCall(api, "jsonrpc", {}).count("purchase.order", [])


def server(answer: Any) -> Api:
    def post(path: str, body: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return cast(Api, SimpleNamespace(post=post))


@pytest.mark.parametrize(
    ("info", "found"),
    [
        ([18, 0, 0, "final", 0, ""], ("jsonrpc", 18)),
        ([19, 0, 0, "final", 0, ""], ("json2", 19)),
        (["saas~18", 3, 0, "final", 0, "e"], ("jsonrpc", 18)),
        (["saas~19", 1, 0, "final", 0, "e"], ("json2", 19)),
    ],
)
def test_the_server_says_which_protocol_it_speaks(info: list[Any], found: tuple[str, int]) -> None:
    api = server({"result": {"server_version": "x", "server_version_info": info}})
    assert (find_protocol(api)[0], read_version(api)[0]) == found


def test_a_server_that_tells_no_version_speaks_the_later_protocol() -> None:
    assert find_protocol(server(RequestRefused("404", action="None."))) == ("json2", "not told")


@pytest.mark.parametrize("info", [[], ["final"], None])
def test_h33_a_version_of_another_shape_is_none(info: Any) -> None:
    with pytest.raises(UnexpectedShape):
        find_protocol(server({"result": {"server_version": "x", "server_version_info": info}}))


def test_calls_that_are_written_anew_with_the_key_are_waited_for_no_longer_than_others() -> None:
    waits: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"]["read"])
        return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": 7})

    key, patience = OdooKey("key", "acme", "user"), Patience(tries=1, longest_wait=0.05, timeout=7)
    with Api("https://odoo.example", key, Unlimited(), explain, patience, httpx.MockTransport(answer)) as api:
        assert OdooCall(api, "jsonrpc", {}).count("purchase.order", []) == 7
    assert waits == [7, 7], "of signing in and of the call"
