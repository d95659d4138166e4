"""An order as the API pages show it, with what is expanded inside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from tests.sandbox.dialect import World
from tests.sandbox.dialects.business_central import masters
from tests.sandbox.dialects.business_central.expansion import Expansion
from tests.sandbox.dialects.business_central.lines import CUSTOM_PREFIX, line_dimensions, order_dimensions
from tests.sandbox.dialects.business_central.masters import Row
from tests.sandbox.dialects.business_central.paging import LARGEST_PAGE, Entries, next_link, take
from tests.sandbox.dialects.business_central.values import etag, guid, wire
from tests.sandbox.order import Order

CUSTOM_API = "orchard/purchasing/v1.0"
"""Publisher, group and version of the page that shows the company's own fields; standard pages cannot be extended."""

LINE_ORDER = {"$orderby": "sequence"}


@dataclass(frozen=True, slots=True)
class ServedOrder:
    """An order as its page holds it."""

    order: Order
    row: Row
    lines: list[Row]


def shows(request: Request, name: str) -> bool:
    """Whether the page that was asked has the property."""
    is_custom = name.startswith(CUSTOM_PREFIX) and name[len(CUSTOM_PREFIX)].isupper()
    return request.path_params["api"] == CUSTOM_API or not is_custom


def written(world: World, row: Row, request: Request | None = None) -> Row:
    """A row as JSON, with what the faults make of it."""
    shown = {name: wire(value) for name, value in row.items() if request is None or shows(request, name)}
    return world.faults.reshaped(shown)


@dataclass(frozen=True, slots=True)
class OrderView:
    """How orders appear in the answer to one request."""

    world: World
    request: Request

    def order(self, served: ServedOrder, expansion: Expansion) -> Row:
        """The order with the expanded records inside it."""
        order, company = served.order, self.world.company
        shown = {"@odata.etag": etag(served.row["id"], order.change_count), **self._written(served.row)}
        if self.world.options.get("enums") == "plain":
            shown["status"] = shown["status"].replace("_x0020_", " ")
        term = company.payment_terms.get(order.payment_term or "")
        parts: Mapping[str, Callable[[], Any]] = {
            "vendor": lambda: masters.vendor_row(company, company.vendors[order.vendor]),
            "paymentTerm": lambda: masters.payment_term_row(term) if term else None,
            "shipmentMethod": lambda: masters.shipment_method_row(order.incoterm) if order.incoterm else None,
            "dimensionSetLines": lambda: order_dimensions(company, order),
        }
        shown |= {name: parts[name]() for name in expansion if name in parts}
        if "purchaseOrderLines" in expansion:
            shown |= self._lines(served, expansion["purchaseOrderLines"])
        return shown

    def line(self, served: ServedOrder, row: Row, expansion: Expansion) -> Row:
        """A line with the expanded records inside it."""
        company = self.world.company
        shown = {"@odata.etag": etag(row["id"], served.order.change_count), **self._written(row)}
        line = next((line for line in served.order.lines if guid("line", line.id) == row["id"]), None)
        if "dimensionSetLines" in expansion:
            shown["dimensionSetLines"] = line_dimensions(company, line) if line else []
        if "location" in expansion:
            shown["location"] = masters.location_row(company.sites[line.site]) if line and line.site else None
        return shown

    def _lines(self, served: ServedOrder, expansion: Expansion) -> Row:
        """The lines inside an order, with a link to the rest where one answer does not hold them all."""
        cap = int(self.world.options.get("nested_cap", LARGEST_PAGE))
        properties = frozenset(served.lines[0] if served.lines else ())
        page = take(Entries(served.lines, lambda row: row, properties), LINE_ORDER if served.lines else {}, cap)
        found: Row = {"purchaseOrderLines": [self.line(served, line, expansion) for line in page.entries]}
        if page.token:
            url = f"{self.world.base_url}{self.request.url.path}({served.row['id']})/purchaseOrderLines"
            options = {"$expand": ",".join(expansion)} if expansion else {}
            found["purchaseOrderLines@odata.nextLink"] = next_link(url, options, page.token)
        return found

    def _written(self, row: Row) -> Row:
        return written(self.world, row, self.request)
