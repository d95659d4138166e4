"""Sessions at a source: opened by a login, carried in cookies, and given back at the end, also after a failure."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from threading import Lock
from typing import Any, Protocol, runtime_checkable

import httpx

from include.orderhouse import wire
from include.orderhouse.errors import OrderhouseError

log = logging.getLogger(__name__)

FAREWELL_SECONDS = 20.0
"""How long the end of a session may take; one that cannot be ended ends by itself when it has been idle."""

Cookies = dict[str, str]


@runtime_checkable
class HoldsSession(Protocol):
    """An `httpx.Auth` with a session at the source, which takes up a seat there until it is ended."""

    def end_session(self) -> httpx.Request | None:
        """The request that ends the session; None where none is open."""


def end_session(auth: httpx.Auth, transport: httpx.BaseTransport) -> None:
    """End the session that the authentication holds, if any: unpaced, once, and without raising what goes wrong."""
    farewell = auth.end_session() if isinstance(auth, HoldsSession) else None
    if farewell is None:
        return
    try:
        with httpx.Client(transport=transport, timeout=FAREWELL_SECONDS) as client:
            client.send(farewell).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL, OrderhouseError) as error:
        log.warning("The session at %s could not be ended: %s", farewell.url.host, error)


class SessionAuth(httpx.Auth):
    """A session that the first request opens, and the first 401 anew.

    ``login`` is posted as JSON. The answer to a login that is refused becomes the answer to the request that needed
    it, so that the connector's ``explain`` judges it like any other. `Api` ends the session when it is closed.
    """

    def __init__(self, login_url: str, login: Mapping[str, Any], logout_url: str) -> None:
        self._login_url, self._login, self._logout_url = login_url, login, logout_url
        self._lock = Lock()
        self._cookies: Cookies | None = None

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request within the session; a 401 gets one more try within a new one."""
        cookies = yield from self._session(over=None)
        if cookies is None:
            return
        self._put(cookies, request)
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            cookies = yield from self._session(over=cookies)
            if cookies is None:
                return
            self._put(cookies, request)
            response = yield request
        self._renew(cookies, response)

    def end_session(self) -> httpx.Request | None:
        """The request that ends the session; None where none is open."""
        with self._lock:
            cookies, self._cookies = self._cookies, None
        return httpx.Request("POST", self._logout_url, headers={"Cookie": _header(cookies)}) if cookies else None

    def _session(self, over: Cookies | None) -> Generator[httpx.Request, httpx.Response, Cookies | None]:
        """The cookies of the session, of a new one where there is none or it is ``over``; None where it is refused."""
        with self._lock:
            if self._cookies is over:
                self._cookies = None
                content, headers = wire.encode(self._login), {"Content-Type": "application/json"}
                response = yield httpx.Request("POST", self._login_url, content=content, headers=headers)
                if response.is_success and response.cookies:
                    self._cookies = cookies_of(response)
            return self._cookies

    def _put(self, cookies: Cookies, request: httpx.Request) -> None:
        with self._lock:
            request.headers["Cookie"] = _header(cookies)

    def _renew(self, cookies: Cookies, response: httpx.Response) -> None:
        """Keep what the source puts in place of the session's cookies; it is the same session all the while."""
        with self._lock:
            cookies |= cookies_of(response)


def cookies_of(response: httpx.Response) -> Cookies:
    """The cookies that an answer sets; the last of those that differ in nothing but their path."""
    return {cookie.name: cookie.value or "" for cookie in response.cookies.jar}


def _header(cookies: Cookies) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
