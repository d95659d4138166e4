"""The rows of a purchase order in the shape of SAP S/4HANA's OData 2.0.

An order has 1 to 9 items (5 on average), each with one or two schedule lines, one account assignment and its price
condition, all expanded. Decimals are text, dates are milliseconds, and every row carries its own address, as SAP
Gateway writes them.
"""

from __future__ import annotations

from calendar import timegm
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from benchmarks.shapes.shape import Row
from benchmarks.shapes.trade import CENT, CITIES, LINE_COUNTS, description

NAMESPACE = "API_PURCHASEORDER_PROCESS_SRV"
ROOT = f"sap/opu/odata/sap/{NAMESPACE}"
FIRST_NUMBER = 4_500_000_000
UNITS = ("PC", "BOX", "KG", "L", "SET")


def purchase_order(number: int, changed_at: datetime, is_later: bool) -> Row:
    chance = Random(number)
    key, ordered_on = str(FIRST_NUMBER + number), changed_at.date() - timedelta(days=number % 30)
    vendor, currency = number % 997, ("EUR", "USD", "SEK", "PLN")[number % 4]
    place, count = CITIES[vendor % 4], chance.choice(LINE_COUNTS)
    items = [_item(_Item(key, 10 * place, currency, ordered_on), is_later, chance) for place in range(1, count + 1)]
    return {
        **_head("A_PurchaseOrder", f"('{key}')"),
        "PurchaseOrder": key,
        "CompanyCode": "1010",
        "PurchaseOrderType": "NB",
        "PurchasingDocumentDeletionCode": "",
        "PurchasingProcessingStatus": "05",
        "CreatedByUser": f"BUYER{number % 7}",
        "CreationDate": _day(ordered_on),
        "LastChangeDateTime": f"/Date({_milliseconds(changed_at)}+0000)/",
        "Supplier": f"{10_300_000 + vendor}",
        "PurchaseOrderSubtype": "",
        "Language": "EN",
        "PaymentTerms": "0004",
        "CashDiscount1Days": "14",
        "CashDiscount2Days": "30",
        "NetPaymentDays": "0",
        "CashDiscount1Percent": "2.000",
        "CashDiscount2Percent": "0.000",
        "PurchasingOrganization": "1010",
        "PurchasingGroup": f"{number % 7:03d}",
        "PurchaseOrderDate": _day(ordered_on),
        "DocumentCurrency": currency,
        "ExchangeRate": "1.00000",
        "ExchangeRateIsFixed": False,
        "ValidityStartDate": None,
        "ValidityEndDate": None,
        "SupplierQuotationExternalID": "",
        "SupplierRespSalesPersonName": "",
        "SupplierPhoneNumber": "",
        "IncotermsClassification": "DAP",
        "IncotermsLocation1": "Lisboa",
        "CorrespncExternalReference": f"REF-{number}",
        "CorrespncInternalReference": "",
        "InvoicingParty": f"{10_300_000 + vendor}",
        "ReleaseIsNotCompleted": False,
        "PurchasingCompletenessStatus": False,
        **_address("Address", f"Vendor {vendor} of {place[0]}", f"{vendor} Harbour Street", place),
        "to_PurchaseOrderNote": {"results": []},
        "to_PurchaseOrderItem": {"results": items},
    }


class _Item:
    """What the parts of an item share."""

    def __init__(self, order: str, number: int, currency: str, ordered_on: date) -> None:
        self.order, self.number, self.currency, self.ordered_on = order, str(number), currency, ordered_on
        self.key = {"PurchaseOrder": order, "PurchaseOrderItem": self.number}

    def head(self, entity_set: str, *more: tuple[str, str]) -> Row:
        """The address of one of its parts."""
        key = (("PurchaseOrder", self.order), ("PurchaseOrderItem", self.number), *more)
        return _head(entity_set, "(" + ",".join(f"{name}='{value}'" for name, value in key) + ")")


