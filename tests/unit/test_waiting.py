"""What is asked again, how often and after which wait; and what a source says of waits and of its own clock."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from include.orderhouse.connectors import CONNECTORS, load
from include.orderhouse.errors import OrderhouseError
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.answer import Answer, refusal_by_status, retry_after
from include.orderhouse.http.auth import basic
from tests.security.servers import ANSWER, serving

PATIENCE = Patience(tries=3, longest_wait=45.0)
WEEK = 7 * 24 * 3600.0


class Recorder:
    """A limiter that only writes down what it is told to wait."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.paced = 0

    def slot(self) -> nullcontext[None]:
        """Any number at once."""
        return nullcontext()

    def pace(self) -> None:
        """At once."""
        self.paced += 1

    def pause(self, seconds: float) -> None:
        """Noted."""
        self.pauses.append(seconds)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits in the process, none of which is waited."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"])
def _where_this_machine_is(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _api(*answers: httpx.Response, limiter: Recorder | None = None) -> Api:
    """A client of a source that gives these answers, the last one for ever."""
    told = [*answers[:-1]]
    transport = httpx.MockTransport(lambda request: told.pop(0) if told else answers[-1])
    base = "https://erp.example"
    return Api(base, basic("a", "s3cret"), limiter or Recorder(), lambda _: None, PATIENCE, transport)


def _status(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()}, json={})


def _refused(api: Api) -> OrderhouseError:
    with api, pytest.raises(OrderhouseError) as caught:
        api.get("orders")
    return caught.value


@pytest.mark.usefixtures("_where_this_machine_is")
@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("17", 17.0),
        (" 2.5 ", 2.5),
        ("Tue, 01 Dec 2037 10:00:30 GMT", 30.0),
        ("Tuesday, 01-Dec-37 10:00:30 GMT", 30.0),
        ("Tue Dec  1 10:00:30 2037", 30.0),
        ("Tue, 01 Dec 2037 10:00:30 -0000", 30.0),
        ("Fri, 31 Dec 2038 10:00:30 GMT", WEEK),
        ("1e999", WEEK),
        ("700000", WEEK),
        ("0", None),
        ("-5", None),
        ("nan", None),
        ("Tue, 01 Dec 2037 09:59:59 GMT", None),
        ("soon", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("", None),
    ],
)
def test_the_wait_that_a_source_asks_for_is_understood_in_every_form(told: str, wait: float | None) -> None:
    headers = {"retry-after": told, "date": "Tue, 01 Dec 2037 10:00:00 GMT"}
    assert retry_after(Answer(429, headers, None, "")) == wait


def test_a_date_to_wait_for_is_held_against_our_clock_where_the_source_tells_none_of_its_own() -> None:
    told = datetime.fromtimestamp(time.time() + 100, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for headers in ({"retry-after": told}, {"retry-after": told, "date": "yesterday"}):
        assert retry_after(Answer(429, headers, None, "")) == pytest.approx(100, abs=5)
    assert retry_after(Answer(429, {}, None, "")) is None


@pytest.mark.usefixtures("_where_this_machine_is")
@pytest.mark.parametrize(
    "told", ["Tue, 01 Dec 2026 10:00:00 GMT", "Tuesday, 01-Dec-26 10:00:00 GMT", "Tue Dec  1 10:00:00 2026"]
)
def test_the_clock_of_a_source_is_read_wherever_this_machine_is(told: str) -> None:
    with _api(_status(200, Date=told), _status(200), _status(200, Date="yesterday")) as api:
        for _ in range(3):
            api.get("orders")
            assert api.source_time == datetime(2026, 12, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_is_waited_for_as_it_was_asked_and_by_all_of_the_connection(
    status: int, slept: list[float]
) -> None:
    limiter = Recorder()
    refusals = _status(status, Retry_After="45"), _status(status, Retry_After="7")
    with _api(*refusals, _status(200), limiter=limiter) as api:
        assert api.get("orders") == {}
        assert (slept, limiter.pauses, limiter.paced, api.calls) == ([45.0, 7.0], [45.0, 7.0], 3, 3)


@pytest.mark.parametrize(("status", "code"), [(429, "RATE_LIMIT_EXCEEDED"), (503, "SOURCE_UNAVAILABLE")])
def test_a_long_wait_is_left_to_the_caller_who_is_told_it(status: int, code: str, slept: list[float]) -> None:
    limiter = Recorder()
    error = _refused(_api(_status(status, Retry_After="46"), limiter=limiter))
    assert (error.code, error.retry_after) == (code, 46.0)
    assert (slept, limiter.pauses, limiter.paced) == ([], [46.0], 1)


@pytest.mark.parametrize("status", [429, 503])
def test_a_source_that_asks_for_short_waits_is_given_four_times_as_many_tries(status: int, slept: list[float]) -> None:
    limiter = Recorder()
    _refused(_api(_status(status, Retry_After="1"), limiter=limiter))
    assert (len(slept), limiter.paced) == (11, 12)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_what_a_person_must_mend_holds_back_nobody_whatever_wait_it_asks_for(status: int, slept: list[float]) -> None:
    limiter = Recorder()
    _refused(_api(_status(status, Retry_After="7"), limiter=limiter))
    assert (slept, limiter.pauses, limiter.paced) == ([], [], 1)


@pytest.mark.parametrize("body", [None, {}, {"error": {"code": "1", "message": "down"}}, {"Message": "down"}])
@pytest.mark.parametrize("name", CONNECTORS)
def test_no_connector_forgets_the_wait_that_a_source_asks_for_while_it_is_down(name: str, body: Any) -> None:
    answer = Answer(503, {"retry-after": "7"}, body, "")
    refusal = load(name).explain(answer) or refusal_by_status(answer)
    assert refusal is not None
    assert (refusal.error.code, refusal.retry_after) == ("SOURCE_UNAVAILABLE", 7.0)


def test_a_server_that_is_down_for_a_while_is_asked_again_when_it_said(caplog: pytest.LogCaptureFixture) -> None:
    came: list[float] = []

    def answer(_head: bytes, connection: socket.socket) -> None:
        came.append(time.monotonic())
        refused = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(refused if len(came) == 1 else ANSWER)

    with (
        serving(answer) as served,
        Api(served.url("http"), basic("a", "s3cret"), Recorder(), lambda _: None, PATIENCE) as api,
    ):
        assert api.get("orders") == {}
    assert 1.0 <= came[1] - came[0] < 5.0
    assert "status 503" in caplog.text


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "0"}, {"Retry_After": "nan"}])
def test_a_limit_that_asks_for_no_wait_is_backed_off_from(headers: dict[str, str], slept: list[float]) -> None:
    limiter = Recorder()
    error = _refused(_api(_status(429, **headers), limiter=limiter))
    assert (error.code, limiter.pauses, limiter.paced) == ("RATE_LIMIT_EXCEEDED", [], 3)
    assert 0.5 <= slept[0] <= 1.5
    assert 1.0 <= slept[1] <= 2.0


