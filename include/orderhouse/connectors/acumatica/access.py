"""Signing in to Acumatica: a user's session in cookies, or a connected application's token with a session behind it."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from include.orderhouse.auth import TokenAuth
from include.orderhouse.connectors.acumatica.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.session import SessionAuth


class TokenSession(TokenAuth):
    """Tokens, the first of which opens a session that takes up a seat until it is logged out."""

    def __init__(self, token_url: str, form: dict[str, str], logout_url: str) -> None:
        super().__init__(token_url, form)
        self._logout_url = logout_url
        self._cookies: dict[str, str] = {}

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token, and keep the cookies of the session behind it."""
        flow = super().sync_auth_flow(request)
        sent = next(flow)
        while True:
            response = yield sent
            self._cookies |= dict(response.cookies)
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


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """A user; with ``client_id`` and ``client_secret`` in the extra JSON, by a connected application."""
    login, password = credentials.need("login"), credentials.need("password")
    site = "/".join(part for part in (credentials.base_url, settings.site.strip("/")) if part)
    logout = f"{site}/entity/auth/logout"
    if "client_id" not in credentials.extra:
        told = {"name": login, "password": password, "tenant": settings.tenant, "branch": settings.branch}
        return SessionAuth(f"{site}/entity/auth/login", {name: text for name, text in told.items() if text}, logout)
    form = {
        "grant_type": "password",
        "client_id": credentials.need("client_id"),
        "client_secret": credentials.need("client_secret"),
        "username": login,
        "password": password,
        "scope": "api",
    }
    return TokenSession(f"{site}/identity/connect/token", form, logout)
