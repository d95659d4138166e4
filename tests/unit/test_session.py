"""Sessions: opened once, carried in cookies, opened anew when they are over, and ended whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from include.orderhouse.errors import AuthenticationFailed, SourceUnavailable, SourceUntrusted
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.session import FAREWELL_SECONDS, SessionAuth
from include.orderhouse.http.token_session import TokenSession
from tests.connectors.conftest import Unlimited

HOST = "https://erp.example"


class Erp:
    """A source with sessions; each answers ``lasts`` requests."""

    def __init__(self, lasts: int = 1000, login_status: int = 200, logout: Callable[[], int] = lambda: 204) -> None:
        self.lasts, self.login_status, self.logout = lasts, login_status, logout
        self.open: dict[str, int] = {}
        self.calls: list[str] = []
        self.farewell: dict[str, float] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request.url.path)
        session = request.headers.get("Cookie", "").partition("SEAT=")[2].partition(";")[0]
        if request.url.path == "/login":
            return self._log_in()
        if request.url.path == "/logout":
            self.open.pop(session, None)
            self.farewell = request.extensions["timeout"]
            return httpx.Response(self.logout(), headers={"Location": 'nu::C:2026-1:"-?'})
        left = self.open.get(session, 0)
        if left <= 0:
            self.open.pop(session, None)
            return httpx.Response(401, json={"error": "session is over"})
        self.open[session] = left - 1
        return httpx.Response(500 if request.url.path == "/broken" else 200, json={"path": request.url.path})

    def _log_in(self) -> httpx.Response:
        if self.login_status != 200:
            return httpx.Response(self.login_status, json={"error": "no"})
        name = f"s{self.calls.count('/login')}"
        self.open[name] = self.lasts
        cookies = [
            ("Set-Cookie", f"SEAT={name};HttpOnly;"),
            *(("Set-Cookie", f"ROUTE=.n; path={at}") for at in ("/", "/b1s")),
        ]
        return httpx.Response(200, headers=cookies, json={})

    def api(self) -> Api:
        """A client with a session of its own."""
        auth = SessionAuth(f"{HOST}/login", {"password": "s3cret"}, f"{HOST}/logout")
        patience = Patience(tries=1, longest_wait=0.01)
        return Api(HOST, auth, Unlimited(), lambda answer: None, patience, httpx.MockTransport(self))


def test_one_session_serves_all_requests_and_is_ended_at_the_end() -> None:
    erp = Erp()
    with erp.api() as api:
        api.get("a")
        api.get("b")
        assert len(erp.open) == 1
    assert erp.calls == ["/login", "/a", "/b", "/logout"]
    assert erp.open == {}
    assert set(erp.farewell.values()) == {FAREWELL_SECONDS}


def _answer(status: int, **cookies: str) -> httpx.Response:
    headers = [("Set-Cookie", f"{name}={value}") for name, value in cookies.items()]
    return httpx.Response(status, headers=headers, request=httpx.Request("GET", HOST))


def _asked(auth: SessionAuth | TokenSession) -> Generator[httpx.Request, httpx.Response, None]:
    return auth.sync_auth_flow(httpx.Request("GET", f"{HOST}/a"))


def test_cookies_that_the_source_replaces_are_sent_from_then_on_beside_the_others() -> None:
    auth = SessionAuth(f"{HOST}/login", {}, f"{HOST}/logout")
    first, second = _asked(auth), _asked(auth)
    assert next(first).url.path == "/login"
    assert first.send(_answer(200, SEAT="1", ROUTE="n")).headers["Cookie"] == "SEAT=1; ROUTE=n"
    with pytest.raises(StopIteration):
        first.send(_answer(200, SEAT="2"))
    request = next(second)
    assert request.headers["Cookie"] == "SEAT=2; ROUTE=n"
    with pytest.raises(StopIteration):
        second.send(httpx.Response(200, headers={"Set-Cookie": "BARE"}, request=request))
    assert next(_asked(auth)).headers["Cookie"] == "SEAT=2; ROUTE=n; BARE="
    farewell = auth.end_session()
    assert farewell is not None
    assert farewell.headers["Cookie"] == "SEAT=2; ROUTE=n; BARE="
    assert auth.end_session() is None


def test_a_late_answer_of_a_session_that_is_over_changes_nothing_in_the_next() -> None:
    auth = SessionAuth(f"{HOST}/login", {}, f"{HOST}/logout")
    late, other, third = _asked(auth), _asked(auth), _asked(auth)
    next(late)
    late.send(_answer(200, SEAT="1"))
    next(other)
    assert other.send(_answer(401)).url.path == "/login"
    other.send(_answer(200, SEAT="2"))
    with pytest.raises(StopIteration):
        late.send(_answer(200, SEAT="1 renewed"))
    assert next(third).headers["Cookie"] == "SEAT=2"


def test_a_session_that_ends_under_way_is_opened_anew_although_an_answer_has_just_renewed_a_cookie() -> None:
    """Two requests are under way: it was the same session that one of them found alive and the other over."""
    auth = SessionAuth(f"{HOST}/login", {}, f"{HOST}/logout")
    alive, over = _asked(auth), _asked(auth)
    next(alive)
    alive.send(_answer(200, SEAT="1"))
    next(over)
    with pytest.raises(StopIteration):
        alive.send(_answer(200, VISIT="7"))
    assert over.send(_answer(401)).url.path == "/login"
    assert over.send(_answer(200, SEAT="2")).headers["Cookie"] == "SEAT=2"


@pytest.mark.parametrize("answer", [_answer(500, SEAT="1"), _answer(200), _answer(302, SEAT="1")])
def test_a_login_that_opens_no_session_is_the_answer_and_tried_again_with_the_next_request(
    answer: httpx.Response,
) -> None:
    auth = SessionAuth(f"{HOST}/login", {}, f"{HOST}/logout")
    for _ in range(2):
        asked = _asked(auth)
        assert next(asked).url.path == "/login"
        with pytest.raises(StopIteration):
            asked.send(answer)
    assert auth.end_session() is None


def test_a_session_behind_tokens_is_logged_out_once_with_all_its_cookies() -> None:
    auth = TokenSession(f"{HOST}/token", {}, f"{HOST}/logout")
    first, second = _asked(auth), _asked(auth)
    first.send(httpx.Response(200, json={"access_token": "t0ken"}, request=next(first)))
    for asked, cookies in ((first, {"SEAT": "1", "ROUTE": "n"}), (second, {"SEAT": "2"})):
        if asked is second:
            next(asked)
        with pytest.raises(StopIteration):
            asked.send(_answer(200, **cookies))
    farewell = auth.end_session()
    assert farewell is not None
    assert (farewell.headers["Authorization"], farewell.headers["Cookie"]) == ("Bearer t0ken", "SEAT=2; ROUTE=n")
    assert auth.end_session() is None


def test_the_session_is_ended_after_a_failure_too() -> None:
    erp = Erp()
    with pytest.raises(SourceUnavailable), erp.api() as api:
        api.get("broken")
    with suppress(KeyboardInterrupt), erp.api() as api:
        api.get("a")
        raise KeyboardInterrupt
    assert erp.open == {}


def test_what_was_never_opened_is_not_ended() -> None:
    erp = Erp()
    with erp.api():
        pass
    assert erp.calls == []


@pytest.mark.parametrize(
    "goes_wrong", [500, 302, httpx.ConnectError("refused"), SourceUntrusted("Another key.", action="Look.")]
)
def test_a_session_that_cannot_be_ended_hides_no_other_failure(
    goes_wrong: int | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def logout() -> int:
        if isinstance(goes_wrong, Exception):
            raise goes_wrong
        return goes_wrong

    with pytest.raises(SourceUnavailable, match="broken"), Erp(logout=logout).api() as api:
        api.get("broken")
    assert "could not be ended" in caplog.text


def test_a_session_that_is_over_is_opened_anew_and_the_request_sent_again() -> None:
    erp = Erp(lasts=2)
    with erp.api() as api:
        assert [api.get(name)["path"] for name in "abc"] == ["/a", "/b", "/c"]
    assert erp.calls == ["/login", "/a", "/b", "/c", "/login", "/c", "/logout"]
    assert erp.open == {}


def test_threads_share_one_session() -> None:
    erp = Erp()
    with erp.api() as api, ThreadPoolExecutor(8) as pool:
        list(pool.map(api.get, [f"r{number}" for number in range(40)]))
    assert erp.calls.count("/login") == erp.calls.count("/logout") == 1


def test_a_refused_login_is_judged_like_any_answer_and_tells_no_secret() -> None:
    with pytest.raises(AuthenticationFailed) as refused, Erp(login_status=401).api() as api:
        api.get("a")
    assert "s3cret" not in str(refused.value)
    with pytest.raises(SourceUnavailable), Erp(login_status=503).api() as api:
        api.get("a")


def test_a_session_that_is_over_at_once_is_a_matter_of_credentials() -> None:
    erp = Erp(lasts=0)
    with pytest.raises(AuthenticationFailed), erp.api() as api:
        api.get("a")
    assert erp.calls == ["/login", "/a", "/login", "/a", "/logout"]
