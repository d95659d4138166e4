"""The endpoints: tokens, connections, organisations, contacts, purchase orders."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.arithmetic import HUNDRED, rounded
from tests.sandbox.dialect import World
from tests.sandbox.dialects.xero import answers
from tests.sandbox.dialects.xero.contacts import connections, organisation, short_contact, tenant_id, whole_contact
from tests.sandbox.dialects.xero.orders import PRICE_DIGITS, USUAL_PRICE_DIGITS, Renderer, Row
from tests.sandbox.dialects.xero.values import Body, identifier, moment
from tests.sandbox.faults import FaultKind
from tests.sandbox.masters import LegalEntity
from tests.sandbox.refresh_tokens import RefreshTokens, RotationRules
from tests.sandbox.rows import RowCache
from tests.sandbox.wire import json_response

TOKEN_PATH, API = "/connect/token", "/api.xro/2.0"
ACCESS_SECONDS = 1800
ROTATION = RotationRules(timedelta(days=60), grace=timedelta(minutes=30))
"""A refresh token lives for 60 days; one whose answer was lost may be used again for 30 minutes."""
ALWAYS = RotationRules(timedelta(days=60), grace=timedelta(0))
OLD_SCOPES = {"accounting.transactions.read", "accounting.contacts.read", "accounting.settings.read"}
SCOPES = {"accounting.invoices.read", "accounting.contacts.read", "accounting.settings.read"}
"""What an app may ask for: those created since 2 March 2026 have granular scopes in place of the transactions'."""
USUAL_PAGE, LARGEST_PAGE = 100, 1000
SINCE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")
LIMITS = {"X-MinLimit-Remaining": "59", "X-DayLimit-Remaining": "4990", "X-AppMinLimit-Remaining": "9999"}

Refused = Response | None


