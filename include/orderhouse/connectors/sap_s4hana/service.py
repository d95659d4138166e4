"""The two purchase order services of SAP S/4HANA: where they are, what they call things, how orders are asked for.

What the connector adds to the source's fields has a leading underscore: ``_rate_units`` on the order, where the
connection's settings name its currency; ``_is_return`` on what belongs to a returns item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import FilterIgnored
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.odata import CollectionPage
from include.orderhouse.protocols.sap_gateway import Gateway


@dataclass(frozen=True)
class Names:
    """What a service calls things. The parts are navigation properties; those that a release lacks are not expanded."""

    version: odata.Version
    root: str
    orders: str
    lines: str
    to_lines: str
    order_parts: tuple[str, ...]
    line_parts: tuple[str, ...]


V2 = Names(
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
V4 = Names(
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
SERVICES: Mapping[str, Names] = {"v2": V2, "v4": V4}


class Service:
    """The service that a connection is set to."""

    def __init__(self, source: Source) -> None:
        settings = source.settings
        self.names = SERVICES[settings.service]
        self.gateway = Gateway(source.api, self.names.version, self.names.root, settings.sap_client)
        self._known = source.catalogue.details
        self._rate_units = settings.rate_units

    def pages(
        self, entity_set: str, condition: str | None, size: int, after: str | None = None, **options: Any
    ) -> Iterator[tuple[CollectionPage, str | None]]:
        """Rows in order of the order's number, from behind one on; each page with the number behind which it goes on.

        Only the first page tells a count. Raises FilterIgnored where a page does not go on.
        """
        options = {"orderby": "PurchaseOrder", "count": False} | options
        while True:
            behind = after and f"PurchaseOrder gt {odata.literal(after)}"
            page = {"filter": odata.all_of(condition, behind), "top": size, "count": options["count"] and after is None}
            found = self.gateway.ask(entity_set, **options | page)
            self._check_progress(after, [key_of(row) for row in found.rows])
            has_more = bool(found.rows) and (found.next_link is not None or len(found.rows) >= size)
            after = key_of(found.rows[-1]) if has_more else None
            yield found, after
            if after is None:
                return
            del found

    def by_key(self, keys: Sequence[str], condition: str | None = None) -> list[dict[str, Any]]:
        """The whole orders with these numbers that meet the condition.

        One more than there can be is asked for: a page that the server cut short tells a link, a whole one does not.
        """
        chosen, wanted = odata.all_of(condition, odata.one_of("PurchaseOrder", keys)), set(map(_place, keys))
        pages = self.pages(self.names.orders, chosen, len(keys) + 1, expand=self.expand())
        return [self.whole(row) for found, _ in pages for row in found.rows if _place(key_of(row)) in wanted]

    def expand(self) -> str:
        """``$expand`` of whole orders: every part that the release has."""
        names = self.names
        order_parts = [part for part in names.order_parts if part in self._known[names.orders]]
        line_parts = [part for part in names.line_parts if part in self._known[names.lines]]
        if names.version == 2:
            return ",".join([names.to_lines, *(f"{names.to_lines}/{part}" for part in line_parts), *order_parts])
        return ",".join([f"{names.to_lines}($expand={','.join(line_parts)})", *order_parts])

    def whole(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order with every nested collection read to its end, and with what the connector adds to it."""
        names = self.names
        self.gateway.complete(order, (names.to_lines, *names.order_parts))
        for line in odata.nested(order, names.to_lines, names.version, of=names.orders).rows:
            self.gateway.complete(line, names.line_parts)
            if line.get("IsReturnsItem") is True:
                _mark_parts(line, names)
        units = self._rate_units.get(str(order.get("DocumentCurrency")))
        return order if units is None else order | {"_rate_units": units}

    def _check_progress(self, last: str | None, keys: Sequence[str]) -> None:
        """A page behind a key holds only later keys; else the source ignores its filter: paging would never end."""
        if last is not None and any(_place(key) <= _place(last) for key in keys):
            raise FilterIgnored(
                f"{self.names.orders}: asked for orders after {last}, got {min(keys, key=_place)}.",
                action="Nothing more was read. A proxy or gateway in front of the source may drop the query options.",
            )


def _mark_parts(line: dict[str, Any], names: Names) -> None:
    """Mark what belongs to a returns item, as its parts do not tell it themselves."""
    for part in names.line_parts:
        found = line.get(part)
        rows = found.get("results") if isinstance(found, dict) else found
        for row in rows or ():
            row["_is_return"] = True


def _place(key: str) -> str:
    """Where a number stands in the order of numbers: they are kept in ten places and told without leading zeros."""
    return key.zfill(10) if key.isdecimal() else key


def key_of(row: Mapping[str, Any]) -> str:
    """An order's number, which is its key."""
    return wire.part(dict(row), "PurchaseOrder", str, of="a purchase order")
