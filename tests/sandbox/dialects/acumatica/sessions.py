"""Sign-in: sessions in cookies or behind tokens; each takes up a seat of the licence until it is logged out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.dialects.acumatica.answers import NO_SEAT, NOT_LOGGED_IN, WRONG_CREDENTIALS, Refused
from tests.sandbox.wire import json_response

TENANT = "Orchard"
CLIENT = ("4B2C1D0E-AAAA-4444-8888-0123456789AB@Orchard", "sandbox-client-secret")
IDLE = timedelta(minutes=20)
TOKEN_SECONDS = 3600
NEVER = 10**9
EXCEPTION = "PX.Data.PXException"


class Sessions:
    """The sessions of one site."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._used_at: dict[str, datetime] = {}

    async def login(self, request: Request) -> Response:
        """POST /entity/auth/login: 204 with the session in cookies."""
        told: dict[str, Any] = json.loads(await request.body())
        try:
            self._check(told.get("name"), told.get("password"), told.get("tenant") or told.get("company"))
            self._take_seat(session := self._world.tokens.issue(NEVER))
        except Refused as refused:
            return refused.response
        answer = Response(status_code=204)
        for cookie in (f"ASP.NET_SessionId={session}", f".ASPXAUTH={session}", "UserBranch=1", "Locale=Culture=en-US"):
            answer.headers.append("Set-Cookie", f"{cookie}; path=/; HttpOnly; SameSite=Lax")
        return answer

    async def token(self, request: Request) -> Response:
        """POST /identity/connect/token: the password grant of a connected application."""
        form = dict(parse_qsl((await request.body()).decode("utf-8")))
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            return json_response({"error": "invalid_client"}, 400)
        known = self._world.credentials
        if (form.get("username"), form.get("password")) != (known["login"], known["password"]):
            return json_response({"error": "invalid_grant"}, 400)
        if form.get("grant_type") != "password" or "api" not in form.get("scope", "").split():
            return json_response({"error": "invalid_scope"}, 400)
        token = self._world.tokens.issue(TOKEN_SECONDS)
        return json_response({"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"})

    async def logout(self, request: Request) -> Response:
        """POST /entity/auth/logout: 204 also for who is not logged in."""
        self._used_at.pop(self._told(request), None)
        return Response(status_code=204)

    def check(self, request: Request) -> None:
        """Refused unless the request belongs to a session; a token's first request opens one."""
        session = self._told(request)
        if not self._world.tokens.accepts(session):
            raise Refused(401, NOT_LOGGED_IN)
        if session not in self._open():
            if "authorization" not in request.headers:
                raise Refused(401, NOT_LOGGED_IN)
            self._take_seat(session)
        self._used_at[session] = self._world.clock.now()

    def _told(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token if scheme == "Bearer" else request.cookies.get("ASP.NET_SessionId", "")

    def _check(self, name: Any, password: Any, tenant: Any) -> None:
        known = self._world.credentials
        if (name, password) == (known["login"], known["password"]) and tenant in (None, "", TENANT):
            return
        if self._world.options.get("refusals") == "401":
            raise Refused(401, WRONG_CREDENTIALS)
        raise Refused(500, WRONG_CREDENTIALS, EXCEPTION)

    def _take_seat(self, session: str) -> None:
        seats = self._world.options.get("seats")
        if seats is not None and len(self._open()) >= int(seats):
            raise Refused(500, NO_SEAT, EXCEPTION)
        self._used_at[session] = self._world.clock.now()

    def _open(self) -> set[str]:
        """The sessions that are neither logged out nor were idle for too long."""
        now, accepts = self._world.clock.now(), self._world.tokens.accepts
        self._used_at = {s: at for s, at in self._used_at.items() if now - at < IDLE and accepts(s)}
        return set(self._used_at)
