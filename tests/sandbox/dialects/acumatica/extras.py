"""What the endpoint leaves out: predefined elements of the screen, fields of customisations, user-defined fields.

They are told where ``$custom`` asks for them: ``Document.UsrBudget``, and ``Details/Transactions.UsrDrawing`` for those
of lines ("$custom Parameter" of the integration development guide).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS, LINE_CUSTOM_FIELDS
from tests.sandbox.dialects.acumatica.values import Row, told
from tests.sandbox.order import Line, Order

HEADER_VIEW, LINE_VIEW, LINES = "Document", "Transactions", "Details/"
TYPES: dict[type, str] = {
    str: "CustomStringField", Decimal: "CustomDecimalField", int: "CustomIntField", bool: "CustomBooleanField",
    date: "CustomDateTimeField", datetime: "CustomDateTimeField",
}  # fmt: skip
HEADER_ELEMENTS = (
    "EmployeeID", "WorkgroupID", "OwnerWorkgroupID", "OpenOrderQty", "UnbilledOrderQty", "CuryUnbilledOrderTotal",
    "CuryUnbilledLineTotal", "CuryUnbilledTaxTotal", "CuryVatExemptTotal", "CuryVatTaxableTotal", "CuryDiscTot",
    "CuryLineDiscTotal", "CuryOrderDiscTotal", "CuryGoodsExtCostTotal", "CuryServiceExtCostTotal", "CuryFreightTot",
    "CuryRetainageTotal", "RetainageApply", "DefRetainagePct", "OrderWeight", "OrderVolume", "DontPrint", "DontEmail",
    "Printed", "Emailed", "Approved", "SOOrderType", "SOOrderNbr", "RQReqNbr", "OriginalPOType", "OriginalPONbr",
    "ExpirationDate", "CancelDate", "TermsID", "PayToVendorID", "CuryPrepaidTotal", "CuryUnprepaidTotal",
)  # fmt: skip
LINE_ELEMENTS = (
    "SortOrder", "AccrueCost", "CalculateDiscountsOnImport", "ManualPrice", "ManualDisc", "DiscPct", "CuryDiscAmt",
    "CuryDiscCost", "DiscountID", "DiscountSequenceID", "CuryExtCost", "RetainagePct", "CuryRetainageAmt",
    "GroupDiscountRate", "DocumentDiscountRate", "POAccrualAcctID", "POAccrualSubID", "POAccrualType", "UnitWeight",
    "UnitVolume", "ExtWeight", "ExtVolume", "CommitmentID", "ReasonCode", "CuryBLOrderedCost", "CompletedQty",
    "BilledQty", "CuryBilledAmt", "OpenQty", "UnbilledQty", "CuryUnbilledAmt", "LeftToReceiveQty", "ReqPrepaidQty",
    "DisplayReqPrepaidQty", "CuryReqPrepaidAmt", "CompletePOLine", "Closed", "AllowComplete", "IsStockItem", "IsKit",
    "RQReqNbr", "RQReqLineNbr", "LotSerialNbr", "BaseOrderQty", "BaseReceivedQty", "POLineNbr", "TaxID",
)  # fmt: skip
USER_DEFINED = {"review_date": "AttributeREVIEWDATE"}
"""An attribute of the order; all other fields of the company come from a customisation project."""


def field_name(name: str) -> str:
    """`project_phase` as `UsrProjectPhase`."""
    return USER_DEFINED.get(name) or "Usr" + "".join(part.capitalize() for part in name.split("_"))


def header_extras(order: Order, asked: frozenset[str], offset: int) -> Row:
    """The extra fields of an order that were asked for, below the view that shows them."""
    return _shown(HEADER_VIEW, HEADER_TYPES, _named(order.custom), asked, offset)


def line_extras(line: Line, asked: frozenset[str], offset: int) -> Row:
    """The extra fields of a line that were asked for."""
    return _shown(LINE_VIEW, LINE_TYPES, _named(line.custom), _of_lines(asked), offset)


def header_schema() -> Row:
    """The extra fields of orders as the schema tells them."""
    return _schema(HEADER_VIEW, HEADER_TYPES)


def line_schema() -> Row:
    """The extra fields of lines as the schema tells them."""
    return _schema(LINE_VIEW, LINE_TYPES)


def _types(elements: tuple[str, ...], custom: Mapping[str, type]) -> dict[str, str]:
    predefined = dict.fromkeys(elements, "CustomDecimalField")
    return predefined | {field_name(name): TYPES[kind] for name, kind in custom.items()}


HEADER_TYPES = _types(HEADER_ELEMENTS, HEADER_CUSTOM_FIELDS)
LINE_TYPES = _types(LINE_ELEMENTS, LINE_CUSTOM_FIELDS)


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    return {field_name(name): value for name, value in values.items()}


def _of_lines(asked: frozenset[str]) -> frozenset[str]:
    return frozenset(name.removeprefix(LINES) for name in asked if name.startswith(LINES))


def _shown(view: str, types: Mapping[str, str], values: Mapping[str, Any], asked: frozenset[str], offset: int) -> Row:
    shown = {
        name: {"type": kind, "value": told(values.get(name), offset)}
        for name, kind in types.items()
        if f"{view}.{name}" in asked
    }
    return {view: shown} if shown else {}


def _schema(view: str, types: Mapping[str, str]) -> Row:
    return {view: {name: {"type": kind, "value": None} for name, kind in types.items()}}
