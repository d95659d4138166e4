"""The ERPs Orderhouse can read, one module each."""

from __future__ import annotations

from importlib import import_module

from include.orderhouse.connector import Connector
from include.orderhouse.errors import ConfigurationInvalid

CONNECTORS = (
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


def load(name: str) -> Connector:
    """The connector of that name. Raises ConfigurationInvalid where there is none."""
    if name not in CONNECTORS:
        raise ConfigurationInvalid(
            f"There is no connector {name!r}.",
            action=f"Use one of: {', '.join(CONNECTORS)} (or add your own to CONNECTORS).",
        )
    found: Connector = import_module(f"{__name__}.{name}").CONNECTOR
    return found
