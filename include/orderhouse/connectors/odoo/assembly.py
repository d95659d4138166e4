"""Whole raw orders: the header with its lines, everything they point to, and what the connector's settings say of them.

What the connector adds to the source's fields has a leading underscore: ``_ship_to`` on the order; ``_number``,
``_is_charge``, ``_supplier`` and ``_distributions`` on the line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.connectors.odoo import analytic
from include.orderhouse.connectors.odoo.price_lists import PriceLists
from include.orderhouse.errors import CountMismatch
from include.orderhouse.mapping import look_up
from include.orderhouse.protocols.odoo_records import Lookups, Raw
from include.orderhouse.protocols.odoo_rpc import OdooCall

ORDER, LINE = "purchase.order", "purchase.order.line"
TRIES = 4
REPEATED = ("partner_id", "company_id", "currency_id")
OF_ORDER = ("id", "name", "state", "locked", "receipt_status", "picking_ids", "invoice_status", "currency_id")


class Assembly:
    """Makes whole orders; keeps the look-ups of one fetch."""

    def __init__(self, source: Source, call: OdooCall) -> None:
        self._fields: Mapping[str, Any] = source.catalogue.details["fields"]
        self._settings, self.page_size = source.settings, source.page_size
        self.call, self.fields = call, list(self._fields[ORDER])
        self._line_fields = {name: _of_line(name, facts) for name, facts in self._fields[LINE].items()}
        self._lookups = Lookups(call, self._fields)
        self._price_lists = PriceLists(call)

    def by_id(self, ids: list[int]) -> list[Raw]:
        """The orders with these ids, as many as exist."""
        domain = [["id", "in", ids]]
        return self.whole(self.call.records(ORDER, domain=domain, fields=self.fields, order="id asc") if ids else [])

    def whole(self, headers: list[Raw]) -> list[Raw]:
        """Headers with their lines. Headers and lines are two reads: those that changed in between are read again."""
        lines = self._read_lines([header["id"] for header in headers])
        for _ in range(TRIES):
            torn = [header["id"] for header in headers if not _is_complete(header, lines[header["id"]])]
            if not torn:
                return self._embedded(headers, lines)
            again = self.call.records(ORDER, domain=[["id", "in", torn]], fields=self.fields)
            lines.update(self._read_lines(torn))
            headers = [header for header in headers if header["id"] not in torn] + again
        raise CountMismatch(
            f"The orders {torn[:10]} list other lines than {LINE} holds for them.",
            action="Nothing was loaded. Look whether a record rule in Odoo hides lines from the user, then sync again.",
        )

    def _read_lines(self, order_ids: list[int]) -> defaultdict[int, list[Raw]]:
        grouped: defaultdict[int, list[Raw]] = defaultdict(list)
        domain = [["order_id", "in", order_ids]]
        order = "order_id asc, sequence asc, id asc"
        fields = list(self._fields[LINE])
        for line in self.call.records(LINE, domain=domain, fields=fields, order=order) if order_ids else ():
            grouped[wire.part(line, "order_id", list, of=LINE)[0]].append(line)
        return grouped

    def _embedded(self, headers: list[Raw], lines: Mapping[int, list[Raw]]) -> list[Raw]:
        orders = self._lookups.embed(headers, self._fields[ORDER])
        plain = [line for order in orders for line in lines.get(order["id"], ())]
        rich = {line["id"]: line for line in self._lookups.embed(plain, self._line_fields)}
        self._accounts = self._lookups.find("account.analytic.account", analytic.account_ids(plain))
        self._price_lists.learn(rich.values())
        for order in orders:
            order["_ship_to"] = _ship_to(order)
            shown = [rich[line["id"]] for line in lines.get(order["id"], ())]
            order["order_line"] = [self._with_order(line, number, order) for number, line in enumerate(shown, 1)]
        return orders

    def _with_order(self, line: Raw, number: int, order: Raw) -> Raw:
        of_order = {name: order[name] for name in OF_ORDER if name in order}
        of_order["po_lock"] = look_up(order, "company_id.po_lock")
        return {
            **line,
            "order_id": of_order,
            "_number": number,
            "_is_charge": look_up(line, "product_id.default_code") in self._settings.charge_products,
            "_supplier": self._price_lists.entry(line, order),
            "_distributions": analytic.shares(line, self._accounts, self._settings.analytic_plans),
        }


def _of_line(name: str, facts: Raw) -> Raw:
    """Vendor, company and currency of a line are those of its order, where they stand in full."""
    return {"type": facts["type"]} if name in REPEATED else facts


def _is_complete(header: Raw, lines: list[Raw]) -> bool:
    return set(wire.part(header, "order_line", list, of=ORDER)) == {line["id"] for line in lines}


def _ship_to(order: Raw) -> Raw | None:
    """Where the goods go: a drop shipment's own address, else the one of the warehouse that receives."""
    if isinstance(order.get("dest_address_id"), dict):
        return dict(order["dest_address_id"])
    site = look_up(order, "picking_type_id.warehouse_id.partner_id")
    return site if isinstance(site, dict) else None
