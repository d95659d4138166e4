"""Purchase orders in the shape of SAP S/4HANA's API_PURCHASEORDER_PROCESS_SRV, OData 2.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from benchmarks.shapes.sap_rows import FIRST_NUMBER, NAMESPACE, ROOT, purchase_order
from benchmarks.shapes.shape import Question, Shape, Table, encoded
from benchmarks.timeline import FIRST_CHANGE

PARTS = ("to_ScheduleLine", "to_AccountAssignment", "to_PurchaseOrderPricingElement", "to_PurchaseOrderItemNote")
BOUND = re.compile(r"LastChangeDateTime (ge|lt) datetimeoffset'([^']+)'")
BEHIND = re.compile(r"PurchaseOrder gt '(\d+)'")


def _question(path: str, query: Mapping[str, str]) -> Question | None:
    if not path.endswith("/A_PurchaseOrder"):
        return None
    if token := query.get("$skiptoken"):
        return Question(rest=range(*map(int, token.split("-"))))
    condition = query.get("$filter", "")
    bounds = {bound: datetime.fromisoformat(at) for bound, at in BOUND.findall(condition)}
    behind = BEHIND.search(condition)
    return Question(
        bounds.get("ge"),
        bounds.get("lt"),
        int(behind[1]) - FIRST_NUMBER if behind else None,
        int(query["$top"]) if "$top" in query else None,
    )


def _envelope(count: int | None, next_query: str | None) -> tuple[bytes, bytes]:
    head = "" if count is None else f'"__count":"{count}",'
    tail = f',"__next":"/{ROOT}/A_PurchaseOrder?{next_query}"' if next_query else ""
    return f'{{"d":{{{head}"results":['.encode(), f"]{tail}}}}}".encode()


def _other(path: str, query: Mapping[str, str]) -> bytes:
    """The ``$metadata`` document, and empty lists."""
    if not path.endswith("/$metadata"):
        return encoded({"d": {"results": []}})
    order = purchase_order(0, FIRST_CHANGE, False)
    types = {"A_PurchaseOrder": order, "A_PurchaseOrderItem": order["to_PurchaseOrderItem"]["results"][0]}
    return (
        '<?xml version="1.0"?><edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">'
        '<edmx:DataServices><Schema xmlns="http://schemas.microsoft.com/ado/2008/09/edm">'
        + "".join(_entity(name, row) for name, row in types.items())
        + "".join(f'<EntitySet Name="{name}" EntityType="{NAMESPACE}.{name}Type"/>' for name in types)
        + "</Schema></edmx:DataServices></edmx:Edmx>"
    ).encode()


def _entity(name: str, row: Mapping[str, Any]) -> str:
    members = "".join(
        f"<{'Navigation' if field.startswith('to_') else ''}Property Name={quoteattr(field)}/>"
        for field in row
        if field != "__metadata"
    )
    return f'<EntityType Name="{name}Type">{members}</EntityType>'


ITEM_KEY = ("PurchaseOrder", "PurchaseOrderItem")
SHAPE = Shape(
    name="sap_s4hana",
    title="SAP S/4HANA, OData 2.0",
    write=purchase_order,
    read=_question,
    envelope=_envelope,
    other=_other,
    tables=(
        Table("purchase_order", ("d", "results"), ("PurchaseOrder",)),
        Table("purchase_order_line", ("to_PurchaseOrderItem", "results"), ITEM_KEY, "purchase_order"),
        Table(
            "schedule_line",
            ("to_ScheduleLine", "results"),
            ("PurchasingDocument", "PurchasingDocumentItem", "ScheduleLine"),
            "purchase_order_line",
        ),
        Table(
            "account_assignment",
            ("to_AccountAssignment", "results"),
            (*ITEM_KEY, "AccountAssignmentNumber"),
            "purchase_order_line",
        ),
        Table(
            "pricing_element",
            ("to_PurchaseOrderPricingElement", "results"),
            ("PricingDocument", "PricingDocumentItem", "PricingProcedureStep", "PricingProcedureCounter"),
            "purchase_order_line",
        ),
    ),
    quantity="OrderQuantity",
    amount="NetPriceAmount",
    canonical_amount="unit_price",
    first_page=f"/{ROOT}/A_PurchaseOrder?$format=json&$inlinecount=allpages&$expand=to_PurchaseOrderItem,"
    + ",".join(f"to_PurchaseOrderItem/{part}" for part in PARTS),
    next_link=("d", "__next"),
    settings={"service": "v2"},
)