def _item(item: _Item, is_later: bool, chance: Random) -> Row:
    quantity, price = chance.randint(1, 500) + is_later, Decimal(chance.randint(100, 9_999_999)).scaleb(-2)
    material, unit = chance.randrange(5000), UNITS[chance.randrange(5)]
    return {
        **item.head("A_PurchaseOrderItem"),
        **item.key,
        "PurchasingDocumentDeletionCode": "",
        "PurchaseOrderItemText": description(chance),
        "Plant": "1010",
        "StorageLocation": "",
        "MaterialGroup": f"MG{material % 40:03d}",
        "Material": f"MAT-{material:05d}",
        "SupplierMaterialNumber": f"S{material:05d}",
        "ManufacturerMaterial": "",
        "OrderQuantity": f"{quantity}.000",
        "PurchaseOrderQuantityUnit": unit,
        "OrderPriceUnit": unit,
        "OrderPriceUnitToOrderUnitNmrtr": "1",
        "OrdPriceUnitToOrderUnitDnmntr": "1",
        "DocumentCurrency": item.currency,
        "NetPriceAmount": f"{price:.3f}",
        "NetPriceQuantity": "1",
        "TaxCode": "V1",
        "OverdelivTolrtdLmtRatioInPct": "10.0",
        "UnderdelivTolrtdLmtRatioInPct": "0.0",
        "IsCompletelyDelivered": material % 3 == 0,
        "IsFinallyInvoiced": material % 6 == 0,
        "GoodsReceiptIsExpected": True,
        "InvoiceIsExpected": True,
        "InvoiceIsGoodsReceiptBased": True,
        "PurchaseOrderItemCategory": "0",
        "AccountAssignmentCategory": "K",
        "MultipleAcctAssgmtDistribution": "",
        "PurchaseContract": "",
        "PurchaseRequisition": f"{10_000_000 + material}",
        "IsReturnsItem": False,
        "RequisitionerName": "",
        "ProductType": "1",
        **_address("DeliveryAddress", "Plant 1010", "1 Quay Road", CITIES[0]),
        "to_ScheduleLine": {"results": _schedules(item, quantity, unit, material)},
        "to_AccountAssignment": {"results": [_assignment(item, quantity, price, material)]},
        "to_PurchaseOrderPricingElement": {"results": [_condition(item, quantity, price, unit)]},
        "to_PurchaseOrderItemNote": {"results": []},
    }


def _schedules(item: _Item, quantity: int, unit: str, material: int) -> list[Row]:
    first = quantity // 2 if material % 4 == 0 else quantity
    parts = [part for part in (first, quantity - first) if part]
    return [
        {
            **item.head("A_PurchaseOrderScheduleLine", ("ScheduleLine", str(number))),
            "PurchasingDocument": item.order,
            "PurchasingDocumentItem": item.number,
            "ScheduleLine": str(number),
            "ScheduleLineDeliveryDate": _day(item.ordered_on + timedelta(days=material % 60 + 7 * number)),
            "ScheduleLineDeliveryTime": "PT00H00M00S",
            "ScheduleLineOrderQuantity": f"{part}.000",
            "ScheduleLineCommittedQuantity": "0.000",
            "PurchaseOrderQuantityUnit": unit,
        }
        for number, part in enumerate(parts, start=1)
    ]


def _assignment(item: _Item, quantity: int, price: Decimal, material: int) -> Row:
    return {
        **item.head("A_PurOrdAccountAssignment", ("AccountAssignmentNumber", "1")),
        **item.key,
        "AccountAssignmentNumber": "1",
        "IsDeleted": False,
        "Quantity": f"{quantity}.000",
        "MultipleAcctAssgmtDistrPercent": "0.0",
        "PurgDocNetAmount": str((quantity * price).quantize(CENT)),
        "GLAccount": f"{61_000_000 + material % 50}",
        "CostCenter": f"CC{material % 30:03d}",
        "ProfitCenter": "",
        "WBSElement": "",
        "OrderID": "",
        "MasterFixedAsset": "",
        "Fund": "",
        "FunctionalArea": "",
    }


def _condition(item: _Item, quantity: int, price: Decimal, unit: str) -> Row:
    return {
        **item.head("A_PurOrdPricingElement", ("PricingDocument", item.order), ("PricingProcedureStep", "010")),
        **item.key,
        "PricingDocument": item.order,
        "PricingDocumentItem": item.number,
        "PricingProcedureStep": "010",
        "PricingProcedureCounter": "001",
        "ConditionType": "PPR0",
        "ConditionClass": "B",
        "ConditionCategory": "H",
        "ConditionCalculationType": "C",
        "ConditionRateValue": f"{price:.9f}",
        "ConditionCurrency": item.currency,
        "ConditionQuantity": "1",
        "ConditionQuantityUnit": unit,
        "ConditionAmount": str((quantity * price).quantize(CENT)),
        "TransactionCurrency": item.currency,
        "ConditionIsForStatistics": False,
        "ConditionInactiveReason": "",
    }


def _head(entity_set: str, key: str) -> Row:
    address = f"https://s4.example/{ROOT}/{entity_set}{key}"
    return {"__metadata": {"id": address, "uri": address, "type": f"{NAMESPACE}.{entity_set}Type"}}


def _address(prefix: str, name: str, street: str, place: tuple[str, str, str]) -> Row:
    values = {"Name": name, "StreetName": street, "HouseNumber": "", "CityName": place[0], "PostalCode": place[1]}
    return {f"{prefix}{field}": value for field, value in (values | {"Region": "", "Country": place[2]}).items()}


def _milliseconds(instant: datetime) -> int:
    return timegm(instant.utctimetuple()) * 1000 + instant.microsecond // 1000


def _day(day: date) -> str:
    return f"/Date({timegm(day.timetuple()) * 1000})/"
