"""The endpoints: tokens, queries, change data capture."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.dialect import World
from tests.sandbox.dialects.quickbooks import answers
from tests.sandbox.dialects.quickbooks.query import QueryError, parse
from tests.sandbox.dialects.quickbooks.realm import Realm
from tests.sandbox.faults import FaultKind
from tests.sandbox.refresh_tokens import RefreshTokens, RotationRules
from tests.sandbox.wire import json_response

TOKEN_PATH = "/oauth2/v1/tokens/bearer"
ACCESS_SECONDS, REFRESH_SECONDS = 3600, 8_726_400
CDC_DAYS, CDC_MOST = 30, 1000
ROTATION = RotationRules(timedelta(seconds=REFRESH_SECONDS), grace=timedelta(days=1), keeps_value=timedelta(days=1))
"""A refresh token's value changes about daily, and the one before is good for a day more."""
ALWAYS = RotationRules(timedelta(seconds=REFRESH_SECONDS), grace=timedelta(0))


class Service:
    """The endpoints of one realm."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._realms: list[Realm] = []
        rules = ALWAYS if world.options.get("rotation") == "always" else ROTATION
        secret, first = world.credentials["client_secret"], world.credentials["refresh_token"]
        self._refreshing = world.tokens.refreshing = RefreshTokens(world.clock, rules, secret, first)

    def routes(self) -> list[Route]:
        """All routes."""
        company = "/v3/company/{realm}"
        return [
            Route(TOKEN_PATH, self.token, methods=["POST"]),
            Route("/v2/oauth2/tokens/revoke", self.revocation, methods=["POST"]),
            Route(f"{company}/query", self.query),
            Route(f"{company}/cdc", self.changes),
        ]

    async def token(self, request: Request) -> Response:
        """Refreshed tokens; no other grant is known here."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        if not self._is_client(request):
            return json_response({"error": "invalid_client"}, 401)
        if form.get("grant_type") != "refresh_token":
            return json_response({"error": "unsupported_grant_type"}, 400)
        refresh_token = self._refreshing.redeem(form.get("refresh_token", ""))
        if refresh_token is None:
            detail = "Incorrect or invalid refresh token"
            return json_response({"error": "invalid_grant", "error_description": detail}, 400)
        body = {
            "token_type": "bearer", "access_token": self._world.tokens.issue(ACCESS_SECONDS),
            "expires_in": ACCESS_SECONDS, "refresh_token": refresh_token, "x_refresh_token_expires_in": REFRESH_SECONDS,
        }  # fmt: skip
        return json_response(body)

    async def revocation(self, request: Request) -> Response:
        """A token is given back."""
        if not self._is_client(request):
            return json_response({"error": "invalid_client"}, 401)
        self._refreshing.give_back(str((await request.json()).get("token", "")))
        return Response(None, 200)

    def _is_client(self, request: Request) -> bool:
        known = self._world.credentials
        client = base64.b64encode(f"{known['client_id']}:{known['client_secret']}".encode()).decode("ascii")
        return request.headers.get("authorization") == f"Basic {client}"

    async def query(self, request: Request) -> Response:
        """A page of a query, or its count."""
        if refusal := self._refusal(request):
            return refusal
        text = request.query_params.get("query", "")
        self._world.log.note(text)
        try:
            asked = parse(text)
            is_unfiltered = self._world.faults.active(FaultKind.IGNORE_FILTER) is not None
            found = asked.run(self._realm().records(asked.entity), is_unfiltered)
        except QueryError as error:
            return answers.fault(400, error.code, "ValidationFault", error.message, error.detail)
        if asked.is_count:
            return self._answer({"QueryResponse": {"totalCount": len(found)}})
        rows = [self._world.faults.reshaped(record.body) for record in asked.page(found)]
        return self._answer({"QueryResponse": answers.found(rows, asked.entity, asked.start)})

    async def changes(self, request: Request) -> Response:
        """Change data capture: 30 days back, 1,000 objects, no further page."""
        if refusal := self._refusal(request):
            return refusal
        try:
            since = datetime.fromisoformat(request.query_params["changedSince"])
            entities = request.query_params["entities"].split(",")
            if since < self._world.clock.now() - timedelta(days=CDC_DAYS):
                raise ValueError
        except (KeyError, ValueError):
            detail = "Request has invalid or unsupported property: changedSince"
            return answers.fault(400, "2010", "ValidationFault", "Request has invalid property", detail)
        most = int(self._world.options.get("cdc_most", CDC_MOST))
        responses = []
        for entity in entities:
            rows = [self._world.faults.reshaped(body) for body in self._realm().changed(entity, since)[:most]]
            most -= len(rows)
            responses.append(answers.found(rows, entity, 1))
        return self._answer({"CDCResponse": [{"QueryResponse": responses}]})

    def _realm(self) -> Realm:
        if not self._realms:
            self._realms.append(Realm(self._world.company, self._world.options))
        return self._realms[0]

    def _refusal(self, request: Request) -> Response | None:
        if not self._world.tokens.accepts_bearer(request.headers.get("authorization")):
            return answers.gateway_fault(401, "3200", answers.EXPIRED)
        if request.path_params["realm"] != self._world.credentials["realm_id"]:
            return answers.gateway_fault(403, "3100", answers.OTHER_REALM)
        if "application/json" not in request.headers.get("accept", ""):
            return answers.xml_fault(400, "2020", "ValidationFault", "The sandbox speaks JSON only", "Ask for JSON")
        return None

    def _answer(self, body: dict[str, Any]) -> Response:
        return json_response({**body, "time": self._world.clock.now().isoformat(timespec="milliseconds")})
