"""Purchase orders in the shape of Business Central's API v2.0.

An order has 1 to 9 lines (5 on average), 50 properties, and 31 on each line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.shapes.shape import Question, Row, Shape, Table, encoded
from benchmarks.shapes.trade import CENT, CITIES, LINE_COUNTS, UNITS, description

NO_ID = "00000000-0000-0000-0000-000000000000"
NO_DATE = "0001-01-01"
BOUND = re.compile(r"lastModifiedDateTime (ge|lt) ([0-9T:.Z-]+)")

COMPANY = {"id": str(UUID(int=1)), "name": "BENCH", "displayName": "Benchmark Ltd.", "systemVersion": "27.0"}
ORDERS = f"v2.0/bench/api/v2.0/companies({COMPANY['id']})/purchaseOrders"
INFORMATION = {
    "id": str(UUID(int=2)),
    "displayName": "Benchmark Ltd.",
    "addressLine1": "1 Quay Road",
    "city": "Lisboa",
    "postalCode": "1100-148",
    "country": "PT",
    "currencyCode": "EUR",
}


def _order(number: int, changed_at: datetime, is_later: bool) -> Row:
    chance = Random(number)
    ordered_on = changed_at.date() - timedelta(days=number % 30)
    count = chance.choice(LINE_COUNTS)
    lines = [_line(number, place, is_later, chance) for place in range(1, count + 1)]
    for place, line in enumerate(lines):
        expected = ordered_on + timedelta(days=(number + place) % 60)
        line["expectedReceiptDate"] = expected.isoformat() if (number + place) % 9 else NO_DATE
    net = sum((line["amountExcludingTax"] for line in lines), Decimal(0))
    tax = sum((line["totalTaxAmount"] for line in lines), Decimal(0))
    return {
        "@odata.etag": f'W/"JzE5OzE{number:012d}{is_later:d}MDA7Jw=="',
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
        "lastModifiedDateTime": changed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "purchaseOrderLines": lines,
    }


def _vendor(vendor: int) -> Row:
    city, postal_code, country = CITIES[vendor % 4]
    found: Row = {
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


def _line(number: int, place: int, is_later: bool, chance: Random) -> Row:
    quantity, unit_cost = chance.randint(1, 500) + is_later, Decimal(chance.randint(100, 9_999_999)).scaleb(-4)
    net = (quantity * unit_cost).quantize(CENT)
    tax = (net * 23 / 100).quantize(CENT)
    received = quantity if number % 3 == 0 else quantity // 2 if number % 3 == 1 else 0
    item = chance.randrange(5000)
    return {
        "@odata.etag": f'W/"JzE5OzE{number:09d}{place:03d}{is_later:d}MDA7Jw=="',
        "id": str(UUID(int=3 << 64 | number << 8 | place)),
        "documentId": str(UUID(int=1 << 64 | number)),
        "sequence": place * 10_000,
        "itemId": str(UUID(int=4 << 64 | item)),
        "accountId": NO_ID,
        "lineType": "Item",
        "lineObjectNumber": f"ITEM-{item:05d}",
        "description": description(chance),
        "description2": "",
        "unitOfMeasureId": NO_ID,
        "unitOfMeasureCode": tuple(UNITS)[item % 5],
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
        "expectedReceiptDate": NO_DATE,
        "receivedQuantity": received,
        "invoicedQuantity": received // 2,
        "invoiceQuantity": received - received // 2,
        "receiveQuantity": quantity - received,
        "invoiceDiscountAllocation": 0,
        "itemVariantId": NO_ID,
        "locationId": NO_ID,
    }


def _question(path: str, query: Mapping[str, str]) -> Question | None:
    if not path.endswith("/purchaseOrders"):
        return None
    if token := query.get("$skiptoken"):
        return Question(rest=range(*map(int, token.split("-"))))
    bounds = {bound: datetime.fromisoformat(at) for bound, at in BOUND.findall(query.get("$filter", ""))}
    return Question(bounds.get("ge"), bounds.get("lt"))


def _envelope(count: int | None, next_query: str | None) -> tuple[bytes, bytes]:
    head = '{"@odata.context":"$metadata#purchaseOrders"' + ("" if count is None else f',"@odata.count":{count}')
    tail = f',"@odata.nextLink":"/{ORDERS}?{next_query}"' if next_query else ""
    return f'{head},"value":['.encode(), f"]{tail}}}".encode()


def _other(path: str, query: Mapping[str, str]) -> bytes:
    """Companies, the company's own address, units, a token, and empty lists."""
    if path.endswith("/companies"):
        return encoded({"value": [COMPANY]})
    if path.endswith("/companyInformation"):
        return encoded({"value": [INFORMATION]})
    if path.endswith("/unitsOfMeasure"):
        units: list[Any] = [{"code": code, "internationalStandardCode": told} for code, told in UNITS.items()]
        return encoded({"value": units})
    if path.endswith("/token"):
        return encoded({"access_token": "benchmark", "token_type": "Bearer", "expires_in": 3600})
    return encoded({"value": []})


SHAPE = Shape(
    name="business_central",
    title="Business Central",
    write=_order,
    read=_question,
    envelope=_envelope,
    other=_other,
    tables=(
        Table("purchase_order", ("value",), ("id",)),
        Table("purchase_order_line", ("purchaseOrderLines",), ("id",), "purchase_order"),
    ),
    quantity="quantity",
    amount="netAmount",
    canonical_amount="net_amount",
    first_page=f"/{ORDERS}?$expand=purchaseOrderLines&$orderby=lastModifiedDateTime,id&$count=true",
    next_link=("@odata.nextLink",),
    settings={"root": "v2.0/bench", "expand": [], "expand_lines": [], "read_items": False, "undated_orders": False},
)
