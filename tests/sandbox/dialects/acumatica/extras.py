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
from tests.sandbox.dialects.acumatica.values import Fields, Row, told
from tests.sandbox.order import CustomValue

Custom = Mapping[str, CustomValue]
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


class Extras:
    """The extra fields of one site; with ``elements=hidden`` its users may not see the screen's predefined elements."""

    def __init__(self, options: Mapping[str, str]) -> None:
        shows_elements = options.get("elements") != "hidden"
        self._header = _types(HEADER_ELEMENTS if shows_elements else (), HEADER_CUSTOM_FIELDS)
        self._line = _types(LINE_ELEMENTS if shows_elements else (), LINE_CUSTOM_FIELDS)
        self._offset = int(options.get("offset", 0))

    def of_header(self, elements: Fields, custom: Custom, asked: frozenset[str]) -> Row:
        """The extra fields of an order that were asked for, below the view that shows them."""
        return self._shown(HEADER_VIEW, self._header, {**elements, **_named(custom)}, asked)

    def of_line(self, elements: Fields, custom: Custom, asked: frozenset[str]) -> Row:
        """The extra fields of a line that were asked for."""
        named = frozenset(name.removeprefix(LINES) for name in asked if name.startswith(LINES))
        return self._shown(LINE_VIEW, self._line, {**elements, **_named(custom)}, named)

    def header_schema(self) -> Row:
        """The extra fields of orders as the schema tells them."""
        return _schema(HEADER_VIEW, self._header)

    def line_schema(self) -> Row:
        """The extra fields of lines as the schema tells them."""
        return _schema(LINE_VIEW, self._line)

    def _shown(self, view: str, types: Mapping[str, str], values: Fields, asked: frozenset[str]) -> Row:
        shown = {
            name: {"type": kind, "value": told(values.get(name), self._offset)}
            for name, kind in types.items()
            if f"{view}.{name}" in asked
        }
        return {view: shown} if shown else {}


def _types(elements: tuple[str, ...], custom: Mapping[str, type]) -> dict[str, str]:
    predefined = dict.fromkeys(elements, "CustomDecimalField")
    return predefined | {field_name(name): TYPES[kind] for name, kind in custom.items()}


def _named(values: Custom) -> dict[str, Any]:
    return {field_name(name): value for name, value in values.items()}


def _schema(view: str, types: Mapping[str, str]) -> Row:
    return {view: {name: {"type": kind, "value": None} for name, kind in types.items()}}
