"""The dialects of the sandbox, one module each with a value `DIALECT`."""

DIALECTS: tuple[str, ...] = (
    "acumatica",
    "business_central",
    "coupa",
    "dynamics_fo",
    "erpnext",
    "netsuite",
    "odoo",
    "oracle_fusion",
    "quickbooks",
    "sap_business_one",
    "sap_s4hana",
    "xero",
)
