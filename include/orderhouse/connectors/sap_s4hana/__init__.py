"""SAP S/4HANA, cloud and on premise: the purchase order services of OData 4.0 and 2.0."""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.sap_s4hana.mapping import MAPPING
from include.orderhouse.connectors.sap_s4hana.notifications import NOTIFICATIONS
from include.orderhouse.connectors.sap_s4hana.reading import discover, explain_absence, fetch, read, scan
from include.orderhouse.connectors.sap_s4hana.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http import auth
from include.orderhouse.protocols.sap_gateway import explain


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """Basic, OAuth 2.0 client credentials, or a key of SAP API Management."""
    if settings.authentication == "api_key":
        return auth.HeaderKey("APIKey", credentials.need("api_key"))
    if settings.authentication == "oauth":
        names = ("token_url", "client_id", "client_secret")
        return auth.client_credentials(*(credentials.need(name) for name in names))
    return auth.basic(credentials.need("login"), credentials.need("password"))


CONNECTOR = Connector(
    name="sap_s4hana",
    label="SAP S/4HANA",
    documentation=(
        "[Purchase Order (OData V4)](https://api.sap.com/api/PURCHASEORDER_0001/overview), "
        "[Purchase Order (OData V2)](https://api.sap.com/api/API_PURCHASEORDER_PROCESS_SRV/overview), "
        "communication scenario SAP_COM_0053\n\n"
        "On premise the service must be activated: transaction /IWFND/MAINT_SERVICE for V2, /IWFND/V4_ADMIN for V4.\n\n"
        "**Archiving.** The preparation run of MM_EKKO sets deletion codes on finished items, years later often. An "
        "item with one counts as cancelled, and its amount as not bought, only where nothing of it is known to have "
        "been delivered or invoiced: no delivery completed or final invoice indicator, and no quantity received in "
        "part. Else it is closed and its amount stays, as in SAP's own totals. Once the orders are archived the "
        "services no longer have them: a reconcile then [closes those that were finished]"
        "(../watermarks-and-reconcile.md#orders-that-were-archived), and marks others `is_deleted`."
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain_absence=explain_absence,
    explain=explain,
    mapping=MAPPING,
    page_size=100,
    requests_per_minute=300,
    concurrency=2,
    version=7,
    custom_field_patterns=("YY1_*", "ZZ*", "YY*"),
    notifications=NOTIFICATIONS,
)
