"""The two purchase order services of SAP S/4HANA: where they are, what they call things, how they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from include.orderhouse import odata, wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import UnexpectedShape


@dataclass(frozen=True)
class Service:
    """One service. The parts are navigation properties; those that a release lacks are not expanded."""

    version: odata.Version
    root: str
    orders: str
    lines: str
    to_lines: str
    order_parts: tuple[str, ...]
    line_parts: tuple[str, ...]


V2 = Service(
    version=2,
    root="sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV",
    orders="A_PurchaseOrder",
    lines="A_PurchaseOrderItem",
    to_lines="to_PurchaseOrderItem",
    order_parts=("to_PurchaseOrderNote",),
    line_parts=(
        "to_ScheduleLine",
        "to_AccountAssignment",
        "to_PurchaseOrderPricingElement",
        "to_PurchaseOrderItemNote",
    ),
)
V4 = Service(
    version=4,
    root="sap/opu/odata4/sap/api_purchaseorder_2/srvd_a2x/sap/purchaseorder/0001",
    orders="PurchaseOrder",
    lines="PurchaseOrderItem",
    to_lines="_PurchaseOrderItem",
    order_parts=("_PurchaseOrderNote", "_SupplierAddress", "_PurchaseOrderPartner"),
    line_parts=(
        "_DeliveryAddress",
        "_PurchaseOrderScheduleLineTP",
        "_PurOrdAccountAssignment",
        "_PurOrdPricingElement",
        "_PurchaseOrderItemNote",
    ),
)
SERVICES: Mapping[str, Service] = {"v2": V2, "v4": V4}


def service_of(source: Source) -> Service:
    """The service that the connection is set to."""
    return SERVICES[source.settings.service]


def metadata(source: Source) -> dict[str, list[str]]:
    """Fields and navigation properties by entity set, from ``$metadata``. Raises UnexpectedShape where it is none."""
    service = service_of(source)
    told = source.api.get_text(f"{service.root}/$metadata", client(source))
    try:
        tree = ElementTree.fromstring(told)  # noqa: S314  expat bounds the expansion of entities; the host is the user's own
    except ElementTree.ParseError as error:
        raise UnexpectedShape(
            f"{service.root}/$metadata is no XML ({error}).",
            action="A login page or a proxy may stand in front of the source. Check host and sap_client.",
        ) from error
    types: dict[str, list[str]] = {}
    sets: dict[str, str] = {}
    for element in tree.iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "EntityType":
            members = [member for member in element if member.tag.endswith(("}Property", "}NavigationProperty"))]
            types[element.get("Name", "")] = [member.get("Name", "") for member in members]
        elif kind == "EntitySet":
            sets[element.get("Name", "")] = element.get("EntityType", "").rpartition(".")[2]
    return {name: types.get(entity, []) for name, entity in sets.items()}


def ask(source: Source, entity_set: str, **options: Any) -> odata.CollectionPage:
    """One page of an entity set. Options are OData's without the dollar sign; those that are empty are left out.

    ``count=True`` asks for the number of all rows that match.
    """
    service = service_of(source)
    if options.pop("count", False):
        options |= {"inlinecount": "allpages"} if service.version == 2 else {"count": "true"}
    params = {f"${name}": str(value) for name, value in options.items() if value}
    body = source.api.get(f"{service.root}/{entity_set}", params | client(source) | {"$format": "json"})
    return odata.collection(body, service.version, of=entity_set)


def client(source: Source) -> dict[str, str]:
    """The SAP client, for on-premise systems that have several."""
    return {"sap-client": source.settings.sap_client} if source.settings.sap_client else {}


def expand(source: Source) -> str:
    """``$expand`` of whole orders: every part that the release has."""
    service, known = service_of(source), source.catalogue.details
    order_parts = [part for part in service.order_parts if part in known[service.orders]]
    line_parts = [part for part in service.line_parts if part in known[service.lines]]
    if service.version == 2:
        return ",".join([service.to_lines, *(f"{service.to_lines}/{part}" for part in line_parts), *order_parts])
    return ",".join([f"{service.to_lines}($expand={','.join(line_parts)})", *order_parts])


def whole(source: Source, order: dict[str, Any]) -> dict[str, Any]:
    """The order with every nested collection read to its end."""
    service = service_of(source)
    _complete(source, order, (service.to_lines, *service.order_parts))
    for line in odata.nested(order, service.to_lines, service.version, of=service.orders).rows:
        _complete(source, line, service.line_parts)
    return order


def _complete(source: Source, row: dict[str, Any], parts: Iterable[str]) -> None:
    """Fetch what the server cut off of the row's collections, into the row."""
    version = service_of(source).version
    for part in parts:
        is_collection = isinstance(row.get(part), list) or "results" in (row.get(part) or {})
        if not is_collection:
            continue
        page = odata.nested(row, part, version, of="an order")
        rows, link = page.rows, page.next_link
        while link:
            page = odata.collection(source.api.get(link), version, of=part)
            rows, link = [*rows, *page.rows], page.next_link
        row[part] = rows if version == 4 else {"results": rows}
        row.pop(f"{part}@odata.nextLink", None)


def key_of(row: Mapping[str, Any]) -> str:
    """An order's number, which is its key."""
    return wire.part(dict(row), "PurchaseOrder", str, of="a purchase order")
