"""Entity sets, their counts and single records, and queries over documents and their lines."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.sandbox.dialect import World
from tests.sandbox.dialects.sap_business_one import queries
from tests.sandbox.dialects.sap_business_one.answers import NOT_FOUND, Refused
from tests.sandbox.dialects.sap_business_one.by_amount import drawn_from
from tests.sandbox.dialects.sap_business_one.drawn import invoice_rows, receipt_rows
from tests.sandbox.dialects.sap_business_one.given_back import credit_rows, request_rows, return_rows
from tests.sandbox.dialects.sap_business_one.masters import MASTERS, admin_info
from tests.sandbox.dialects.sap_business_one.orders import order_row
from tests.sandbox.dialects.sap_business_one.sessions import Sessions
from tests.sandbox.dialects.sap_business_one.values import Row, plain, wire
from tests.sandbox.faults import FaultKind
from tests.sandbox.order import Order
from tests.sandbox.rows import RowCache
from tests.sandbox.wire import json_response

Endpoint = Callable[["Service", Request], Awaitable[Response]]
EMPTY = frozenset(
    {
        "DocEntry",
        "DocumentStatus",
        "UpdateDate",
        "UpdateTime",
        "CreationDate",
        "CancelStatus",
        "ReserveInvoice",
        "DocumentLines",
    }
)
"""Properties of documents that a query may name although there is no document."""
PARTS = frozenset({"DocumentLines", "DocumentSpecialLines", "DocumentAdditionalExpenses"})


@dataclass(frozen=True, slots=True)
class Served:
    """A document, and its properties as filters compare them."""

    row: Row
    plain: Row


def _answered(endpoint: Endpoint) -> Endpoint:
    @wraps(endpoint)
    async def checked(service: Service, request: Request) -> Response:
        try:
            service.sessions.check(request)
            return await endpoint(service, request)
        except Refused as refused:
            return refused.response(request.path_params["version"])

    return checked


class Service:
    """The Service Layer over one company database."""

    def __init__(self, world: World, sessions: Sessions) -> None:
        self.sessions = sessions
        self._world = world
        company, options = world.company, world.options
        render: Mapping[str, Callable[[Order], list[Row]]] = {
            "PurchaseOrders": lambda order: [order_row(company, order, options)],
            "PurchaseDeliveryNotes": lambda order: drawn_from(company, order, receipt_rows(order, options), options),
            "PurchaseInvoices": lambda order: drawn_from(company, order, invoice_rows(order, options), options),
            "GoodsReturnRequest": lambda order: drawn_from(company, order, request_rows(order, options), options),
            "PurchaseReturns": lambda order: drawn_from(company, order, return_rows(order, options), options),
            "PurchaseCreditNotes": lambda order: drawn_from(company, order, credit_rows(order, options), options),
        }
        self._documents = {name: RowCache(company, _serving(made)) for name, made in render.items()}

    @_answered
    async def collection(self, request: Request) -> Response:
        """GET {entity}."""
        entity, version = request.path_params["entity"], request.path_params["version"]
        rows, _ = self._rows(entity)
        page = self._take(entity, rows, request)
        body: Row = {}
        if version == "v1":
            body["odata.metadata"] = f"{self._world.base_url}/b1s/v1/$metadata#{entity}"
            if request.query_params.get("$inlinecount") == "allpages":
                body["odata.count"] = str(page.total)
        else:
            body["@odata.context"] = f"{self._world.base_url}/b1s/v2/$metadata#{entity}"
            if request.query_params.get("$count") == "true":
                body["@odata.count"] = page.total
        selected = request.query_params.get("$select")
        body["value"] = [self._told(entity, served.row, version, selected) for served in page.rows]
        if page.next_skip is not None:
            whole = self._world.options.get("links") == "whole"
            link = queries.next_link(version, entity, dict(request.query_params), page.next_skip, whole)
            body["odata.nextLink" if version == "v1" else "@odata.nextLink"] = link
        self._world.log.note(f"{len(page.rows)} of {page.total}")
        headers = {"OData-Version": "4.0" if version == "v2" else "3.0"}
        if asked := re.search(r"odata\.maxpagesize=\d+", request.headers.get("prefer", "")):
            headers["Preference-Applied"] = asked[0]
        return json_response(body, headers=headers)

    @_answered
    async def count(self, request: Request) -> Response:
        """GET {entity}/$count, as plain text."""
        entity = request.path_params["entity"]
        rows, _ = self._rows(entity)
        return PlainTextResponse(str(self._take(entity, rows, request).total))

    @_answered
    async def single(self, request: Request) -> Response:
        """GET {entity}({key})."""
        entity, version = request.path_params["entity"], request.path_params["version"]
        rows, key = self._rows(entity)
        wanted = request.path_params["key"].strip("'")
        served = next((served for served in rows if str(served.row[key]) == wanted), None)
        if served is None:
            raise Refused(*NOT_FOUND)
        return json_response(self._told(entity, served.row, version, request.query_params.get("$select")))

    @_answered
    async def admin_info(self, request: Request) -> Response:
        """POST CompanyService_GetAdminInfo."""
        told = admin_info(self._world.company, self._world.options)
        return json_response({"odata.metadata": "$metadata#AdminInfo", **told})

    @_answered
    async def post_query(self, request: Request) -> Response:
        """POST QueryService_PostQuery: documents side by side with their lines."""
        body: dict[str, str] = json.loads(await request.body())
        entity, part = queries.cross_join(body["QueryPath"])
        if entity not in self._documents:
            raise Refused(400, -1000, f"Invalid entity '{entity}' in a cross join.")
        options = dict(option.partition("=")[::2] for option in body["QueryOption"].split("&"))
        if f"{entity}/DocEntry eq {part}/DocEntry" not in options.get("$filter", ""):
            raise Refused(400, -1000, f"The filter does not join '{entity}' and '{part}'.")
        expand = options.pop("$expand", "")
        wanted = {name: queries.expanded(expand, name) for name in (entity, part)}
        pairs = [pair for served in self._candidates(entity, options.get("$filter", "")) for pair in _pairs(served)]
        rows = [{entity: {**document, "DocumentLines": line}} for document, line in pairs]
        page = queries.take(rows, options, {entity}, self._page_size(request), lambda row: row)
        version, binary = request.path_params["version"], self._is_binary
        told = [
            {entity: _selected(row[entity], wanted[entity]),
             part: _selected(row[entity]["DocumentLines"], wanted[part])} for row in page.rows
        ]  # fmt: skip
        answer: Row = {"odata.metadata": "$metadata#Collection(Edm.ComplexType)", "value": wire(told, version, binary)}
        if page.next_skip is not None:
            answer["odata.nextLink"] = f"QueryService_PostQuery?$skip={page.next_skip}"
        self._world.log.note(f"{body['QueryPath']}: {len(told)}")
        return json_response(answer)

    @property
    def _is_binary(self) -> bool:
        return self._world.options.get("doubles") == "binary"

    def _rows(self, entity: str) -> tuple[list[Served], str]:
        """The records of an entity set and the name of its key."""
        if entity in self._documents:
            return [served for rows in self._documents[entity].rows() for served in rows], "DocEntry"
        if entity not in MASTERS:
            raise Refused(404, -1000, "Unrecognized resource path.")
        key, rows_of = MASTERS[entity]
        return [Served(row, row) for row in rows_of(self._world.company)], key

    def _candidates(self, entity: str, condition: str) -> list[Served]:
        """An index: the documents in whose lines a number of the filter stands as that of the document behind."""
        numbers = {int(digits) for digits in re.findall(r"BaseEntry eq (\d+)", condition)}
        rows, _ = self._rows(entity)
        if not numbers:
            return rows
        return [served for served in rows if any(line["BaseEntry"] in numbers for line in served.row["DocumentLines"])]

    def _take(self, entity: str, rows: list[Served], request: Request) -> queries.Paged:
        options = dict(request.query_params)
        if entity == "PurchaseOrders" and self._world.faults.active(FaultKind.IGNORE_FILTER):
            options.pop("$filter", None)
        names = frozenset(rows[0].row) if rows else EMPTY
        return queries.take(rows, options, names, self._page_size(request), lambda served: served.plain)

    def _page_size(self, request: Request) -> int | None:
        cap = self._world.options.get("page_cap")
        return queries.page_size(request.headers, int(cap) if cap else None)

    def _told(self, entity: str, row: Row, version: str, selected: str | None) -> Row:
        shown: Row = wire(row if selected is None else _selected(row, selected.split(",")), version, self._is_binary)
        if entity != "PurchaseOrders":
            return shown
        etag = "odata.etag" if version == "v1" else "@odata.etag"
        shown = {etag: f'W/"{row["DocEntry"]:08X}-{row["DataVersion"]}"', **shown}
        return self._world.faults.reshaped(shown)


def _serving(made: Callable[[Order], list[Row]]) -> Callable[[Order], list[Served]]:
    def serve(order: Order) -> list[Served]:
        return [Served(row, {k: plain(v) for k, v in row.items() if k not in PARTS}) for row in made(order)]

    return serve


def _pairs(served: Served) -> list[tuple[Row, Row]]:
    return [(served.plain, line) for line in served.row["DocumentLines"]]


def _selected(row: Row, names: list[str]) -> Row:
    unknown = [name for name in names if name not in row]
    if unknown:
        raise Refused(400, -1000, f"Property '{unknown[0]}' of 'Document' is invalid")
    return {name: row[name] for name in names}
