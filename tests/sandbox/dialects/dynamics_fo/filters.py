"""Enum values in filters: a type name before the value, and nothing but equality."""

from __future__ import annotations

import re

from tests.sandbox.odata import ODataError

TYPES = {
    "PurchaseOrderStatus": "PurchStatus",
    "PurchaseOrderLineStatus": "PurchStatus",
    "DocumentApprovalStatus": "VersioningDocumentState",
}
COMPARED = re.compile(rf"\b({'|'.join(TYPES)})\s+(\w+)\s+(?:Microsoft\.Dynamics\.DataEntities\.(\w+))?('[^']*')")
WITHIN = re.compile(r"'(?:[^']|'')*'")


def plain_enums(text: str) -> str:
    """The filter with enum values as plain text. Raises ODataError for what an enum cannot do."""
    if re.search(r"\bin\s*\(|\bhas\b", WITHIN.sub("''", text)):
        raise ODataError("The operators 'in' and 'has' are not supported.")

    def value(found: re.Match[str]) -> str:
        name, operator, kind, told = found.groups()
        if operator not in ("eq", "ne"):
            raise ODataError(f"The operator '{operator}' is not supported for the enum property '{name}'.")
        if kind != TYPES[name]:
            raise ODataError(f"A binary operator with incompatible types was detected at '{name}'.")
        return f"{name} {operator} {told}"

    return COMPARED.sub(value, text)
