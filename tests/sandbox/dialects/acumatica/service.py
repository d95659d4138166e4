"""The entities of the endpoint: lists with filters, single records, and the schema of the site's own fields."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.dialects.acumatica import contract5, related
from tests.sandbox.dialects.acumatica.answers import CANNOT_OPTIMIZE, LONGEST_QUERY, Refused, too_long_response
from tests.sandbox.dialects.acumatica.extras import Extras
from tests.sandbox.dialects.acumatica.orders import order_fields, order_row
from tests.sandbox.dialects.acumatica.sessions import Sessions
from tests.sandbox.dialects.acumatica.values import Fields, Row, entity, note_id
from tests.sandbox.faults import FaultKind
from tests.sandbox.odata import ODataError, parse_filter
from tests.sandbox.order import Order
from tests.sandbox.rows import RowCache
from tests.sandbox.wire import json_response

Endpoint = Callable[["Service", Request], Awaitable[Response]]
Names = frozenset[str]
DEFAULT_VERSIONS = "6.00.001,22.200.001,23.200.001,24.200.001,26.200.001"
ALWAYS = frozenset({"id", "rowNumber", "note", "custom", "_links"})
FIRST_WITH_TIMES_OF_RECEIPTS = (23, 200, 1)
KEYS = {"PurchaseOrder": ("Type", "OrderNbr"), "PurchaseReceipt": ("Type", "ReceiptNbr"), "Vendor": ("VendorID",)}


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its fields as filters compare them, and how it is told with what is expanded."""

    fields: Fields
    show: Callable[[Names, Names], Row]


def _answered(endpoint: Endpoint) -> Endpoint:
    @wraps(endpoint)
    async def checked(service: Service, request: Request) -> Response:
        if len(request.url.query) > LONGEST_QUERY:
            return too_long_response()
        try:
            service.check(request)
            return await endpoint(service, request)
        except Refused as refused:
            return refused.response

    return checked


def _speaks_5(request: Request) -> bool:
    return contract5.is_spoken_by(request.path_params["endpoint"], request.path_params["version"])


def _lacks(request: Request) -> set[str]:
    """Fields that the version of the endpoint does not have yet."""
    asked = request.path_params
    is_early = tuple(map(int, asked["version"].split("."))) < FIRST_WITH_TIMES_OF_RECEIPTS
    is_receipt = (asked["endpoint"], asked["entity"]) == ("Default", "PurchaseReceipt")
    return {"LastModifiedDateTime"} if is_early and is_receipt else set()


