"""What is sent: where a request goes, with which headers, and that nothing but these are added."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import httpx
import pytest

from include.orderhouse.errors import ForeignHost, UnexpectedShape
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.auth import HeaderKey, client_credentials
from include.orderhouse.http.session import SessionAuth
from tests.unit.test_waiting import Recorder

BASE = "https://erp.example/api"
DATE = "Tue, 01 Dec 2026 10:00:00 GMT"


class Source:
    """A source that keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Nothing in particular."""
        self.sent.append(request)
        date = {"Date": DATE} if request.url.path.endswith("dated") else {}
        return httpx.Response(200, headers=date, json={"access_token": "t0ken"})

    def api(self, base: str = BASE, auth: httpx.Auth | None = None, limiter: Recorder | None = None) -> Api:
        """A client with a key in a header of its own."""
        auth = auth or HeaderKey("X-Key", "k3y")
        patience = Patience(tries=1, timeout=7.0)
        return Api(base, auth, limiter or Recorder(), lambda _: None, patience, httpx.MockTransport(self))


@pytest.mark.parametrize("base", [BASE, f"{BASE}/"])
def test_a_path_goes_below_the_address_of_the_connection_and_a_link_where_it_leads(base: str) -> None:
    source = Source()
    with source.api(base) as api:
        assert api.address == f"{BASE}/"
        for url in ("orders", "orders?page=2", "/other", f"{BASE}/orders?skip=3", "https://ERP.example:443/api/x"):
            api.get(url)
    assert [str(request.url) for request in source.sent] == [
        f"{BASE}/orders",
        f"{BASE}/orders?page=2",
        "https://erp.example/other",
        f"{BASE}/orders?skip=3",
        f"{BASE}/x",
    ]


@pytest.mark.parametrize(
    "link", ["http://erp.example/x", "https://erp.example:8443/x", "https://erp.example.evil/x", "ftp://erp.example/x"]
)
def test_a_link_to_another_scheme_port_or_host_is_not_followed(link: str) -> None:
    source = Source()
    with source.api() as api, pytest.raises(ForeignHost, match=r"away from erp\.example"):
        api.get(link)
    assert source.sent == []


def test_of_a_link_that_is_no_address_the_beginning_is_told() -> None:
    with Source().api() as api, pytest.raises(UnexpectedShape) as caught:
        api.get("https://[" + "x" * 100_000)
    assert "'https://[xx" in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_request_asks_for_json_packed_as_it_can_be_unpacked_within_the_time() -> None:
    source = Source()
    with source.api() as api:
        api.get("orders", params={"$top": "2"}, headers={"Prefer": "odata.maxpagesize=5"})
    (request,) = source.sent
    assert (request.method, str(request.url)) == ("GET", f"{BASE}/orders?%24top=2")
    assert dict(request.headers) == {
        "host": "erp.example",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "connection": "keep-alive",
        "user-agent": "orderhouse",
        "prefer": "odata.maxpagesize=5",
        "x-key": "k3y",
    }
    assert request.extensions["timeout"] == {"connect": 20.0, "read": 7.0, "write": 7.0, "pool": 7.0}


def test_a_post_sends_numbers_with_all_their_digits() -> None:
    source = Source()
    with source.api() as api:
        api.post("query", {"amount": Decimal("1.50")}, params={"limit": "9"}, headers={"Prefer": "transient"})
        api.post("query", [], headers={"Content-Type": "application/vnd.query+json"})
    first, second = source.sent
    assert (first.method, str(first.url), first.content) == ("POST", f"{BASE}/query?limit=9", b'{"amount":1.50}')
    assert (first.headers["content-type"], first.headers["prefer"]) == ("application/json", "transient")
    assert second.headers["content-type"] == "application/vnd.query+json"


def test_a_text_is_asked_for_by_its_kind() -> None:
    source = Source()
    with source.api() as api:
        api.get_text("$metadata", {"sap-client": "100"})
        api.get_text("orders", accept="text/csv")
    assert [request.headers["accept"] for request in source.sent] == ["application/xml", "text/csv"]
    assert str(source.sent[0].url) == f"{BASE}/$metadata?sap-client=100"


@pytest.mark.parametrize(
    ("token_url", "paced"),
    [("https://erp.example/token", 3), ("https://erp.example:8443/token", 2), ("https://login.example/token", 2)],
)
def test_the_limits_of_a_connection_are_those_of_its_own_host(token_url: str, paced: int) -> None:
    limiter, source = Recorder(), Source()
    with source.api(auth=client_credentials(token_url, "reader", "s3cret"), limiter=limiter) as api:
        api.get("orders")
        api.get("orders")
        assert (limiter.paced, api.calls, len(source.sent)) == (paced, paced, 3)


def test_a_request_that_is_not_let_through_is_not_counted() -> None:
    class Full(Recorder):
        def pace(self) -> None:
            raise InterruptedError

    source = Source()
    with source.api(limiter=Full()) as api:
        with pytest.raises(InterruptedError):
            api.get("orders")
        assert (api.calls, source.sent) == (0, [])


def test_the_source_is_asked_the_time_and_not_who_else_answers() -> None:
    login = SessionAuth("https://login.example/dated", {}, "https://login.example/out")
    with Source().api(auth=login) as api:
        api.get("orders")
        assert api.source_time is None
    with Source().api() as api:
        api.get("dated")
        assert api.source_time is not None


def test_every_request_is_sent_within_one_of_the_connections_slots_and_waits_outside_of_it() -> None:
    told: list[str] = []

    class Slots(Recorder):
        @contextmanager
        def slot(self) -> Iterator[None]:  # type: ignore[override]
            told.append("taken")
            try:
                yield
            finally:
                told.append("given back")

    def answer(request: httpx.Request) -> httpx.Response:
        told.append(request.url.path)
        return httpx.Response(200, json={"access_token": "t0ken"})

    auth = client_credentials("https://login.example/token", "reader", "s3cret")
    with Api(BASE, auth, Slots(), lambda _: None, Patience(tries=1), httpx.MockTransport(answer)) as api:
        api.get("orders")
    assert told == ["taken", "/token", "/api/orders", "given back"]


@pytest.mark.parametrize("has_session", [True, False])
def test_connections_are_given_up_at_the_end_behind_the_session(has_session: bool) -> None:
    told: list[str] = []

    class Wire(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            told.append(request.url.path)
            return httpx.Response(200, headers={"Set-Cookie": "SEAT=1"}, json={})

        def close(self) -> None:
            told.append("closed")

    session = SessionAuth(f"{BASE}/login", {}, f"{BASE}/logout")
    auth = session if has_session else HeaderKey("X-Key", "k3y")
    with Api(BASE, auth, Recorder(), lambda _: None, Patience(tries=1), Wire()) as api:
        api.get("orders")
    assert [each for each in told if each != "closed"] == (
        ["/api/login", "/api/orders", "/api/logout"] if has_session else ["/api/orders"]
    )
    assert "closed" not in told[: -1 - has_session]
    assert told[-1] == "closed"
