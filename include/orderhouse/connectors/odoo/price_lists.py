"""The price lists of vendors (`product.supplierinfo`): what a vendor calls a product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from include.orderhouse.mapping import look_up
from include.orderhouse.odoo_records import Raw
from include.orderhouse.odoo_rpc import OdooCall

FIELDS = ["partner_id", "product_id", "product_tmpl_id", "product_code", "product_name"]


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
            self._entries.setdefault(entry["product_tmpl_id"][0], []).append(entry)

    def entry(self, line: Raw, order: Raw) -> Raw | None:
        """The entry of the order's vendor for the product, or for the template it is a variant of."""
        template, vendor, product = _template(line), order.get("partner_id"), line.get("product_id")
        if template is None or not isinstance(vendor, dict) or not isinstance(product, dict):
            return None
        vendors = {vendor["id"], (vendor.get("commercial_partner_id") or {}).get("id")}
        fitting = [
            entry
            for entry in self._entries.get(template, ())
            if entry["partner_id"] and entry["partner_id"][0] in vendors and _fits(entry["product_id"], product)
        ]
        return min(fitting, key=lambda entry: (not entry["product_id"], entry["id"]), default=None)


def _template(line: Raw) -> int | None:
    template = look_up(line, "product_id.product_tmpl_id")
    return template["id"] if isinstance(template, dict) else None


def _fits(entry_product: Any, product: Raw) -> bool:
    return not entry_product or entry_product[0] == product["id"]
