"""The endpoints: the token endpoint, and both services with filters, order, projection, expansion and paging."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.dialects.sap_s4hana import answers, fields, items, metadata, names, orders
from tests.sandbox.dialects.sap_s4hana.rows import LINE_PARTS, ORDER_PARTS, TO_LINES, EntityRow, order_row
from tests.sandbox.dialects.sap_s4hana.wire import Writer
from tests.sandbox.faults import FaultKind
from tests.sandbox.odata import ODataError, Query, parse_query
from tests.sandbox.rows import RowCache
from tests.sandbox.wire import json_response

ROOTS = {
    2: "/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV",
    4: "/sap/opu/odata4/sap/api_purchaseorder_2/srvd_a2x/sap/purchaseorder/0001",
}
TOKEN_PATH = "/sap/bc/sec/oauth2/token"
TOKEN_SECONDS = 600
CLIENT = "100"
PAGE_CAP = 1000


class SignIn:
    """Who may ask: Basic, a bearer token, or an API key."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def token(self, request: Request) -> Response:
        """Client credentials, in the form or as Basic."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        known, told = self._world.credentials, _basic(request)
        pair = told or (form.get("client_id", ""), form.get("client_secret", ""))
        if form.get("grant_type") != "client_credentials":
            return json_response(
                {"error": "unsupported_grant_type", "error_description": "Grant type is not supported"}, 400
            )
        if pair != (known["client_id"], known["client_secret"]):
            return json_response({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        token = self._world.tokens.issue(TOKEN_SECONDS)
        return json_response({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def refusal(self, request: Request) -> Response | None:
        """None for a request that may pass."""
        known = self._world.credentials
        if "apikey" in request.headers:
            return None if request.headers["apikey"] == known["api_key"] else answers.bad_api_key()
        is_basic = _basic(request) == (known["login"], known["password"])
        is_bearer = self._world.tokens.accepts_bearer(request.headers.get("authorization"))
        client = request.query_params.get("sap-client", request.headers.get("sap-client", CLIENT))
        return None if (is_basic or is_bearer) and client == CLIENT else answers.unauthorized()


class Service:
    """One of the two services."""

    def __init__(self, world: World, sign_in: SignIn, version: int) -> None:
        self._world, self._sign_in, self._version = world, sign_in, version
        units = {part[:3]: int(part[4:]) for part in world.options.get("rate_units", "").split()}
        returns = int(world.options.get("returns", "0"))
        render = partial(order_row, world.company, version=version, rate_units=units, returns=returns)
        self._rows = RowCache(world.company, render)
        self._language = world.options.get("language", "EN")
        self._cap = int(world.options.get("page_cap", PAGE_CAP))

    async def answer(self, request: Request) -> Response:
        """Any resource of the service."""
        refusal = self._sign_in.refusal(request)
        if refusal is not None:
            return refusal
        path = str(request.path_params["path"])
        if path == "$metadata":
            return Response(metadata.document(self._version), media_type="application/xml")
        try:
            return self._resource(path, dict(request.query_params))
        except ODataError as error:
            code = answers.NO_PROPERTY if "property" in str(error) else answers.SYNTAX
            return answers.error_response(self._version, 400, code, str(error))

    def _resource(self, path: str, options: dict[str, str]) -> Response:
        name, _, below = path.partition("(")
        if name == orders.ORDER.sets[self._version] and below:
            return self._lines_of(below, options)
        if name == orders.ORDER.sets[self._version]:
            return self._collection(orders.ORDER, self._rows.rows(), options)
        if name == items.LINE.sets[self._version]:
            lines = [line for row in self._rows.rows() for line in row.parts[TO_LINES[self._version]]]
            return self._collection(items.LINE, lines, options)
        return answers.error_response(
            self._version, 404, answers.NO_RESOURCE, f"Resource not found for segment '{name}'."
        )

    def _lines_of(self, below: str, options: dict[str, str]) -> Response:
        """The lines of one order: ``PurchaseOrder('4500000001')/_PurchaseOrderItem``."""
        number, _, part = below.partition(")")
        found = [row for row in self._rows.rows() if row.values["PurchaseOrder"] == number.strip("'")]
        if not found or part.strip("/") != TO_LINES[self._version]:
            return answers.error_response(self._version, 404, answers.NO_RESOURCE, "Resource not found.")
        return self._collection(items.LINE, found[0].parts[part.strip("/")], options)

    def _collection(self, entity: fields.Entity, rows: list[EntityRow], options: dict[str, str]) -> Response:
        known = frozenset(entry.name for entry in entity.of(self._version))
        query = parse_query(options, known, self._version)
        values: Callable[[EntityRow], Mapping[str, Any]] = lambda row: row.values  # noqa: E731
        ignores = self._world.faults.active(FaultKind.IGNORE_FILTER)
        found = query.ordered(rows, values) if ignores else query.apply(rows, values)
        start = int(options.get("$skiptoken", "0"))
        wanted = list(query.page(found))[start:]
        page = wanted[: self._cap]
        link = self._next_link(entity, options, start + self._cap) if len(wanted) > self._cap else None
        count = len(found) if options.get("$count") == "true" or options.get("$inlinecount") == "allpages" else None
        self._world.log.note(f"{len(page)} of {len(found)}")
        return self._page([self._written(row, query, options) for row in page], link, count)

    def _written(self, row: EntityRow, query: Query, options: Mapping[str, str]) -> dict[str, Any]:
        lines_at_once = self._world.options.get("lines_at_once")
        base_url = self._world.options.get("link_base", self._world.base_url)
        writer = Writer(self._version, ROOTS[self._version], base_url, int(lines_at_once) if lines_at_once else None)
        expand = parse_expand(options.get("$expand", ""), self._version)
        written = writer.write(row, expand, query.select)
        if options.get("sap-language", self._language) != "EN":
            written = names.translated(written)
        lines = self._written_lines(written)
        lines[:] = map(self._world.faults.reshaped, lines)
        return self._world.faults.reshaped(written)

    def _written_lines(self, written: Mapping[str, Any]) -> list[dict[str, Any]]:
        lines = written.get(TO_LINES[self._version], [])
        found: list[dict[str, Any]] = lines.get("results", []) if isinstance(lines, dict) else lines
        return found

    def _next_link(self, entity: fields.Entity, options: Mapping[str, str], skip: int) -> str:
        kept = "&".join(f"{name}={value}" for name, value in options.items() if name != "$skiptoken")
        root = ROOTS[self._version] if self._version == 4 else f"{self._world.base_url}{ROOTS[2]}"
        return f"{root}/{entity.sets[self._version]}?{kept}&$skiptoken={skip}"

    def _page(self, rows: list[dict[str, Any]], link: str | None, count: int | None) -> Response:
        if self._version == 2:
            body: dict[str, Any] = {"results": rows}
            body |= {"__count": str(count)} if count is not None else {}
            body |= {"__next": link} if link else {}
            return json_response({"d": body}, headers={"dataserviceversion": "2.0"})
        told: dict[str, Any] = {"@odata.context": f"{ROOTS[4]}/$metadata#PurchaseOrder"}
        told |= {"@odata.count": count} if count is not None else {}
        told |= {"value": rows}
        told |= {"@odata.nextLink": link} if link else {}
        return json_response(told, headers={"odata-version": "4.0"})


def parse_expand(text: str, version: int) -> dict[str, Any]:
    """The tree of an expansion: ``a/b,c`` in 2.0, ``a($expand=b),c`` in 4.0. ODataError for an unknown name."""
    known = {*ORDER_PARTS[version], *LINE_PARTS[version], TO_LINES[version]}
    tree: dict[str, Any] = {}
    if version == 4 and (start := text.find("($expand=")) >= 0:
        head, inner, tail = text[:start], text[start + 9 : text.index(")")], text[text.index(")") + 1 :]
        tree = parse_expand(head, version)
        tree[head.rpartition(",")[2]] = parse_expand(inner, version)
        return tree | parse_expand(tail.lstrip(","), version)
    for path in filter(None, text.split(",")):
        branch = tree
        for name in path.split("/"):
            if name not in known:
                raise ODataError(f"Could not find a property named '{name}'.")
            branch = branch.setdefault(name, {})
    return tree


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    login, _, password = base64.b64decode(told).decode().partition(":")
    return login, password
