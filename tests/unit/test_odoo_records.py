"""Records of Odoo that point to others: put in place of their ids, also where they are of the same model."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.protocols import odoo_records
from include.orderhouse.protocols.odoo_records import Lookups, Raw, readable

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


def test_what_is_no_part_of_an_order_is_not_asked_for() -> None:
    """Files, the message thread, the secret of a portal link, and what Odoo works out anew for each reader."""
    facts: dict[str, Any] = {
        "name": {"type": "char", "store": True, "string": "Reference", "manual": False},
        "x_site": {"type": "many2one", "store": True, "relation": "x.site", "manual": True},
        "access_token": {"type": "char", "store": True},
        "attachment": {"type": "binary", "store": True},
        "message_ids": {"type": "one2many", "store": True, "relation": "mail.message"},
        "is_late": {"type": "boolean", "store": False},
    }
    assert readable(facts) == {
        "name": {"type": "char"},
        "x_site": {"type": "many2one", "relation": "x.site", "manual": True},
    }


PARTNERS: dict[int, Raw] = {
    1: {"id": 1, "name": "Acme", "commercial_partner_id": [1, "Acme"]},
    2: {"id": 2, "name": "Ann", "commercial_partner_id": [1, "Acme"]},
}
PARTNER = {"type": "many2one", "relation": "res.partner"}


def test_records_are_asked_for_once_and_so_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is hidden stays its id and name; one that points to itself holds itself no further."""
    monkeypatch.setattr(odoo_records, "BATCH", 2)
    asked: list[list[int]] = []

    class Partners:
        def records(self, model: str, domain: list[Any], fields: list[str]) -> list[Raw]:
            ((_, _, ids),) = domain
            asked.append(ids)
            return [{**PARTNERS[number]} for number in ids if number in PARTNERS]

    lookups = Lookups(Partners(), {"res.partner": {"name": {"type": "char"}, "commercial_partner_id": PARTNER}})  # type: ignore[arg-type]
    orders = [{"id": 10 + number, "partner_id": [number, f"Partner {number}"]} for number in (2, 1, 2, 7)]
    acme = {"id": 1, "display_name": "Partner 1", "name": "Acme"}
    itself = {"id": 1, "display_name": "Acme"}
    ann, known, _, hidden = (order["partner_id"] for order in lookups.embed(orders, {"partner_id": PARTNER}))
    assert known == {**acme, "commercial_partner_id": itself}
    assert (ann["name"], ann["commercial_partner_id"]["name"]) == ("Ann", "Acme")
    assert hidden == {"id": 7, "display_name": "Partner 7"}
    assert asked == [[1, 2], [7]]
