"""Whole raw orders: what hangs on an order is read to its end and put into it.

What the connector adds to the source's attributes has a leading underscore: ``_supplier`` on the order;
``_is_charge``, ``_distributions`` and ``_receipts`` on a line; ``_account`` on a distribution. Segments of descriptive
flexfields stand beside the attributes as ``DFF_<segment>``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from include.orderhouse.connector import Source
from include.orderhouse.connectors.oracle_fusion import queries
from include.orderhouse.connectors.oracle_fusion.rights import needed_for
from include.orderhouse.lookup import Lookup, batches
from include.orderhouse.protocols import adf
from include.orderhouse.protocols.adf import Part, Query, Row
from include.orderhouse.values.segments import segments

SUPPLIER_PARTS = (Part("addresses", "SupplierAddressId"), Part("sites", "SupplierSiteId"))
SUPPLIERS_AT_ONCE = 50
IDS_AT_ONCE = 100
"""So many ids of up to 19 digits fit into a URL."""
NOT_A_SEGMENT = ("PoHeaderId", "PoLineId", "POHeaderId", "POLineId", "links", "@context")


class Assembly:
    """The orders of one fetch; a supplier is asked for once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._suppliers = Lookup(self._read_suppliers, SUPPLIERS_AT_ONCE)

    def by_id(self, resource: str, ids: Sequence[int]) -> list[Row]:
        """The orders with these ids, as many as exist within the scope."""
        found: list[Row] = []
        for batch in batches(ids, IDS_AT_ONCE):
            conditions = [*queries.scope(self._source), adf.one_of(queries.KEY, batch)]
            query = queries.orders(self._source, resource, conditions)
            for page in adf.walk(self._source.api, query, IDS_AT_ONCE):
                found += self.whole(page.rows, query)
        return found

    def whole(self, rows: list[Row], query: Query) -> list[Row]:
        """The raw orders of a page's rows."""
        found = [self._order(adf.whole(self._source.api, row, query)) for row in rows]
        if self._source.settings.read_suppliers:
            with needed_for("read_suppliers", "suppliers"):
                self._add_suppliers(found)
        if self._source.settings.read_receipts:
            with needed_for("read_receipts", "the life cycles of orders"):
                for order in found:
                    self._add_receipts(order)
        return found

    def _order(self, order: Row) -> Row:
        return {**order, **_segments(order), "lines": [self._line(line) for line in order["lines"]]}

    def _line(self, line: Row) -> Row:
        settings = self._source.settings
        distributions = [
            {
                **one,
                "ScheduleNumber": schedule.get("ScheduleNumber"),
                "_account": segments(one.get("POChargeAccount"), settings.account_segments, settings.account_separator),
            }
            for schedule in line["schedules"]
            for one in schedule["distributions"]
        ]
        schedules = [{k: v for k, v in schedule.items() if k != "distributions"} for schedule in line["schedules"]]
        is_charge = line.get("LineType") in settings.charge_line_types
        added = {"schedules": schedules, "_distributions": distributions, "_is_charge": is_charge, "_receipts": []}
        return {**line, **_segments(line), **added}

    def _add_suppliers(self, orders: list[Row]) -> None:
        self._suppliers.learn(map(_supplier_id, orders))
        for order in orders:
            order["_supplier"] = at_site(self._suppliers.get(_supplier_id(order)), order)

    def _read_suppliers(self, ids: list[int]) -> dict[int, Row]:
        api, path = self._source.api, queries.path(self._source, "suppliers")
        condition, head = adf.one_of("SupplierId", ids), queries.headers(self._source)
        query = Query(path, "SupplierId", (condition,), SUPPLIER_PARTS, headers=head)
        rows = [row for page in adf.walk(api, query, SUPPLIERS_AT_ONCE) for row in page.rows]
        return {adf.number(row, "SupplierId", of=path): adf.whole(api, row, query) for row in rows}

    def _add_receipts(self, order: Row) -> None:
        """Give each line its receipts, from the order's life cycle; not asked for where nothing was received."""
        schedules = [schedule for line in order["lines"] for schedule in line["schedules"]]
        receipts: list[Row] = []
        if any(schedule.get("ReceivedQuantity") for schedule in schedules):
            path = queries.path(self._source, f"purchaseOrderLifeCycleDetails/{order['POHeaderId']}")
            query = Query(path, "", parts=(Part("receipts", "ReceiptId"),), headers=queries.headers(self._source))
            params = {"expand": "receipts", "links": adf.LINKS}
            row = self._source.api.get(path, params=params, headers=query.headers)
            receipts = adf.whole(self._source.api, row, query)["receipts"]
        for line in order["lines"]:
            line["_receipts"] = [one for one in receipts if str(one.get("POLineId")) == str(line.get("POLineId"))]


def _supplier_id(order: Row) -> int | None:
    return adf.number(order, "SupplierId", of="an order") if order.get("SupplierId") else None


def _segments(row: Row) -> dict[str, Any]:
    """The segments of a record's descriptive flexfield, of all its rows."""
    return {
        f"DFF_{name}": value
        for one in row.get("DFF") or ()
        for name, value in one.items()
        if name not in NOT_A_SEGMENT and not name.startswith("__FLEX")
    }


def at_site(supplier: Row | None, order: Row) -> Row | None:
    """The supplier without its lists, with the address of the order's site, else its only address."""
    if supplier is None:
        return None
    site: Row = next((one for one in supplier["sites"] if one.get("SupplierSiteId") == order.get("SupplierSiteId")), {})
    addresses = supplier["addresses"]
    wanted = site.get("SupplierAddressId")
    found = [one for one in addresses if wanted is not None and one.get("SupplierAddressId") == wanted]
    address = found[0] if found else addresses[0] if len(addresses) == 1 else None
    own = {name: value for name, value in supplier.items() if name not in ("sites", "addresses", "links")}
    return {**own, "site": site or None, "address": address}
