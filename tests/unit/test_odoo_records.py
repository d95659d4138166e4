"""Records of Odoo that point to others: put in place of their ids, also where they are of the same model."""

from __future__ import annotations

from typing import Any

from include.orderhouse.protocols.odoo_records import Lookups, Raw

TAXES: dict[int, Raw] = {
    1: {"id": 1, "name": "GST 18%", "amount_type": "group", "children_tax_ids": [2, 3]},
    2: {"id": 2, "name": "SGST 9%", "amount_type": "percent", "children_tax_ids": []},
    3: {"id": 3, "name": "CGST 9%", "amount_type": "percent", "children_tax_ids": []},
}
FIELDS: dict[str, dict[str, Any]] = {
    "account.tax": {
        "name": {"type": "char"},
        "amount_type": {"type": "selection"},
        "children_tax_ids": {"type": "many2many", "relation": "account.tax"},
    }
}


class Server:
    """Answers searches for ids; keeps which were asked for."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def records(self, model: str, domain: list[Any], fields: list[str]) -> list[Raw]:
        ((_, _, ids),) = domain
        self.asked.append(ids)
        return [{**TAXES[number]} for number in ids]


def test_a_group_of_taxes_holds_its_parts() -> None:
    server = Server()
    lookups = Lookups(server, FIELDS)  # type: ignore[arg-type]
    line = {"id": 10, "taxes_id": [1, 2]}
    (found,) = lookups.embed([line], {"taxes_id": {"type": "many2many", "relation": "account.tax"}})
    group, part = found["taxes_id"]
    assert [tax["name"] for tax in group["children_tax_ids"]] == ["SGST 9%", "CGST 9%"]
    assert (part["name"], part["children_tax_ids"]) == ("SGST 9%", [])
    assert server.asked == [[1, 2], [3]]
