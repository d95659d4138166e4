"""The tree of records behind each resource, and what `describe` tells of their attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.oracle_fusion import lines, orders
from tests.sandbox.dialects.oracle_fusion.statuses import NAMES
from tests.sandbox.dialects.oracle_fusion.values import Row, unique_id, unit_code
from tests.sandbox.order import Line, Order

ROOTS = (
    "purchaseOrders",
    "draftPurchaseOrders",
    "purchaseOrderSchedules",
    "suppliers",
    "purchaseOrderLifeCycleDetails",
)
HIDDEN_KEYS = ("purchaseOrders", "draftPurchaseOrders", "schedules", "distributions", "DFF")
"""Resources whose records stand in URLs under a hash; the others under their own key."""
KEYS = {
    "purchaseOrders": "POHeaderId", "draftPurchaseOrders": "POHeaderId", "lines": "POLineId",
    "schedules": "LineLocationId", "distributions": "PODistributionId", "purchaseOrderSchedules": "LineLocationId",
    "suppliers": "SupplierId", "sites": "SupplierSiteId", "addresses": "SupplierAddressId",
    "purchaseOrderLifeCycleDetails": "POHeaderId", "receipts": "ReceiptId",
}  # fmt: skip
NOT_QUERYABLE = frozenset({"Ordered", "Total", "TotalTax", "BillToLocationAddress", "ShipToLocationAddress", "Buyer"})
"""Attributes that are computed as they are read."""


@dataclass(slots=True)
class Node:
    """A record with its child records."""

    row: Row
    key: str
    """How its URL names it."""
    version: int = 0
    children: dict[str, list[Node]] = field(default_factory=dict)

    def child(self, name: str, key: str) -> Node | None:
        """The child record that a URL names."""
        return next((node for node in self.children.get(name, ()) if node.key == key), None)


@dataclass(frozen=True, slots=True)
class Play:
    """How this pod plays what the vendor leaves open.

    Options: `moves` (`all`: a header is updated with anything in the order), `billed` (the attribute of invoiced
    quantities), `not_queryable` (further attributes, separated by blanks), `nested` (`array`: children always come as
    plain arrays), `nested_cap` (children of one record in one answer), `framework` (the version when none is asked),
    `approval` (the StatusCode of documents that wait for it).
    """

    options: Mapping[str, str]

    @property
    def moves_with_all(self) -> bool:
        return self.options.get("moves") == "all"

    @property
    def billed(self) -> str:
        return self.options.get("billed", "BilledQuantity")

    @property
    def not_queryable(self) -> frozenset[str]:
        return NOT_QUERYABLE | frozenset(self.options.get("not_queryable", "").split())


def node(resource: str, row: Row, version: int = 0, children: dict[str, list[Node]] | None = None) -> Node:
    """A record as a node; a flexfield has no key of its own."""
    number = row[KEYS[resource]] if resource in KEYS else next(iter(row.values()))
    key = unique_id(resource, number) if resource in HIDDEN_KEYS else str(number)
    return Node(row, key, version, children or {})


def order_node(company: Company, order: Order, play: Play, resource: str = "purchaseOrders") -> Node:
    """A document with everything below it."""
    found = [_line_node(company, order, line, play) for line in order.goods_lines]
    last = max((line.number for line in order.lines), default=0)
    for index, charge in enumerate(order.charges, 1):
        number = last + 10 * index
        schedule = lines.charge_schedule_row(order, charge, index, number, play.billed)
        children = {"schedules": [node("schedules", schedule, 0, {"distributions": [], "DFF": []})], "DFF": []}
        found.append(node("lines", lines.charge_row(company, order, charge, index, number), 0, children))
    flexfield = node("DFF", orders.header_flexfield(order))
    row = orders.header_row(company, order, play.moves_with_all)
    return node(resource, row, order.change_count, {"lines": found, "DFF": [flexfield]})


def draft_node(company: Company, order: Order, play: Play) -> Node:
    """A document that was never in force."""
    found = order_node(company, order, play, "draftPurchaseOrders")
    told = play.options.get("approval")
    if told and found.row["StatusCode"] == "PENDING APPROVAL":
        found.row |= {"StatusCode": told, "Status": told.title()}
    return found


def change_order_node(company: Company, order: Order, play: Play) -> Node:
    """A change order in work: the order as somebody would like it to be, not as it is."""
    found = order_node(company, order, play, "draftPurchaseOrders")
    status = "PENDING CHANGE APPROVAL"
    found.row |= {"StatusCode": status, "Status": NAMES[status], "Description": "Not decided yet"}
    return found


def _line_node(company: Company, order: Order, line: Line, play: Play) -> Node:
    schedules = [
        node(
            "schedules",
            lines.schedule_row(company, order, line, schedule, play.billed),
            0,
            {
                "distributions": [
                    node("distributions", row) for row in lines.distribution_rows(company, order, line, schedule)
                ],
                "DFF": [],
            },
        )
        for schedule in line.schedules
    ]
    flexfield = node("DFF", lines.line_flexfield(line))
    return node("lines", lines.line_row(company, order, line), 0, {"schedules": schedules, "DFF": [flexfield]})


def flat_schedules(order: Node) -> list[Node]:
    """An order's schedules as the resource of their own has them, with their order's number."""
    return [
        node("purchaseOrderSchedules", {**schedule.row, "OrderNumber": order.row["OrderNumber"]})
        for line in order.children["lines"]
        for schedule in line.children["schedules"]
    ]


def supplier_node(company: Company, code: str, options: Mapping[str, str]) -> Node:
    """A supplier with its site and addresses, of which another one comes before that of the site."""
    headquarters = orders.supplier_address_row(company, code)
    another = headquarters | {
        "SupplierAddressId": headquarters["SupplierAddressId"] - 1_000_000, "AddressName": "WAREHOUSE",
        "AddressLine1": "Gate 7", "City": "Elsewhere",
    }  # fmt: skip
    addresses = [headquarters] if options.get("addresses") == "one" else [another, headquarters]
    sites = [] if options.get("sites") == "none" else [orders.supplier_site_row(company, code)]
    children = {
        "addresses": [node("addresses", row) for row in addresses],
        "sites": [node("sites", row) for row in sites],
    }
    return node("suppliers", orders.supplier_row(company, code), 0, children)


def life_cycle_node(order: Order, found: Node) -> Node:
    """What became of an order: its receipts."""
    header = found.row["POHeaderId"]
    receipts = [
        {
            "ReceiptId": line.id * 1000 + number,
            "Receipt": f"R{line.id * 1000 + number}",
            "ReceiptDate": receipt.received_at,
            "POHeaderId": header,
            "POLineId": node.row["POLineId"],
            "ReceivedQuantity": receipt.quantity,
            "DeliveredQuantity": receipt.quantity - receipt.rejected,
            "ReturnedQuantity": receipt.rejected,
            "UOMCode": unit_code(line.unit),
        }
        for line, node in zip(order.goods_lines, found.children["lines"], strict=False)
        for number, receipt in enumerate(line.receipts, 1)
    ]
    row = {"POHeaderId": header, "OrderNumber": found.row["OrderNumber"], "OrderedAmount": found.row["Ordered"]}
    return node("purchaseOrderLifeCycleDetails", row, 0, {"receipts": [node("receipts", one) for one in receipts]})


def described(name: str, sample: Node, play: Play) -> dict[str, Any]:
    """One resource of a `describe` document, with its children inside."""
    attributes = [
        {"name": attribute, "type": _type(value), "updatable": False, "queryable": attribute not in play.not_queryable}
        for attribute, value in sample.row.items()
    ]
    finders = [{"name": "PrimaryKey", "attributes": [{"name": KEYS.get(name, ""), "required": True}]}]
    children = {child: described(child, found[0], play) for child, found in sample.children.items() if found}
    return {"attributes": attributes, "collection": {"rangeSize": 25, "finders": finders}, "children": children}


def _type(value: Any) -> str:
    for types, name in ((bool, "boolean"), (int, "integer"), (Decimal, "number"), (datetime, "datetime")):
        if isinstance(value, types):
            return name
    return "date" if isinstance(value, date) else "string"
