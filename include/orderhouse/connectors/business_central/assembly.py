"""Whole raw orders: what an order or a line names by a code or an id only is put beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.connectors.business_central.service import (
    Row,
    all_rows,
    any_id,
    company_path,
    follower,
    orders_path,
    pages,
)
from include.orderhouse.connectors.business_central.values import LINES
from include.orderhouse.lookup import Lookup
from include.orderhouse.protocols import odata

ITEM_FIELDS = "id,number,displayName,type,itemCategoryCode,gtin,baseUnitOfMeasureCode"
NO_ID = "00000000-0000-0000-0000-000000000000"
ITEMS_AT_ONCE = 40


def related_records(source: Source, company: Row) -> dict[str, Any]:
    """A company's own address and currency (``information``), and its units and purchasers by code."""
    path = company_path(source.settings, company)
    information = all_rows(source, f"{path}/companyInformation")
    return {
        "information": information[0] if information else {},
        "units": {str(row["code"]): row for row in all_rows(source, f"{path}/unitsOfMeasure")},
        "purchasers": {str(row["code"]): row for row in all_rows(source, f"{path}/salespeoplePurchasers")},
    }


class Assembly:
    """Makes whole orders of one company; keeps the items of one fetch."""

    def __init__(self, source: Source, company: Row) -> None:
        self._source, self._company = source, company
        self._own = {name: value for name, value in company.items() if name not in ("units", "purchasers")}
        self._follow = follower(source, source.page_size)
        self._items: Lookup[str] = Lookup(self._read_items, ITEMS_AT_ONCE)

    def pages(self, condition: str, link: str | None = None) -> Iterator[odata.CollectionPage]:
        """The orders that meet a condition, from the beginning or from a next link on."""
        settings = self._source.settings
        inner = f"($expand={','.join(settings.expand_lines)})" if settings.expand_lines else ""
        query = {
            "$expand": ",".join([f"{LINES}{inner}", *settings.expand]),
            "$orderby": "lastModifiedDateTime,id",
            "$count": "true",
        }
        query |= {"$filter": condition} if condition else {}
        path = orders_path(settings, self._company)
        for page in pages(self._source, path, query, self._source.page_size, link):
            yield odata.CollectionPage(self._whole(page.rows), page.next_link, page.count)
            del page

    def _whole(self, rows: list[Row]) -> list[Row]:
        orders = [self._order(row) for row in rows]
        if self._source.settings.read_items:
            lines = [line for order in orders for line in order[LINES]]
            self._items.learn(_item_id(line) for line in lines)
            for line in lines:
                line["item"] = self._items.get(_item_id(line))
        return orders

    def _order(self, row: Row) -> Row:
        row["etag"] = row.get("@odata.etag")
        row["company"] = self._own
        row["purchaserRecord"] = self._company["purchasers"].get(row.get("purchaser"))
        row["dimensions"] = _dimensions(row)
        row[LINES] = odata.whole(row, LINES, self._follow, of="a purchase order")
        for line in row[LINES]:
            line["etag"] = line.get("@odata.etag")
            line["dimensions"] = _dimensions(line)
            line["unitOfMeasure"] = self._company["units"].get(line.get("unitOfMeasureCode"))
        return row

    def _read_items(self, ids: Sequence[str]) -> dict[str, Row]:
        query = {"$filter": any_id("id", ids), "$select": ITEM_FIELDS}
        path, units = f"{company_path(self._source.settings, self._company)}/items", self._company["units"]
        found = all_rows(self._source, path, query)
        rows = [row | {"baseUnitOfMeasure": units.get(row.get("baseUnitOfMeasureCode", ""))} for row in found]
        return {wire.part(row, "id", str, of="an item"): row for row in rows}


def _item_id(line: Row) -> str | None:
    key = str(line.get("itemId", NO_ID))
    return None if key == NO_ID else key


def _dimensions(row: Row) -> Row:
    """The dimension values of an order or line by the codes of their dimensions."""
    return {str(entry.get("code")): entry.get("valueCode") for entry in row.get("dimensionSetLines") or () if entry}
