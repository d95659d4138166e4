"""The endpoints: `/oauth2/token`, and the lists and records below `/api`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import World
from tests.sandbox.dialects.coupa.errors import NOTHING, CoupaError, no_such_path, token_refused, unauthorised
from tests.sandbox.dialects.coupa.orders import Orders
from tests.sandbox.dialects.coupa.query import Query, parse, project
from tests.sandbox.dialects.coupa.values import Row, as_xml, written
from tests.sandbox.rows import RowCache
from tests.sandbox.wire import json_response

TOKEN_PATH = "/oauth2/token"
TOKEN_SECONDS = 86_399
SCOPES = ("core.common.read", "core.purchase_order.read", "core.supplier.read")
NEEDED = "core.purchase_order.read"
HIDDEN = ("received", "invoiced")
"""What the default filter leaves out, where an instance has one."""


def routes(world: World) -> Sequence[BaseRoute]:
    """The endpoints of one world."""
    service = Service(world)
    return [
        Route(TOKEN_PATH, service.token, methods=["POST"]),
        Route("/api/purchase_orders", service.orders),
        Route("/api/purchase_orders/{id:int}", service.order),
        Route("/api/purchase_order_lines", service.lines),
        Route("/{path:path}", service.nowhere, methods=["GET", "POST"]),
    ]


class Service:
    """One instance."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._zone = ZoneInfo(world.options.get("time_zone", "America/Los_Angeles"))
        self._company_zone = ZoneInfo(world.options.get("company_zone", self._zone.key))
        self._scopes: dict[str, set[str]] = {}
        self._rows: RowCache[Row] | None = None
        self._lists: dict[tuple[Any, ...], list[Row]] = {}
        self._listed_version = -1

    @property
    def _cache(self) -> RowCache[Row]:
        if self._rows is None:
            orders = Orders(self._world.company, self._world.clock.now(), self._world.options)
            self._rows = RowCache(self._world.company, orders.render)
        return self._rows

    async def token(self, request: Request) -> Response:
        """Client credentials; scopes that the client does not have are refused."""
        form = dict(parse_qsl((await request.body()).decode()))
        credentials = self._world.credentials
        is_known = form.get("client_id") == credentials["client_id"] and compare_digest(
            form.get("client_secret", "").encode(), credentials["client_secret"].encode()
        )
        if not is_known:
            return token_refused("invalid_client", "Client authentication failed")
        if form.get("grant_type") != "client_credentials":
            return token_refused("unsupported_grant_type", "The authorization grant type is not supported")
        scopes = set(form.get("scope", "").split())
        if not scopes or not scopes <= set(SCOPES):
            return token_refused("invalid_scope", "The requested scope is invalid, unknown, or malformed")
        token = self._world.tokens.issue(TOKEN_SECONDS)
        self._scopes[token] = scopes
        facts = {"token_type": "bearer", "expires_in": TOKEN_SECONDS, "scope": " ".join(sorted(scopes))}
        return json_response({"access_token": token, **facts})

    async def orders(self, request: Request) -> Response:
        """A page of orders with their lines."""
        return self._answer(request, "purchase_orders", self._cache.rows)

    async def order(self, request: Request) -> Response:
        """One order."""
        number = request.path_params["id"]
        return self._answer(request, "purchase_order", lambda: [r for r in [self._cache.row(number)] if r], is_one=True)

    async def lines(self, request: Request) -> Response:
        """A page of lines of all orders."""
        found = lambda: [line for order in self._cache.rows() for line in order["order-lines"]]  # noqa: E731
        return self._answer(request, "purchase_order_lines", found)

    async def nowhere(self, request: Request) -> Response:
        """Any other path."""
        return no_such_path(request.headers.get("accept", ""))

    def _answer(self, request: Request, resource: str, rows: Callable[[], list[Row]], is_one: bool = False) -> Response:
        authorization = request.headers.get("authorization")
        if not self._world.tokens.accepts_bearer(authorization):
            return unauthorised()
        try:
            self._check_scope(authorization or "")
            query = parse(request.query_params.multi_items(), self._world.options.get("blank") == "instants")
            found = self._page(request.url.path, query, rows)
            if not found and (is_one or self._world.options.get("nothing") != "empty"):
                raise CoupaError(404, NOTHING)
        except CoupaError as error:
            return error.response()
        shown = [self._shown(self._filtered(row, query), query.fields) for row in found]
        if "json" not in request.headers.get("accept", ""):
            return Response(as_xml(resource, shown), media_type="application/xml")
        return json_response(shown[0] if is_one else shown)

    def _page(self, path: str, query: Query, rows: Callable[[], list[Row]]) -> list[Row]:
        """A page; its list is made once, as long as the company stays as it is."""
        ignores_conditions = self._world.faults.active("ignore_filter") is not None
        if self._listed_version != self._world.company.version:
            self._lists, self._listed_version = {}, self._world.company.version
        lasting = () if ignores_conditions else query.lasting
        key = (path, lasting, query.order_by, query.is_descending)
        if key not in self._lists:
            self._lists[key] = query.listed(rows(), lasting, self._world.options.get("sorting") == "ignored")
        return query.page(self._lists[key], () if ignores_conditions else query.conditions)

    def _check_scope(self, authorization: str) -> None:
        granted = self._scopes.get(authorization.partition(" ")[2].strip(), set())
        if NEEDED not in granted:
            raise CoupaError(403, f"Insufficient scope. Required scope: {NEEDED}")

    def _filtered(self, row: Row, query: Query) -> Row:
        """An order through the instance's default filter, unless fields or another filter are asked for."""
        is_filtered = self._world.options.get("default_filter") == "yes" and query.fields is None and not query.filter
        if not is_filtered or "order-lines" not in row:
            return row
        lines = [{name: value for name, value in line.items() if name not in HIDDEN} for line in row["order-lines"]]
        return {**row, "order-lines": lines}

    def _shown(self, row: Row, fields: list[Any] | None) -> Any:
        shown = written(project(row, fields), self._zone, self._company_zone)
        return self._world.faults.reshaped(shown) if fields is None else shown
