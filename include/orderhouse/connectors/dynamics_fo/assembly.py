"""Whole raw orders: what stands in entities of its own is put into the order.

What the connector adds to the source's properties has a leading underscore: ``_lines``, ``_charges``, ``_company``,
``_vendor``, ``_term``, ``_modified_at`` and ``_created_at`` on the order; ``_received``, ``_invoiced``, ``_receipts``,
``_dimensions`` and ``_modified_at`` on a line. Where the settings leave charges out, ``_charges`` is None.
``dataAreaId`` is written as it was asked for, in small letters: ids begin with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.connectors.dynamics_fo.queries import LINES, NUMBER, NUMBERS_AT_ONCE
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.lookup import Lookup, batches
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.finance_operations import Query, Row, all_rows
from include.orderhouse.values.decimals import total
from include.orderhouse.values.segments import segments


class Assembly:
    """The orders of one company in one fetch; a vendor is asked for once."""

    def __init__(self, source: Source, company: str) -> None:
        self._source, self._company = source, company
        self._settings: Settings = source.settings
        self._known: Mapping[str, Any] = source.catalogue.details["companies"][company]
        self._vendors: Lookup[str] = Lookup(self._read_vendors, NUMBERS_AT_ONCE)

    def records(self, headers: Sequence[Row]) -> list[Row]:
        """The raw orders of these headers."""
        settings, numbers = self._settings, [_number(row) for row in headers]
        lines = self._expanded(headers) if settings.expand_lines else self._parts(LINES, "LineNumber", numbers)
        charges = self._parts(settings.charges, "ChargeLineNumber", numbers)
        receipts = self._parts(settings.receipts, "RecordId", numbers)
        if settings.vendors:
            self._vendors.learn(row.get("OrderVendorAccountNumber") for row in headers)
        return [
            self._order(row, lines.get(number, []), charges.get(number, []), receipts.get(number, []))
            for row, number in zip(headers, numbers, strict=True)
        ]

    def _order(self, row: Row, lines: list[Row], charges: list[Row], receipts: list[Row]) -> Row:
        settings, known = self._settings, self._known
        return {
            **row,
            "dataAreaId": self._company,
            "_company": {**known["entity"], "ledger": known["ledger"]},
            "_vendor": self._vendors.get(row.get("OrderVendorAccountNumber")),
            "_term": known["terms"].get(row.get("PaymentTermsName")),
            "_created_at": row.get(settings.created_field),
            "_modified_at": row.get(settings.header_change_field),
            "_charges": charges if settings.charges else None,
            "_lines": [self._line(line, receipts) for line in lines],
        }

    def _line(self, line: Row, receipts: list[Row]) -> Row:
        settings = self._settings
        own = [one for one in receipts if one.get("PurchaseOrderLineNumber") == line.get("LineNumber")]
        received = line.get(settings.received_field)
        if received is None and settings.receipts:
            received = total(one.get("ReceivedPurchaseQuantity") for one in own)
        dimensions = line.get("DefaultLedgerDimensionDisplayValue")
        return {
            **line,
            "_received": received,
            "_invoiced": line.get(settings.invoiced_field),
            "_receipts": own,
            "_dimensions": segments(dimensions, settings.dimension_segments, settings.dimension_separator),
            "_modified_at": line.get(settings.line_change_field),
        }

    def _expanded(self, headers: Sequence[Row]) -> dict[str, list[Row]]:
        """The lines that came with their headers, cut-off ones read to their end."""
        name, follow = self._settings.expand_lines, self._source.api.get
        return {_number(row): odata.whole(row, name, follow, of="a purchase order") for row in headers}

    def _parts(self, entity: str, key: str, numbers: Sequence[str]) -> dict[str, list[Row]]:
        """The rows of an entity that belong to these orders, by number."""
        found: dict[str, list[Row]] = {}
        for batch in batches(numbers if entity else (), NUMBERS_AT_ONCE):
            query = Query(entity, self._company, (NUMBER, key), odata.one_of(NUMBER, batch))
            for row in all_rows(self._source, query):
                found.setdefault(_number(row), []).append(row)
        return found

    def _read_vendors(self, accounts: Sequence[str]) -> dict[str, Row]:
        account = "VendorAccountNumber"
        query = Query(self._settings.vendors, self._company, (account,), odata.one_of(account, accounts))
        return {wire.part(row, account, str, of="a vendor"): row for row in all_rows(self._source, query)}


def _number(row: Row) -> str:
    return wire.part(row, NUMBER, str, of="a row of an order")
