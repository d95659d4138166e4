"""Documents that others name, as a Frappe site tells them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from include.orderhouse.errors import PermissionDenied
from include.orderhouse.http import Api
from include.orderhouse.protocols.frappe import Frappe
from include.orderhouse.protocols.frappe_links import Kept, Links

KEPT = {"Item": Kept("item_name", child="Item Barcode", at="barcodes", child_fields="barcode")}
NAMES = {"item_code": "Item"}
BARCODES = [
    {"name": "a1", "parent": "Bolt", "idx": 2, "barcode": "second"},
    {"name": "b2", "parent": "Bolt", "idx": 1, "barcode": "first"},
]
ROWS = {"Item": [{"name": "Bolt", "item_name": "A bolt", "weight": 3}], "Item Barcode": BARCODES}


def site(*denied: str) -> tuple[Frappe, list[str]]:
    """A site that sorts as it is asked to, and the doctypes it was asked for."""
    asked: list[str] = []

    def post(path: str, body: dict[str, Any]) -> Any:
        asked.append(doctype := body["doctype"])
        if doctype in denied:
            raise PermissionDenied("No permission", action="Permit it.")
        order = body["order_by"].removesuffix(" asc")
        return {"message": sorted(ROWS[doctype], key=lambda row: row[order])}

    return Frappe(cast(Api, SimpleNamespace(post=post))), asked


def test_what_is_kept_of_a_document_stands_beside_its_name_with_its_rows_in_their_order() -> None:
    frappe, asked = site()
    links = Links(frappe, KEPT)
    line = {"item_code": "Bolt"}
    links.learn([(line, NAMES), ({"item_code": None}, NAMES)])
    told = {"item_name": "A bolt", "barcodes": [{"barcode": "first"}, {"barcode": "second"}]}
    assert links.beside(line, NAMES) == {"_item_code": told}
    assert links.beside({"item_code": None}, NAMES) == {}
    assert asked == ["Item", "Item Barcode"]


def test_documents_that_the_user_may_not_see_are_asked_for_once() -> None:
    frappe, asked = site("Item")
    links = Links(frappe, KEPT | {"Item": Kept("item_name")})
    for name in ("Bolt", "Nut"):
        links.learn([({"item_code": name}, NAMES)])
        assert links.beside({"item_code": name}, NAMES) == {}
    assert asked == ["Item"]


def test_rows_that_the_user_may_not_see_leave_the_document() -> None:
    frappe, _ = site("Item Barcode")
    links = Links(frappe, KEPT)
    links.learn([({"item_code": "Bolt"}, NAMES)])
    assert links.beside({"item_code": "Bolt"}, NAMES) == {"_item_code": {"item_name": "A bolt"}}


def test_rows_of_a_child_table_are_asked_for_by_their_documents() -> None:
    """Children of other doctypes may have parents of the same name."""
    asked: list[dict[str, Any]] = []

    def post(path: str, body: dict[str, Any]) -> Any:
        asked.append(body)
        rows = (
            [{"name": "Bolt"}] if body["doctype"] == "Item" else [{"name": "a1", "parent": "Nut", "barcode": "other"}]
        )
        return {"message": rows}

    links = Links(Frappe(cast(Api, SimpleNamespace(post=post))), KEPT)
    links.learn([({"item_code": "Bolt"}, NAMES)])
    assert links.beside({"item_code": "Bolt"}, NAMES) == {"_item_code": {}}
    of_item, of_barcodes = asked
    assert of_item["filters"] == [["name", "in", ["Bolt"]]]
    assert of_barcodes["filters"] == [["parent", "in", ["Bolt"]], ["parenttype", "=", "Item"]]
    assert (of_barcodes["parent"], of_barcodes["fields"]) == ("Item", ["name", "parent", "barcode"])