class Service:
    """The endpoints of all tenants."""

    def __init__(self, world: World) -> None:
        self._world, self._options = world, world.options
        self._renderer = Renderer(world.company, world.options)
        self._rows: RowCache[Row] = RowCache(world.company, self._renderer.row)
        self._tenants = {tenant_id(entity): entity for entity in world.company.entities.values()}
        self._scopes = OLD_SCOPES if world.options.get("app") == "old" else SCOPES
        rules = ALWAYS if world.options.get("rotation") == "always" else ROTATION
        secret, first = world.credentials["client_secret"], world.credentials["refresh_token"]
        self._refreshing = world.tokens.refreshing = RefreshTokens(world.clock, rules, secret, first)

    def routes(self) -> list[Route]:
        """All routes."""
        return [
            Route(TOKEN_PATH, self.token, methods=["POST"]),
            Route("/connect/revocation", self.revocation, methods=["POST"]),
            Route("/connections", self.connections),
            Route(f"{API}/Organisation", self._for_tenant(self.organisation)),
            Route(f"{API}/Contacts", self._for_tenant(self.contacts)),
            Route(f"{API}/PurchaseOrders", self._for_tenant(self.orders)),
            Route(f"{API}/PurchaseOrders/{{key}}", self._for_tenant(self.order)),
        ]

    async def token(self, request: Request) -> Response:
        """Refreshed tokens, or those of a custom connection."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        if not self._is_client(request):
            return json_response({"error": "invalid_client"}, 400)
        body: Body = {"expires_in": ACCESS_SECONDS, "token_type": "Bearer"}
        if form.get("grant_type") == "refresh_token":
            refresh_token = self._refreshing.redeem(form.get("refresh_token", ""))
            if refresh_token is None:
                return json_response({"error": "invalid_grant"}, 400)
            body["refresh_token"] = refresh_token
        elif form.get("grant_type") != "client_credentials":
            return json_response({"error": "unsupported_grant_type"}, 400)
        elif set(form.get("scope", "").split()) - self._scopes:
            return json_response({"error": "invalid_scope"}, 400)
        return json_response(body | {"access_token": self._world.tokens.issue(ACCESS_SECONDS)})

    async def revocation(self, request: Request) -> Response:
        """A refresh token is given back."""
        if not self._is_client(request):
            return json_response({"error": "invalid_client"}, 400)
        self._refreshing.give_back(dict(parse_qsl((await request.body()).decode("latin-1"))).get("token", ""))
        return Response(None, 200)

    def _is_client(self, request: Request) -> bool:
        known = self._world.credentials
        client = base64.b64encode(f"{known['client_id']}:{known['client_secret']}".encode()).decode("ascii")
        return request.headers.get("authorization") == f"Basic {client}"

    async def connections(self, request: Request) -> Response:
        """The tenants of the token."""
        if not self._is_signed_in(request):
            return answers.problem(401, "Unauthorized", answers.EXPIRED)
        return json_response(connections(self._world.company))

    def organisation(self, request: Request, entity: LegalEntity) -> Response:
        """The tenant itself; with ``settings=denied`` the app has no scope for it."""
        if self._options.get("settings") == "denied":
            return answers.problem(401, "Unauthorized", answers.NOT_IN_SCOPE)
        return self._answer({"Organisations": [organisation(entity)]})

    def contacts(self, request: Request, entity: LegalEntity) -> Response:
        """The contacts with these ids: all of them in short, or a page; archived ones only where they are asked for."""
        query = request.query_params
        wanted, with_archived = set(query.get("IDs", "").split(",")), query.get("includeArchived") == "true"
        found = [
            vendor
            for vendor in self._world.company.vendors.values()
            if identifier("contact", vendor.id) in wanted and (vendor.active or with_archived)
        ]
        if "page" not in query:
            return self._answer({"Contacts": [short_contact(vendor) for vendor in found]})
        size, number = self._size(query), int(query["page"])
        return self._answer({"Contacts": [whole_contact(v) for v in found[(number - 1) * size : number * size]]})

    def orders(self, request: Request, entity: LegalEntity) -> Response:
        """A page of the orders, by the few filters there are."""
        query = request.query_params
        since = request.headers.get("if-modified-since", "")
        self._world.log.note(f"since={since} {query.get('Status', '')}")
        if since and not SINCE.fullmatch(since):
            return answers.invalid("The If-Modified-Since header is not a valid date")
        found = [row for row in self._all() if row.tenant == entity.code]
        if self._world.faults.active(FaultKind.IGNORE_FILTER) is None:
            found = [row for row in found if self._is_wanted(row, since, query)]
        name, _, direction = query.get("order", "PurchaseOrderNumber ASC").partition(" ")
        found.sort(key=lambda row: row.updated_at if name == "UpdatedDateUTC" else row.body.get(name, ""),
                   reverse=direction.upper() == "DESC")  # fmt: skip
        if since and not found and self._options.get("unchanged") != "empty":
            return Response(None, 304)
        return self._page(found, int(query.get("page", 1)), self._size(query), self._digits(query))

    def order(self, request: Request, entity: LegalEntity) -> Response:
        """One order by id or number."""
        key = request.path_params["key"]
        for row in self._all():
            if row.tenant == entity.code and key in (row.id, row.body["PurchaseOrderNumber"]):
                served = self._served(row, self._digits(request.query_params))
                lines = [_with_discount_amount(line) for line in served["LineItems"]]
                return self._answer({"PurchaseOrders": [{**served, "LineItems": lines}]})
        return answers.not_found()

    def _all(self) -> list[Row]:
        gone = self._world.company.deleted_orders.values()
        return [*self._rows.rows(), *(self._renderer.row(entry.order, entry.deleted_at) for entry in gone)]

    def _is_wanted(self, row: Row, since: str, query: Any) -> bool:
        if since:
            told = datetime.fromisoformat(since)
            edge = told if told.tzinfo else told.replace(tzinfo=UTC)
            is_new = row.updated_at > edge if self._options.get("since") == "exclusive" else row.updated_at >= edge
            if not is_new:
                return False
        day = date.fromisoformat(row.body["DateString"][:10])
        starts = day >= date.fromisoformat(query["DateFrom"]) if "DateFrom" in query else True
        ends = day <= date.fromisoformat(query["DateTo"]) if "DateTo" in query else True
        return starts and ends and query.get("Status", row.status) == row.status

    def _size(self, query: Any) -> int:
        return min(int(query.get("pageSize", USUAL_PAGE)), int(self._options.get("largest_page", LARGEST_PAGE)))

    def _digits(self, query: Any) -> int:
        asked = query.get("unitdp") == "4" and self._options.get("unitdp") != "ignored"
        return PRICE_DIGITS if asked else USUAL_PRICE_DIGITS

    def _page(self, found: list[Row], number: int, size: int, digits: int) -> Response:
        rows = [self._served(row, digits) for row in found[(number - 1) * size : number * size]]
        pages = -(-len(found) // size)
        told = {"page": number, "pageSize": size, "pageCount": pages, "itemCount": len(found)}
        counts = {} if self._options.get("pagination") == "no" else {"pagination": told}
        return self._answer({**counts, "PurchaseOrders": rows})

    def _served(self, row: Row, digits: int) -> Body:
        lines = [
            {**line, "UnitAmount": rounded(line["UnitAmount"], digits)} if "UnitAmount" in line else line
            for line in row.body["LineItems"]
        ]
        return self._world.faults.reshaped({**row.body, "LineItems": lines})

    def _for_tenant(self, answer: Callable[[Request, LegalEntity], Response]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            if not self._is_signed_in(request):
                return answers.problem(401, "Unauthorized", answers.EXPIRED)
            entity = self._tenants.get(request.headers.get("xero-tenant-id", ""))
            if entity is None:
                return answers.problem(403, "Forbidden", answers.NOT_CONNECTED)
            return answer(request, entity)

        return endpoint

    def _is_signed_in(self, request: Request) -> bool:
        return self._world.tokens.accepts_bearer(request.headers.get("authorization"))

    def _answer(self, body: Body) -> Response:
        envelope = {
            "Id": identifier("answer", len(self._world.log.records)), "Status": "OK", "ProviderName": "Orderhouse",
            "DateTimeUTC": moment(self._world.clock.now()),
        }  # fmt: skip
        return json_response({**envelope, **body}, headers=LIMITS)


def _with_discount_amount(line: Body) -> Body:
    """A line as it is told of a single document: the amount beside the rate, which lists tell alone."""
    if not line.get("DiscountRate"):
        return line
    amount = rounded(line["Quantity"] * line["UnitAmount"] * line["DiscountRate"] / HUNDRED, 2)
    return {**line, "DiscountAmount": amount}