@pytest.mark.parametrize(
    ("status", "code", "tries"),
    [
        (401, "AUTHENTICATION_FAILED", 1),
        (403, "PERMISSION_DENIED", 1),
        (404, "REQUEST_REFUSED", 1),
        (408, "SOURCE_TIMEOUT", 3),
        (500, "SOURCE_UNAVAILABLE", 3),
        (503, "SOURCE_UNAVAILABLE", 3),
        (504, "SOURCE_TIMEOUT", 3),
    ],
)
def test_an_outage_is_asked_again_and_what_a_person_must_mend_is_not(
    status: int, code: str, tries: int, slept: list[float]
) -> None:
    limiter = Recorder()
    error = _refused(_api(_status(status), limiter=limiter))
    assert (error.code, limiter.paced, len(slept)) == (code, tries, tries - 1)


def test_an_answer_that_is_no_json_is_asked_for_again_before_a_person_is(slept: list[float]) -> None:
    page = httpx.Response(200, text="<html>Sign in</html>", headers={"Content-Type": "text/html"})
    with _api(page, page, _status(200)) as api:
        assert api.get("orders") == {}
    error = _refused(_api(page))
    assert (error.code, len(slept)) == ("UNEXPECTED_SHAPE", 4)
    assert "text/html, status 200, is not valid JSON (GET https://erp.example/orders)" in str(error)
    assert error.action.startswith("Nothing was loaded; a later run reads the same.")
    assert error.action.endswith("ask its address from this machine, or ask who runs it.")


@pytest.mark.parametrize(
    ("failure", "code", "saying"),
    [
        (httpx.ReadTimeout("late"), "SOURCE_TIMEOUT", "No answer within 120 s"),
        (httpx.ReadTimeout("longer than 600 s in all"), "SOURCE_TIMEOUT", "longer than 600 s in all"),
        (httpx.ConnectError("refused"), "SOURCE_UNAVAILABLE", "refused"),
        (httpx.RemoteProtocolError("peer closed"), "SOURCE_UNAVAILABLE", "peer closed"),
        (httpx.DecodingError("no gzip"), "SOURCE_UNAVAILABLE", "no gzip"),
    ],
)
def test_a_connection_that_breaks_is_tried_again(
    failure: Exception, code: str, saying: str, slept: list[float]
) -> None:
    def broken(request: httpx.Request) -> Any:
        raise failure

    limiter, transport = Recorder(), httpx.MockTransport(broken)
    base = "https://erp.example"
    error = _refused(Api(base, basic("a", "s3cret"), limiter, lambda _: None, PATIENCE, transport))
    assert (error.code, limiter.paced, len(slept)) == (code, 3, 2)
    assert error.message == f"{saying} (GET https://erp.example/orders)."
