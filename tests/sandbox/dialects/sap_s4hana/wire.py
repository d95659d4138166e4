"""Rows as both services write them: JSON of OData 2.0 with everything as text, and of OData 4.0."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.dialects.sap_s4hana.fields import Field
from tests.sandbox.dialects.sap_s4hana.rows import SINGLE, EntityRow

NAMESPACE = {2: "API_PURCHASEORDER_PROCESS_SRV", 4: "com.sap.gateway.srvd_a2x.api_purchaseorder_2.v0001"}


def type_name(entity_set: str, version: int) -> str:
    """The entity type of a set: ``A_PurchaseOrderType`` in 2.0, ``PurchaseOrder_Type`` in 4.0."""
    return f"{entity_set}Type" if version == 2 else f"{entity_set}_Type"


def value_2(entry: Field, value: Any) -> Any:
    """A value in OData 2.0: decimals and numbers of 64 bits as text with the field's scale, dates in milliseconds."""
    match value:
        case None | bool() | int():
            return value
        case Decimal():
            digits = max(entry.digits, -int(value.as_tuple().exponent))
            return f"{value:.{digits}f}"
        case datetime():
            milliseconds = timegm(value.astimezone(UTC).utctimetuple()) * 1000 + value.microsecond // 1000
            return f"/Date({milliseconds}+0000)/"
        case date():
            return f"/Date({timegm(value.timetuple()) * 1000})/"
    return f"PT{value[:2]}H{value[2:4]}M{value[4:]}S" if entry.kind == "time" else value


def value_4(entry: Field, value: Any) -> Any:
    """A value in OData 4.0."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case str() if entry.kind == "time":
            return f"{value[:2]}:{value[2:4]}:{value[4:]}"
    return value


class Writer:
    """Writes rows with the parts that were asked for."""

    def __init__(self, version: int, root: str, base_url: str, lines_at_once: int | None) -> None:
        self._version, self._root, self._base_url = version, root, base_url
        self._lines_at_once = lines_at_once

    def write(self, row: EntityRow, expand: Mapping[str, Any], select: tuple[str, ...] | None = None) -> dict[str, Any]:
        """One row as JSON values; `expand` maps navigation properties to what is expanded below them."""
        write_value = value_2 if self._version == 2 else value_4
        shown = [entry for entry in row.entity.of(self._version) if select is None or entry.name in select]
        written: dict[str, Any] = self._metadata(row) if self._version == 2 else {}
        written |= {entry.name: write_value(entry, row.values[entry.name]) for entry in shown}
        for name, below in expand.items():
            self._write_part(row, name, below, written)
        if self._version == 2:
            hidden = {name: self._deferred(row, name) for name in row.parts if name not in expand and select is None}
            written |= hidden
        return written

    def address(self, row: EntityRow) -> str:
        """The address of an entity, absolute in 2.0 and relative to the host in 4.0."""
        base = self._base_url if self._version == 2 else ""
        return f"{base}{self._root}/{row.entity.sets[self._version]}{row.key()}"

    def _write_part(self, row: EntityRow, name: str, below: Mapping[str, Any], written: dict[str, Any]) -> None:
        found = row.parts[name]
        if name in SINGLE:
            written[name] = self.write(found[0], below) if found else None
            return
        cap = self._lines_at_once if name.endswith("PurchaseOrderItem") else None
        rows = [self.write(entry, below) for entry in found[:cap]]
        link = None
        if cap is not None and len(found) > cap:
            link = f"{self.address(row)}/{name}?$skiptoken={cap}"
            if below:
                link += f"&$expand={','.join(below)}"
        if self._version == 4:
            written[name] = rows
            written |= {f"{name}@odata.nextLink": link} if link else {}
        else:
            written[name] = {"results": rows} | ({"__next": link} if link else {})

    def _metadata(self, row: EntityRow) -> dict[str, Any]:
        address = self.address(row)
        kind = f"{NAMESPACE[2]}.{type_name(row.entity.sets[2], 2)}"
        return {"__metadata": {"id": address, "uri": address, "type": kind}}

    def _deferred(self, row: EntityRow, name: str) -> dict[str, Any]:
        return {"__deferred": {"uri": f"{self.address(row)}/{name}"}}
