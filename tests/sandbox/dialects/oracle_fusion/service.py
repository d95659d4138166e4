"""The endpoints: collections, records by their key, children below them, and `describe`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.dialects.oracle_fusion.answers import Refused
from tests.sandbox.dialects.oracle_fusion.resources import (
    ROOTS,
    Node,
    Play,
    change_order_node,
    described,
    draft_node,
    flat_schedules,
    life_cycle_node,
    order_node,
    supplier_node,
)
from tests.sandbox.dialects.oracle_fusion.sign_in import SignIn
from tests.sandbox.dialects.oracle_fusion.statuses import has_change_order, is_draft
from tests.sandbox.dialects.oracle_fusion.view import View, primary_key
from tests.sandbox.order import Order
from tests.sandbox.rows import RowCache
from tests.sandbox.wire import json_response

VERSIONS = ("11.13.18.05", "latest")
COLLECTION = "application/vnd.oracle.adf.resourcecollection+json"
ITEM = "application/vnd.oracle.adf.resourceitem+json"

Endpoint = Callable[["Service", Request], Awaitable[Response]]


def _checked(endpoint: Endpoint) -> Endpoint:
    """Check address and sign-in first; answer a refusal with its body."""

    @wraps(endpoint)
    async def answer(self: Service, request: Request) -> Response:
        try:
            self.check(request)
            return await endpoint(self, request)
        except Refused as refused:
            return refused.response(self.framework(request))

    return answer


class Service:
    """The resources over one company; `Play` names the options."""

    def __init__(self, world: World) -> None:
        self._world, self._sign_in, self._play = world, SignIn(world), Play(world.options)
        company, play = world.company, self._play
        self._orders: RowCache[tuple[Order, Node]] = RowCache(
            company, lambda order: (order, order_node(company, order, play))
        )
        self._schedules = RowCache(company, self._schedules_of)

    def check(self, request: Request) -> None:
        """Refused for a wrong version, resource or sign-in."""
        if not self._sign_in.admits(request):
            raise Refused(401, "The credentials are not valid.")
        asked = request.path_params
        if asked["version"] not in VERSIONS or asked["resource"] not in ROOTS:
            raise Refused(404, f"The resource {asked['resource']} does not exist.")
        if asked["resource"] in self._world.options.get("forbidden", "").split():
            raise Refused(403, f"You are not authorized to access {asked['resource']}.")

    def framework(self, request: Request) -> int:
        """The framework version that is asked for."""
        told = request.headers.get("REST-Framework-Version") or self._world.options.get("framework", "1")
        return int(told) if told.isdecimal() else 1

    @_checked
    async def describe(self, request: Request) -> Response:
        """GET {resource}/describe."""
        name = request.path_params["resource"]
        sample = max(self._nodes(name) or self._drafts_to_be(name), key=_fullness, default=None)
        resources = {} if sample is None else {name: described(name, sample, self._play)}
        return json_response({"Resources": resources})

    @_checked
    async def collection(self, request: Request) -> Response:
        """GET {resource}."""
        name = request.path_params["resource"]
        if name == "purchaseOrderLifeCycleDetails":
            raise Refused(400, "A finder is required.")
        found = self._nodes(name)
        if finder := request.query_params.get("finder"):
            found = primary_key(found, name, finder)
        return json_response(self._view(request).page(found, name), media_type=COLLECTION)

    @_checked
    async def inner(self, request: Request) -> Response:
        """GET {resource}/{key}, with /child/{name} and further keys behind it."""
        name, steps = request.path_params["resource"], request.path_params["path"].split("/")
        found, view = self._nodes(name), self._view(request)
        while True:
            key, rest = steps[0], steps[1:]
            one = next((node for node in found if node.key == key), None)
            if one is None or (rest and (rest[0] != "child" or len(rest) < 2 or rest[1] not in one.children)):
                raise Refused(404, f"No {name} record matches {key}.")
            if not rest:
                url = view.url.rpartition("/")[0]
                return json_response(view.item(one, url, name, view.tree()), media_type=ITEM)
            name, found, steps = rest[1], one.children[rest[1]], rest[2:]
            if not steps:
                return json_response(view.page(found, name), media_type=COLLECTION)

    def _view(self, request: Request) -> View:
        url = f"{self._world.base_url}{request.url.path}"
        return View(self._world, dict(request.query_params), self.framework(request), url, self._play.not_queryable)

    def _nodes(self, name: str) -> list[Node]:
        company, orders = self._world.company, self._orders.rows()
        match name:
            case "purchaseOrders":
                return [node for order, node in orders if not is_draft(order)]
            case "draftPurchaseOrders":
                drafts = [draft_node(company, order, self._play) for order, _ in orders if is_draft(order)]
                changes = [order for order, _ in orders if has_change_order(order)]
                return drafts + [change_order_node(company, order, self._play) for order in changes]
            case "purchaseOrderSchedules":
                return [schedule for schedules in self._schedules.rows() for schedule in schedules]
            case "suppliers":
                return [supplier_node(company, code, self._world.options) for code in company.vendors]
        return [life_cycle_node(order, node) for order, node in orders if not is_draft(order)]

    def _drafts_to_be(self, name: str) -> list[Node]:
        """Orders as drafts, to tell the attributes of drafts by while there are none."""
        orders = self._orders.rows() if name == "draftPurchaseOrders" else ()
        return [draft_node(self._world.company, order, self._play) for order, _ in orders]

    def _schedules_of(self, order: Order) -> list[Node]:
        kept = self._orders.row(order.id)
        return [] if kept is None or is_draft(order) else flat_schedules(kept[1])


def _fullness(node: Node) -> int:
    """How many kinds of child records there are below a record: a `describe` document shows all of them."""
    return sum(1 + _fullness(child[0]) for child in node.children.values() if child)
