"""The price lists of vendors (`product.supplierinfo`): what a vendor calls a product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from include.orderhouse.mapping import look_up
from include.orderhouse.protocols.odoo_records import Raw
from include.orderhouse.protocols.odoo_rpc import OdooCall

FIELDS = [
    "partner_id", "product_id", "product_tmpl_id", "product_code", "product_name", "company_id", "date_start",
    "date_end",
]  # fmt: skip


class PriceLists:
    """The price lists of the products of one fetch; each is asked for once."""

    def __init__(self, call: OdooCall) -> None:
        self._call = call
        self._entries: dict[int, list[Raw]] = {}

    def learn(self, lines: Iterable[Raw]) -> None:
        """Read the entries of the lines' products that have a code of the vendor's."""
        wanted = {template for line in lines if (template := _template(line)) is not None} - self._entries.keys()
        if not wanted:
            return
        self._entries |= {template: [] for template in wanted}
        domain = [["product_tmpl_id", "in", sorted(wanted)], ["product_code", "!=", False]]
        for entry in self._call.records("product.supplierinfo", domain=domain, fields=FIELDS, order="id asc"):
            if entry["product_tmpl_id"]:
                self._entries.setdefault(entry["product_tmpl_id"][0], []).append(entry)

    def entry(self, line: Raw, order: Raw) -> Raw | None:
        """The entry of the order's vendor for the product, or for the template it is a variant of.

        Those of other companies do not count, and those valid on the order's day before any others (`_select_seller`).
        """
        template, vendor, product = _template(line), order.get("partner_id"), line.get("product_id")
        if template is None or not isinstance(vendor, dict) or not isinstance(product, dict):
            return None
        vendors = {vendor["id"], (vendor.get("commercial_partner_id") or {}).get("id")}
        fitting = [
            entry
            for entry in self._entries.get(template, ())
            if entry["partner_id"] and entry["partner_id"][0] in vendors
            if _fits(entry["product_id"], product) and _fits(entry["company_id"], order["company_id"])
        ]
        day = str(order["date_order"])[:10]
        return min(fitting, key=lambda one: (not _is_valid(one, day), not one["product_id"], one["id"]), default=None)


def _template(line: Raw) -> int | None:
    template = look_up(line, "product_id.product_tmpl_id")
    return template["id"] if isinstance(template, dict) else None


def _fits(limit: Any, record: Raw) -> bool:
    """Whether an entry is of all products, or companies, or of that one."""
    return not limit or limit[0] == record["id"]


def _is_valid(entry: Raw, day: str) -> bool:
    return (entry["date_start"] or day) <= day <= (entry["date_end"] or day)
