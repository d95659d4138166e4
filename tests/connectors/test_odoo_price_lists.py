"""Which entry of a vendor's price list tells what that vendor calls a product."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.connectors.odoo.price_lists import PriceLists

Raw = dict[str, Any]

PRODUCT: Raw = {"id": 41, "product_tmpl_id": {"id": 4}}
LINE: Raw = {"product_id": PRODUCT}
CONTACT: Raw = {
    "partner_id": {"id": 12, "commercial_partner_id": {"id": 11}}, "company_id": {"id": 1},
    "date_order": "2026-06-30 22:00:00",
}  # fmt: skip
"""An order with a contact of the vendor."""


def entry(number: int, code: str, vendor: int = 11, product: int | None = None, **other: Any) -> Raw:
    """An entry as Odoo tells it; without a product it is of all variants of the template."""
    told: Raw = {"id": number, "partner_id": [vendor, "Vendor"], "product_tmpl_id": [4, "Bolt"], "product_code": code}
    told |= {"company_id": False, "date_start": False, "date_end": False, **other}
    return {**told, "product_id": [product, "Bolt M8"] if product else False}


class Server:
    """Answers searches for price lists; keeps what was asked for."""

    def __init__(self, *entries: Raw) -> None:
        self._entries, self.asked = entries, list[Any]()

    def records(self, model: str, domain: list[Any], **_: Any) -> list[Raw]:
        self.asked.append((model, domain))
        return [{**one} for one in self._entries]


def code(*entries: Raw, line: Raw = LINE, order: Raw = CONTACT) -> Any:
    lists = PriceLists(Server(*entries))  # type: ignore[arg-type]
    lists.learn([line])
    return (lists.entry(line, order) or {}).get("product_code")


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([entry(1, "V-1")], "V-1"),
        ([entry(1, "V-1", vendor=12)], "V-1"),
        ([entry(1, "V-1", vendor=13)], None),
        ([entry(1, "V-1", product=42)], None),
        ([entry(1, "any"), entry(2, "M8", product=41)], "M8"),
        ([entry(2, "later"), entry(1, "first")], "first"),
        ([], None),
    ],
)
def test_the_vendors_own_entry_of_the_variant_counts_or_else_of_its_template(
    entries: list[Raw], told: str | None
) -> None:
    """Price lists are the company's, orders may be with one of its contacts."""
    assert code(*entries) == told


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([entry(1, "other", company_id=[2, "Other company"]), entry(2, "own", company_id=[1, "Company"])], "own"),
        ([entry(1, "other", company_id=[2, "Other company"])], None),
        ([entry(1, "old", date_end="2026-06-29"), entry(2, "new", date_start="2026-06-30")], "new"),
        ([entry(1, "later", date_start="2026-07-01"), entry(2, "now", date_end="2026-06-30")], "now"),
        ([entry(1, "old", product=41, date_end="2026-06-29"), entry(2, "new")], "new"),
        ([entry(1, "old", date_end="2026-06-29")], "old"),
    ],
)
def test_entries_are_those_of_the_orders_company_and_of_its_day_if_there_are(
    entries: list[Raw], told: str | None
) -> None:
    assert code(*entries) == told


def test_a_line_without_a_product_and_an_order_without_a_vendor_have_none() -> None:
    assert code(entry(1, "V-1"), line={"product_id": False}) is None
    assert code(entry(1, "V-1"), order={**CONTACT, "partner_id": False}) is None


def test_a_price_list_is_asked_for_once() -> None:
    server = Server(entry(1, "V-1"))
    lists = PriceLists(server)  # type: ignore[arg-type]
    lists.learn([LINE, LINE])
    lists.learn([LINE, {"product_id": False}])
    wanted = [["product_tmpl_id", "in", [4]], ["product_code", "!=", False]]
    assert server.asked == [("product.supplierinfo", wanted)]