class Service:
    """One tenant of a site."""

    def __init__(self, world: World, sessions: Sessions) -> None:
        self._world, self._sessions = world, sessions
        self._offset = int(world.options.get("offset", 0))
        versions = world.options.get("versions", DEFAULT_VERSIONS).split(",")
        own = [("MANUFACTURING", "21.100.001"), contract5.FROM_SCRATCH]
        self._endpoints = [*(("Default", version) for version in versions), *own]
        self._orders: RowCache[list[Record]] = RowCache(world.company, self._order)
        self._receipts: RowCache[list[Record]] = RowCache(world.company, self._receipts_of)

    def check(self, request: Request) -> None:
        """Refused without a session, or for an endpoint or version that the site does not have."""
        self._sessions.check(request)
        asked = request.path_params
        if "endpoint" in asked and (asked["endpoint"], asked["version"]) not in self._endpoints:
            raise Refused(404, f"No HTTP resource was found that matches the request URI '{request.url.path}'.")

    @_answered
    async def endpoints(self, request: Request) -> Response:
        """GET /entity: the site's version and endpoints."""
        listed = [
            {"name": name, "version": version, "href": f"/entity/{name}/{version}/"}
            for name, version in self._endpoints
        ]
        version = {"acumaticaBuildVersion": "26.200.0048", "databaseVersion": "26.200.0048"}
        return json_response({"version": version, "endpoints": listed})

    @_answered
    async def schema(self, request: Request) -> Response:
        """GET PurchaseOrder/$adHocSchema: every field of the screen that the endpoint leaves out."""
        extras = Extras(self._world.options)
        line = entity(note_id("schema", "line"), {}, 0, extras.line_schema())
        return json_response(entity(note_id("schema", "order"), {"Details": [line]}, 0, extras.header_schema()))

    @_answered
    async def collection(self, request: Request) -> Response:
        """GET {entity}: a bare array in order of the keys; there is neither a count nor an order of one's own."""
        name, options = request.path_params["entity"], request.query_params
        found = self._records(name)
        ignores = name == "PurchaseOrder" and self._world.faults.active(FaultKind.IGNORE_FILTER)
        if (text := options.get("$filter")) and not ignores:
            found = self._matching(request, found, text)
        found.sort(key=lambda record: tuple(str(record.fields[key]) for key in KEYS[name]))
        skip, top = int(options.get("$skip", 0)), options.get("$top")
        page = found[skip:] if top is None else found[skip : skip + int(top)]
        self._world.log.note(f"{len(page)} of {len(found)}")
        return json_response([self._told(record, request, is_list=True) for record in page])

    @_answered
    async def single(self, request: Request) -> Response:
        """GET {entity}/{key}/{key}."""
        name, asked = request.path_params["entity"], request.path_params
        wanted = (asked["first"], asked["second"])
        for record in self._records(name):
            if tuple(record.fields[key] for key in KEYS[name]) == wanted:
                return json_response(self._told(record, request, is_list=False))
        raise Refused(
            404, "No entity satisfies the condition.", "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException"
        )

    def _records(self, name: str) -> list[Record]:
        company = self._world.company
        if name == "Vendor":
            return [
                Record(
                    related.vendor_fields(company, v), lambda e, _, v=v: related.vendor_row(company, v, e, self._offset)
                )
                for v in company.vendors.values()
            ]
        rows = {"PurchaseOrder": self._orders, "PurchaseReceipt": self._receipts}.get(name)
        if rows is None:
            raise Refused(404, f"Entity {name} is not found.")
        return [record for found in rows.rows() for record in found]

    def _order(self, order: Order) -> list[Record]:
        company, options = self._world.company, self._world.options
        fields = order_fields(company, order, options)
        return [Record(fields, lambda expand, custom: order_row(company, order, options, expand, custom))]

    def _receipts_of(self, order: Order) -> list[Record]:
        company = self._world.company
        return [
            Record(
                related.receipt_fields(company, order, line, index),
                lambda e, _, line=line, n=index: related.receipt_row(company, order, line, n, e, self._offset),
            )
            for line, index in related.receipts_of(order)
        ]

    def _matching(self, request: Request, records: list[Record], text: str) -> list[Record]:
        name, speaks_5 = request.path_params["entity"], _speaks_5(request)
        properties = (
            frozenset(records[0].fields) if records else frozenset({*KEYS[name], "LastModifiedDateTime", "Status"})
        )
        try:
            matches = parse_filter(text, properties - _lacks(request), 4 if speaks_5 else 2)
            if speaks_5:
                return [record for record in records if matches(contract5.compared(record.fields))]
            return [record for record in records if matches(record.fields)]
        except ODataError as error:
            raise Refused(400, f"The filter is not valid: {error}") from error

    def _told(self, record: Record, request: Request, is_list: bool) -> Row:
        options = request.query_params
        expand = frozenset(filter(None, options.get("$expand", "").split(",")))
        play = self._world.options.get("expand") if is_list else None
        if expand and play == "refused":
            kind = "PX.Api.ContractBased.OptimizedExport.CannotOptimizeException"
            raise Refused(500, CANNOT_OPTIMIZE, kind)
        left_out = expand & {"Details", "TaxDetails"} if play in ("ignored", "empty") else frozenset()
        row = record.show(expand - left_out, frozenset(filter(None, options.get("$custom", "").split(","))))
        if play == "empty":
            row |= {name: [] for name in left_out}
        row = {name: value for name, value in row.items() if name not in _lacks(request)} | {"rowNumber": 1}
        if "$select" in options:
            names = {part.partition("/")[0] for part in options["$select"].split(",")} | ALWAYS
            row = {name: value for name, value in row.items() if name in names}
        if _speaks_5(request):
            row = contract5.told(row)
        return self._faulty(row) if request.path_params["entity"] == "PurchaseOrder" else row

    def _faulty(self, row: dict[str, Any]) -> Row:
        if new := self._world.faults.active(FaultKind.NEW_FIELD):
            row[new.field] = {"value": new.value}
        retyped = self._world.faults.active(FaultKind.RETYPED_FIELD)
        if retyped and retyped.field in row:
            row[retyped.field] = {"value": retyped.value}
        if vanished := self._world.faults.active(FaultKind.VANISHED_FIELD):
            row.pop(vanished.field, None)
        return row
