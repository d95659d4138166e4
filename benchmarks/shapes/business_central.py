"""Purchase orders in the shape of Business Central's API v2.0, made as they are asked for.

An order has 1 to 9 lines (4.9972 on average), 50 properties, and 31 on each line.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import ceil
from random import Random
from typing import Any
from uuid import UUID

import msgspec

NO_ID = "00000000-0000-0000-0000-000000000000"
NO_DATE = "0001-01-01"
FIRST_CHANGE = datetime(2026, 1, 1, tzinfo=UTC)
UNITS = ("PCS", "BOX", "KG", "L", "SET")
CITIES = (("Lisboa", "1100-148", "PT"), ("Malmö", "211 18", "SE"), ("Kraków", "31-004", "PL"), ("Graz", "8010", "AT"))
WORDS = ("steel", "bracket", "valve", "Ø12", "sealed", "pump", "coil", "filter", "M8", "hose", "blau", "kit")
CENT = Decimal("0.01")
BOUND = re.compile(r"lastModifiedDateTime (ge|lt) ([0-9T:.Z-]+)")

COMPANY = {"id": str(UUID(int=1)), "name": "BENCH", "displayName": "Benchmark Ltd.", "systemVersion": "27.0"}
INFORMATION = {
    "id": str(UUID(int=2)),
    "displayName": "Benchmark Ltd.",
    "addressLine1": "1 Quay Road",
    "city": "Lisboa",
    "postalCode": "1100-148",
    "country": "PT",
    "currencyCode": "EUR",
}

_encoder = msgspec.json.Encoder(decimal_format="number")


def order(number: int) -> dict[str, Any]:
    """The order of that number, whole, with its lines."""
    chance = Random(number)  # noqa: S311
    ordered_on = date(2026, 1, 1) + timedelta(days=number % 300)
    lines = [_line(number, position, ordered_on, chance) for position in range(1, chance.choice(LINE_COUNTS) + 1)]
    net = sum((line["amountExcludingTax"] for line in lines), Decimal(0))
    tax = sum((line["totalTaxAmount"] for line in lines), Decimal(0))
    return {
        "@odata.etag": f'W/"JzE5OzE{number:012d}7MDA7Jw=="',
        "id": str(UUID(int=1 << 64 | number)),
        "number": f"PO{number:07d}",
        "orderDate": ordered_on.isoformat(),
        "postingDate": ordered_on.isoformat(),
        **_vendor(number % 997),
        "currencyId": NO_ID,
        "currencyCode": ("EUR", "USD", "SEK", "PLN")[number % 4],
        "pricesIncludeTax": False,
        "paymentTermsId": NO_ID,
        "shipmentMethodId": NO_ID,
        "purchaser": f"BUYER{number % 7}",
        "requestedReceiptDate": (ordered_on + timedelta(days=14)).isoformat(),
        "discountAmount": 0,
        "discountAppliedBeforeTax": True,
        "totalAmountExcludingTax": net,
        "totalTaxAmount": tax,
        "totalAmountIncludingTax": net + tax,
        "fullyReceived": False,
        "status": ("Draft", "In_x0020_Review", "Open", "Open")[number % 4],
        "lastModifiedDateTime": modified_at(number).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "purchaseOrderLines": lines,
    }


LINE_COUNTS = (1, 2, 3, 4, 5, 5, 6, 7, 8, 9)


def modified_at(number: int) -> datetime:
    """When the order of that number was changed last: one a second, from the first on."""
    return FIRST_CHANGE + timedelta(seconds=number)


def encoded(value: Any) -> bytes:
    """JSON as the service writes it: numbers with all their digits."""
    return _encoder.encode(value)


def _vendor(vendor: int) -> dict[str, Any]:
    city, postal_code, country = CITIES[vendor % 4]
    found: dict[str, Any] = {
        "vendorId": str(UUID(int=2 << 64 | vendor)),
        "vendorNumber": f"V{vendor:05d}",
        "vendorName": f"Vendor {vendor} of {city}",
        "payToName": f"Vendor {vendor} of {city}",
        "payToVendorId": str(UUID(int=2 << 64 | vendor)),
        "payToVendorNumber": f"V{vendor:05d}",
        "shipToName": "Benchmark Ltd.",
        "shipToContact": "",
    }
    for prefix in ("buyFrom", "payTo", "shipTo"):
        found |= {
            f"{prefix}AddressLine1": f"{vendor} Harbour Street",
            f"{prefix}AddressLine2": "",
            f"{prefix}City": city,
            f"{prefix}Country": country,
            f"{prefix}State": "",
            f"{prefix}PostCode": postal_code,
        }
    return found | {"shortcutDimension1Code": "", "shortcutDimension2Code": ""}


def _line(number: int, position: int, ordered_on: date, chance: Random) -> dict[str, Any]:
    quantity, unit_cost = chance.randint(1, 500), Decimal(chance.randint(100, 9_999_999)).scaleb(-4)
    net = (quantity * unit_cost).quantize(CENT)
    tax = (net * 23 / 100).quantize(CENT)
    received = quantity if number % 3 == 0 else quantity // 2 if number % 3 == 1 else 0
    item = chance.randrange(5000)
    return {
        "@odata.etag": f'W/"JzE5OzE{number:09d}{position:03d}7MDA7Jw=="',
        "id": str(UUID(int=3 << 64 | number << 8 | position)),
        "documentId": str(UUID(int=1 << 64 | number)),
        "sequence": position * 10_000,
        "itemId": str(UUID(int=4 << 64 | item)),
        "accountId": NO_ID,
        "lineType": "Item",
        "lineObjectNumber": f"ITEM-{item:05d}",
        "description": " ".join(chance.choices(WORDS, k=4)),
        "description2": "",
        "unitOfMeasureId": NO_ID,
        "unitOfMeasureCode": UNITS[item % 5],
        "quantity": quantity,
        "directUnitCost": unit_cost,
        "discountAmount": 0,
        "discountPercent": 0,
        "discountAppliedBeforeTax": True,
        "amountExcludingTax": net,
        "taxCode": "VAT23",
        "taxPercent": 23,
        "totalTaxAmount": tax,
        "amountIncludingTax": net + tax,
        "netAmount": net,
        "netTaxAmount": tax,
        "netAmountIncludingTax": net + tax,
        "expectedReceiptDate": (ordered_on + timedelta(days=item % 60)).isoformat() if item % 9 else NO_DATE,
        "receivedQuantity": received,
        "invoicedQuantity": received // 2,
        "invoiceQuantity": received - received // 2,
        "receiveQuantity": quantity - received,
        "invoiceDiscountAllocation": 0,
        "itemVariantId": NO_ID,
        "locationId": NO_ID,
    }


def asked(path: str, query: dict[str, str], orders: int) -> range | None:
    """The numbers of the orders that a request asks for, all its pages; None where it asks for something else."""
    if not path.endswith("/purchaseOrders"):
        return None
    if token := query.get("$skiptoken"):
        return range(*map(int, token.split("-")))
    bounds = dict(BOUND.findall(query.get("$filter", "")))
    first = _position(bounds["ge"]) if "ge" in bounds else 0
    last = _position(bounds["lt"]) if "lt" in bounds else orders
    return range(min(max(first, 0), orders), min(max(last, 0), orders))


def page(found: range, size: int, is_first: bool) -> bytes:
    """The first page of these orders, with a link to the next; the very first one tells the count."""
    now, rest = found[:size], found[size:]
    body: dict[str, Any] = {"@odata.context": "$metadata#purchaseOrders"}
    if is_first:
        body["@odata.count"] = len(found)
    body["value"] = [order(number) for number in now]
    if rest:
        body["@odata.nextLink"] = f"purchaseOrders?$skiptoken={rest.start}-{rest.stop}"
    return encoded(body)


def _position(instant: str) -> int:
    """The number of the first order that was changed at this instant or later."""
    return ceil((datetime.fromisoformat(instant) - FIRST_CHANGE).total_seconds())


def other(path: str, query: dict[str, str]) -> bytes:
    """What else a connector asks for: companies, the company's own address, and empty lists."""
    if path.endswith("/companies"):
        return encoded({"value": [COMPANY]})
    if path.endswith("/companyInformation"):
        return encoded({"value": [INFORMATION]})
    if path.endswith("/unitsOfMeasure"):
        return encoded({"value": [{"code": unit, "internationalStandardCode": ""} for unit in UNITS]})
    if "/token" in path:
        return encoded({"access_token": "benchmark", "token_type": "Bearer", "expires_in": 3600})
    return encoded({"value": []})
