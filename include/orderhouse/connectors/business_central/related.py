"""The records that orders refer to by a code or an id only."""

from __future__ import annotations

from typing import Any

from include.orderhouse import odata, wire
from include.orderhouse.connector import Source

ITEM_FIELDS = "id,number,displayName,type,itemCategoryCode,gtin,baseUnitOfMeasureCode"
NO_ID = "00000000-0000-0000-0000-000000000000"
ITEMS_AT_ONCE = 40


def related_records(source: Source, company_path: str) -> dict[str, Any]:
    """A company's own address and currency (``information``), and its units and purchasers by code."""
    information = _rows(source, f"{company_path}/companyInformation")
    return {
        "information": information[0] if information else {},
        "units": _by_code(_rows(source, f"{company_path}/unitsOfMeasure")),
        "purchasers": _by_code(_rows(source, f"{company_path}/salespeoplePurchasers")),
    }


def dimensions(row: dict[str, Any]) -> dict[str, str]:
    """The dimension values of an order or line by the codes of their dimensions."""
    return {str(entry["code"]): str(entry["valueCode"]) for entry in row.get("dimensionSetLines") or ()}


class Items:
    """The items on the lines of one fetch, each asked for once."""

    def __init__(self, source: Source, company_path: str, units: dict[str, Any]) -> None:
        self._source, self._path, self._units = source, f"{company_path}/items", units
        self._known: dict[str, dict[str, Any] | None] = {NO_ID: None}

    def put_into(self, lines: list[dict[str, Any]]) -> None:
        """Give each line its item as ``item``; None where it has none."""
        if not self._source.settings.read_items:
            return
        new = sorted({str(line.get("itemId", NO_ID)) for line in lines} - self._known.keys())
        for begin in range(0, len(new), ITEMS_AT_ONCE):
            self._learn(new[begin : begin + ITEMS_AT_ONCE])
        for line in lines:
            line["item"] = self._known[str(line.get("itemId", NO_ID))]

    def _learn(self, ids: list[str]) -> None:
        condition = odata.any_of(f"id eq {key}" for key in ids)
        self._known |= dict.fromkeys(ids)
        for row in _rows(self._source, self._path, {"$filter": condition, "$select": ITEM_FIELDS}):
            unit = self._units.get(row.get("baseUnitOfMeasureCode", ""))
            self._known[wire.part(row, "id", str, of="an item")] = {**row, "baseUnitOfMeasure": unit}


def _rows(source: Source, path: str, query: dict[str, str] | None = None) -> list[dict[str, Any]]:
    of = path.rpartition("/")[2]
    first = source.api.get(path, params=query)
    return [row for page in odata.pages(source.api.get, first, None, of=of) for row in page.rows]


def _by_code(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(row["code"]): row for row in rows}
