"""Login, logout, and the idle time after which a session is over."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.dialects.sap_business_one.answers import NO_SESSION, WRONG_USER, Refused
from tests.sandbox.wire import json_response

IDLE_MINUTES = 30
NEVER = 10**9


class Sessions:
    """The sessions of one company database."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._used_at: dict[str, datetime] = {}

    async def login(self, request: Request) -> Response:
        """POST Login: the session comes as a cookie, with another that keeps it on its node."""
        version, known = request.path_params["version"], self._world.credentials
        told: dict[str, Any] = json.loads(await request.body())
        wanted = {"CompanyDB": known["company_db"], "UserName": known["login"], "Password": known["password"]}
        if any(told.get(name) != value for name, value in wanted.items()):
            return Refused(*WRONG_USER).response(version)
        session = self._world.tokens.issue(NEVER)
        self._used_at[session] = self._world.clock.now()
        context = "odata.metadata" if version == "v1" else "@odata.context"
        body = {
            context: f"{self._world.base_url}/b1s/{version}/$metadata#B1Sessions/@Element",
            "SessionId": session,
            "Version": "1000290",
            "SessionTimeout": IDLE_MINUTES,
        }
        answer = json_response(body)
        answer.headers.append("Set-Cookie", f"B1SESSION={session};HttpOnly;")
        answer.headers.append("Set-Cookie", "ROUTEID=.node1; path=/b1s")
        return answer

    async def logout(self, request: Request) -> Response:
        """POST Logout."""
        session = request.cookies.get("B1SESSION", "")
        if not self._is_open(session):
            return Refused(*NO_SESSION).response(request.path_params["version"])
        del self._used_at[session]
        return Response(status_code=204)

    def check(self, request: Request) -> None:
        """Refused unless the request belongs to a session; its idle time begins anew."""
        session = request.cookies.get("B1SESSION", "")
        if not self._is_open(session):
            raise Refused(*NO_SESSION)
        self._used_at[session] = self._world.clock.now()

    def _is_open(self, session: str) -> bool:
        used_at = self._used_at.get(session)
        if used_at is None or not self._world.tokens.accepts(session):
            return False
        return self._world.clock.now() - used_at < timedelta(minutes=IDLE_MINUTES)
