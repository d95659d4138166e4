"""Dynamics 365 Finance & Operations (Supply Chain Management): the OData entities of purchase orders.

The standard entities tell no modification time. Where a site has extended them with one, ``header_change_field`` and
``line_change_field`` name it, and both tables are asked, since saving a line does not save its header. Else a window
holds the orders whose date lies in it, and the newest one all open orders, too; what did not change is told by its
content and rewrites nothing. A change to an order that is neither is then found by a full resync only. Lines that are
deleted leave no trace either: open orders are read again where ``reread_open_orders`` says so, and at every reconcile.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.dynamics_fo.discovery import discover
from include.orderhouse.connectors.dynamics_fo.mapping import MAPPING
from include.orderhouse.connectors.dynamics_fo.notifications import NOTIFICATIONS
from include.orderhouse.connectors.dynamics_fo.reading import fetch, read, scan
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.entra import entra_application
from include.orderhouse.protocols.finance_operations import explain


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """A Microsoft Entra application (client credentials) that Finance & Operations knows as a user."""
    return entra_application(credentials, f"{credentials.base_url}/.default")


CONNECTOR = Connector(
    name="dynamics_fo",
    label="Microsoft Dynamics 365 Finance & Operations",
    documentation=(
        "[OData](https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/data-entities/odata), "
        "[throttling](https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/data-entities/"
        "priority-based-throttling), [entities](https://github.com/microsoft/CDM/tree/master/schemaDocuments/core/"
        "operationsCommon/Entities/SupplyChain/ProcurementAndSourcing)"
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=explain,
    mapping=MAPPING,
    version=9,
    rereads_open_orders=lambda settings: settings.rereads,
    page_size=200,
    largest_page=10_000,
    requests_per_minute=300,
    concurrency=3,
    notifications=NOTIFICATIONS,
)
