"""SAP Business One's codes in canonical terms. Enumerations are told by their names in the DI API (BoStatus, ...)."""

from __future__ import annotations

STATUSES = {
    "cancelled": "cancelled",
    "bost_Close": "closed",
    "invoiced": "invoiced",
    "received": "received",
    "partially invoiced": "partially_invoiced",
    "partially received": "partially_received",
    "dasPending": "pending_approval",
    "dasRejected": "draft",
    "tNO": "draft",
    "bost_Open": "approved",
    "bost_Delivered": "received",
    "bost_Paid": "invoiced",
}
"""DocumentStatus (BoStatus) and, where that leaves more to tell: Cancelled, what was received and invoiced,
AuthorizationStatus (DocumentAuthorizationStatusEnum), Confirmed. A rejected order is back with its author."""

APPROVALS = {
    "dasWithout": "not_required",
    "dasPending": "pending",
    "dasApproved": "approved",
    "dasGenerated": "approved",
    "dasGeneratedbyAuthorizer": "approved",
    "dasRejected": "rejected",
}

ORDER_TYPES = {"dDocument_Items": "standard", "dDocument_Service": "service"}

LINE_TYPES = {
    "dlt_Regular": "goods",
    "dlt_Alternative": "goods",
    "dlt_Resource": "service",
    "itItems": "goods",
    "itLabor": "service",
    "itTravel": "service",
    "itFixedAssets": "asset",
    "dslt_Text": "text",
    "dslt_Subtotal": "text",
    "no item": "service",
}
"""The item's ItemType where it is known, else the line's own type (BoDocLineType, BoDocSpecialLineType)."""

LINE_STATUSES = {
    "cancelled": "cancelled",
    "bost_Close": "closed",
    "invoiced": "invoiced",
    "received": "received",
    "partially invoiced": "partially_invoiced",
    "partially received": "partially_received",
    "bost_Open": "open",
}

LANGUAGES = {
    "1": "he", "2": "es-AR", "3": "en-US", "5": "pl", "6": "en-SG", "7": "es-PA", "8": "en-GB", "9": "de", "10": "sr",
    "11": "da", "12": "no", "13": "it", "14": "hu", "15": "zh-Hans", "16": "nl", "17": "fi", "18": "el", "19": "pt",
    "20": "sv", "21": "en-CY", "22": "fr", "23": "es", "24": "ru", "25": "es-419", "26": "cs", "27": "sk", "28": "ko",
    "29": "pt-BR", "30": "ja", "31": "tr", "32": "ar", "33": "uk", "35": "zh-Hant",
}  # fmt: skip
"""Numbers of languages (BoSuppLangs of the DI API)."""
