"""The endpoints of the API: companies, and the collections inside one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.dialects.business_central import masters, orders
from tests.sandbox.dialects.business_central.answers import Refused
from tests.sandbox.dialects.business_central.expansion import parse_expand
from tests.sandbox.dialects.business_central.lines import line_rows
from tests.sandbox.dialects.business_central.masters import Row
from tests.sandbox.dialects.business_central.paging import LARGEST_PAGE, Entries, next_link, page_size, take
from tests.sandbox.dialects.business_central.values import NO_ID, guid
from tests.sandbox.dialects.business_central.view import CUSTOM_API, LINE_ORDER, OrderView, ServedOrder, shows, written
from tests.sandbox.faults import FaultKind
from tests.sandbox.masters import LegalEntity
from tests.sandbox.rows import RowCache
from tests.sandbox.wire import json_response

STANDARD_API = "v2.0"
NONE: Mapping[str, str] = {}

Endpoint = Callable[["Service", Request], Awaitable[Response]]


def _checked(endpoint: Endpoint) -> Endpoint:
    """Check address and token first; answer a refusal with its body."""

    @wraps(endpoint)
    async def answer(self: Service, request: Request) -> Response:
        try:
            self.check(request)
            return await endpoint(self, request)
        except Refused as refused:
            return refused.response

    return answer


class Service:
    """The API over one company.

    Options: `page_cap`, `nested_cap` (lines of an order in one answer), `enums` (`plain`: not escaped), `invoices`
    (`combined`: they are made of receipts, and name no order; a batch job has deleted the orders).
    """

    def __init__(self, world: World) -> None:
        self._world = world
        company, is_combined = world.company, world.options.get("invoices") == "combined"
        self._orders: RowCache[ServedOrder] = RowCache(
            company,
            lambda order: ServedOrder(order, orders.order_row(company, order, is_combined), line_rows(company, order)),
        )

    def check(self, request: Request) -> None:
        """Refused for a wrong tenant, environment, API or token."""
        known, asked = self._world.credentials, request.path_params
        if not self._world.tokens.accepts_bearer(request.headers.get("authorization")):
            said = "The server has rejected the client credentials."
            raise Refused(401, "Authentication_InvalidCredentials", said)
        if (asked["tenant"], asked["environment"]) != (known["tenant_id"], known["environment"]):
            raise Refused(404, "NoEnvironment", f"Environment '{asked['environment']}' does not exist.")
        if asked["api"] not in (STANDARD_API, CUSTOM_API):
            raise Refused(404, "BadRequest_NotFound", f"No HTTP resource was found for the route 'api/{asked['api']}'.")

    @_checked
    async def companies(self, request: Request) -> Response:
        """GET companies."""
        return self._page(request, [masters.company_row(entity) for entity in self._world.company.entities.values()])

    @_checked
    async def collection(self, request: Request) -> Response:
        """GET companies({id})/{entity}."""
        entity, name = self._entity(request), request.path_params["entity"]
        if name == "purchaseOrders":
            return self._order_page(request, entity)
        if name == "purchaseOrderLines":
            raise Refused(
                400, "Application_DialogException", "You must specify an Id or a Document Id to get the lines."
            )
        company = self._world.company
        rows: Mapping[str, Callable[[], Iterable[Row]]] = {
            "companyInformation": lambda: [masters.company_information(entity)],
            "unitsOfMeasure": lambda: map(masters.unit_row, company.units.values()),
            "salespeoplePurchasers": lambda: masters.purchaser_rows(company),
            "items": lambda: map(masters.item_row, company.items.values()),
            "purchaseInvoices": lambda: self._invoices(entity),
        }
        if name not in rows or request.path_params["api"] != STANDARD_API:
            raise Refused(404, "BadRequest_NotFound", f"Resource not found for the segment '{name}'.")
        return self._page(request, list(rows[name]()))

    @_checked
    async def order_part(self, request: Request) -> Response:
        """GET companies({id})/purchaseOrders({id})/purchaseOrderLines."""
        entity, wanted = self._entity(request), request.path_params["order"]
        served = next((served for served in self._listed(entity) if served.row["id"] == wanted), None)
        if served is None or request.path_params["part"] != "purchaseOrderLines":
            raise Refused(404, "Internal_RecordNotFound", f"The Purchase Order does not exist. Id='{wanted}'")
        expansion = parse_expand(request.query_params.get("$expand", ""), "purchaseOrderLines")
        view, found = (
            OrderView(self._world, request),
            Entries(served.lines, lambda row: row, frozenset(served.lines[0])),
        )
        return self._answer(request, found, lambda line: view.line(served, line, expansion), LINE_ORDER)

    def _entity(self, request: Request) -> LegalEntity:
        wanted = request.path_params["company"]
        for entity in self._world.company.entities.values():
            if guid("company", entity.code) == wanted:
                return entity
        raise Refused(404, "BadRequest_NotFound", f"The company '{wanted}' does not exist.")

    def _listed(self, entity: LegalEntity) -> list[ServedOrder]:
        found = self._orders.rows()
        return [served for served in found if served.order.entity == entity.code and orders.is_listed(served.order)]

    def _invoices(self, entity: LegalEntity) -> Iterable[Row]:
        """The posted invoice behind every order that posting has deleted, and of those invoiced in part."""
        is_combined = self._world.options.get("invoices") == "combined"
        for served in self._orders.rows():
            order = served.order
            if order.entity == entity.code and any(line.quantity_invoiced for line in order.lines):
                yield {
                    "id": guid("purchaseInvoice", order.id),
                    "number": f"PI{order.id:06d}",
                    "orderId": NO_ID if is_combined else served.row["id"],
                    "orderNumber": "" if is_combined else order.number,
                    "vendorNumber": order.vendor,
                    "status": "Open",
                }

    def _order_page(self, request: Request, entity: LegalEntity) -> Response:
        expansion = parse_expand(request.query_params.get("$expand", ""), "purchaseOrders")
        view = OrderView(self._world, request)
        return self._answer(
            request,
            Entries(self._listed(entity), lambda served: served.row, self._order_properties(request)),
            lambda served: view.order(served, expansion),
        )

    def _order_properties(self, request: Request) -> frozenset[str]:
        served = self._orders.rows()
        names = served[0].row.keys() if served else ("id", "lastModifiedDateTime")
        return frozenset(name for name in names if shows(request, name))

    def _page(self, request: Request, rows: list[Row]) -> Response:
        properties = frozenset(rows[0]) if rows else frozenset({"id", "orderId"})
        return self._answer(request, Entries(rows, lambda row: row, properties), lambda row: written(self._world, row))

    def _answer(
        self, request: Request, found: Entries[Any], show: Callable[[Any], Row], defaults: Mapping[str, str] = NONE
    ) -> Response:
        options = {**defaults, **request.query_params}
        size = page_size(request.headers.get("prefer"), int(self._world.options.get("page_cap", LARGEST_PAGE)))
        ignores_filter = self._world.faults.active(FaultKind.IGNORE_FILTER) is not None
        page = take(found, options, size, ignores_filter)
        self._world.log.note(f"{len(page.entries)} of {page.total}")
        url = f"{self._world.base_url}{request.url.path}"
        body: Row = {"@odata.context": f"{url.rpartition('/')[0]}/$metadata#{url.rpartition('/')[2]}"}
        if options.get("$count") == "true":
            body["@odata.count"] = page.total
        selected = options["$select"].split(",") if "$select" in options else None
        body["value"] = [_selected(show(entry), selected) for entry in page.entries]
        if page.token:
            body["@odata.nextLink"] = next_link(url, options, page.token)
        return json_response(
            body, headers={"OData-Version": "4.0"}, media_type="application/json; odata.metadata=minimal"
        )


def _selected(row: Row, names: list[str] | None) -> Row:
    return row if names is None else {name: value for name, value in row.items() if name in names or name[0] == "@"}
