"""Tokens behind which a source opens a session: it takes up a seat there until it is logged out."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from include.orderhouse.http.auth import TokenAuth
from include.orderhouse.http.session import Cookies, cookies_of


class TokenSession(TokenAuth):
    """Tokens, the first of which opens a session that takes up a seat until it is logged out."""

    def __init__(self, token_url: str, form: dict[str, str], logout_url: str) -> None:
        super().__init__(token_url, form)
        self._logout_url = logout_url
        self._cookies: Cookies = {}

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token, and keep the cookies of the session behind it."""
        flow = super().sync_auth_flow(request)
        sent = next(flow)
        while True:
            response = yield sent
            self._cookies |= cookies_of(response)
            try:
                sent = flow.send(response)
            except StopIteration:
                return

    def end_session(self) -> httpx.Request | None:
        """The logout; None where no token was asked for."""
        with self._lock:
            token, self._token = self._token, None
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Authorization": f"Bearer {token}", "Cookie": cookies}
        return httpx.Request("POST", self._logout_url, headers=headers) if token else None
