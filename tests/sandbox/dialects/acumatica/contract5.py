"""Contract Version 5, which endpoints have from 26.200.001 on: OData 4.01, and drop-downs by their ids.

"Contract Versions" and "Parameters for Retrieving Records" of the integration development guide, 2026 R2.
"""

from __future__ import annotations

from typing import Any

from tests.sandbox.dialects.acumatica.values import Fields, Row

FIRST = 26
IDS = {
    "Normal": "RO", "Drop-Ship": "DP", "Blanket": "BL", "Receipt": "RT",
    "On Hold": "H", "Pending Approval": "B", "Rejected": "V", "Pending Email": "E", "Open": "N",
    "Completed": "M", "Closed": "C", "Canceled": "L", "Released": "R",
}  # fmt: skip
DROP_DOWNS = ("Type", "Status")
FROM_SCRATCH = ("Scratch", "1.0.0")
"""An endpoint that a site has made from scratch on 2026 R2; one that extends another has the contract of that one."""


def is_spoken_by(endpoint: str, version: str) -> bool:
    """Whether this endpoint has the contract."""
    return (endpoint, version) == FROM_SCRATCH or int(version.partition(".")[0]) >= FIRST


def compared(fields: Fields) -> Fields:
    """The fields as filters compare them."""
    return {**fields, **{name: IDS.get(str(fields[name])) for name in DROP_DOWNS if name in fields}}


def told(row: Row) -> Row:
    """A record as it is told."""
    return {**row, **{name: _described(row[name]) for name in DROP_DOWNS if name in row}}


def _described(field: dict[str, Any]) -> dict[str, Any]:
    name = field.get("value")
    return {"value": {"id": IDS.get(str(name)), "description": name}} if name else field
