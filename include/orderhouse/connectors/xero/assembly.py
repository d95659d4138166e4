"""What belongs to a purchase order in Xero and is not in its record: the whole contact, the organisation, tracking."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from include.orderhouse.connector import Source
from include.orderhouse.lookup import Lookup, each_row
from include.orderhouse.protocols import xero_accounting
from include.orderhouse.protocols.xero_accounting import Row

IDS_AT_ONCE = 40
"""Ids in one address; longer ones are refused by common proxies."""


class Assembly:
    """The records that the orders of one fetch refer to; each contact is asked for once."""

    def __init__(self, source: Source, tenant: Row) -> None:
        self._source, self._tenant = source, tenant
        self._contacts = Lookup(self._read_contacts, IDS_AT_ONCE)

    def whole(self, orders: Sequence[Row]) -> list[Row]:
        """The orders with what belongs to them, under names in lower case that Xero does not use."""
        if self._source.settings.read_contacts:
            self._contacts.learn(map(_contact_id, orders))
        return [self._whole(order) for order in orders]

    def _whole(self, order: Row) -> Row:
        settings = self._source.settings
        contact = self._contacts.get(_contact_id(order)) or order.get("Contact") or {}
        return {
            **order,
            "source_order_id": f"{self._tenant['tenantId']}/{order['PurchaseOrderID']}",
            "tenant": self._tenant,
            "contact": contact,
            "vendor_address": address(contact),
            "bill_to_address": address(self._tenant["organisation"]),
            "rate_is_base_per_foreign": settings.currency_rate == "base_per_foreign",
            "LineItems": self._lines(order),
        }

    def _lines(self, order: Row) -> Any:
        position, is_inclusive = count(1), order.get("LineAmountTypes") == "Inclusive"
        return each_row(order.get("LineItems"), lambda line: self._line(line, next(position), is_inclusive))

    def _line(self, line: Row, position: int, is_inclusive: bool) -> Row:
        settings = self._source.settings
        tracked = {entry.get("Name"): entry.get("Option") for entry in line.get("Tracking") or () if entry}
        return {
            **line,
            **{f"tracking_{name}": option for name, option in tracked.items()},
            "position": position,
            "amount_includes_tax": is_inclusive,
            "is_charge": line.get("AccountCode") in settings.charge_accounts
            or line.get("ItemCode") in settings.charge_items,
            "cost_center": tracked.get(settings.cost_center_tracking),
            "department": tracked.get(settings.department_tracking),
            "project": tracked.get(settings.project_tracking),
        }

    def _read_contacts(self, ids: list[str]) -> dict[str, Row]:
        """Orders hold a part of their contact; the list has the tax number and, page by page only, payment terms."""
        params = {"IDs": ",".join(ids), "includeArchived": "true", "page": "1"}
        body = xero_accounting.get(self._source, str(self._tenant["tenantId"]), "Contacts", params)
        return {str(row.get("ContactID")): row for row in xero_accounting.listed(body, "Contacts")}


def address(holder: Row) -> Row:
    """The street address, or the postal one where that is empty; entries of the list may be null."""
    found = {entry.get("AddressType"): entry for entry in holder.get("Addresses") or () if entry}
    kinds = (found.get(kind) or {} for kind in ("STREET", "POBOX"))
    return next((entry for entry in kinds if any(v for k, v in entry.items() if k != "AddressType")), {})


def _contact_id(order: Row) -> str:
    contact = order.get("Contact")
    return str(contact.get("ContactID") or "") if isinstance(contact, dict) else ""
