"""Dynamics 365 Business Central, API v2.0 (OData 4.0), online and on premises.

What change detection can see: an order's ``lastModifiedDateTime`` moves when the header is saved, when lines are added,
when a line's amount changes, and with postings. It does not move when only a line's description or expected receipt
date changes, when a receipt is undone, or when an invoice that combines the receipts of several orders is posted; no
filter finds such a change, because lines carry no modification time. ``reconcile`` finds it by comparing contents; the
setting ``reread_open_orders`` finds it at every sync, at the price of reading every order that is still on the list.
``fullyReceived`` does not tell open orders: it tells of the lines at the location of the line that was saved last
(codeunit "Graph Mgt - Purch Order Buffer").

An order leaves the list when it has been received and invoiced completely, and when somebody deletes it. The first are
told from the second by what was received of them and by their posted invoices (`explain_absence`). A custom API page
``purchaseOrders`` with a part ``purchaseOrderLines`` shows custom fields, which the standard page cannot;
``orders_api`` is its route.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.business_central.mapping import MAPPING
from include.orderhouse.connectors.business_central.notifications import NOTIFICATIONS
from include.orderhouse.connectors.business_central.reading import discover, explain_absence, fetch, read, scan
from include.orderhouse.connectors.business_central.service import explain
from include.orderhouse.connectors.business_central.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.auth import basic
from include.orderhouse.http.entra import entra_application

SCOPE = "https://api.businesscentral.dynamics.com/.default"


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """A Microsoft Entra application (client credentials), or on premises a user with a web service access key."""
    if "client_id" not in credentials.extra:
        return basic(credentials.need("login"), credentials.need("password"))
    return entra_application(credentials, SCOPE)


CONNECTOR = Connector(
    name="business_central",
    label="Microsoft Dynamics 365 Business Central",
    documentation=(
        "[API v2.0](https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0/), "
        "[limits](https://learn.microsoft.com/dynamics365/business-central/dev-itpro/administration/"
        "operational-limits-online), [OData limitations](https://learn.microsoft.com/dynamics365/business-central/"
        "dev-itpro/webservices/odata-known-limitations), [source of the API pages](https://github.com/microsoft/ALAppExtensions)"
        "\n\n**Give it rights to read alone.** Where its user or application may also change purchase headers, the "
        "page `purchaseOrders` recalculates the invoice discounts that an order has waiting whenever it is read "
        "(`OnAfterGetRecord` of the page): Orderhouse would only read, and amounts in your orders would change. "
        "Without that right they are told as they stand until somebody recalculates them."
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=explain,
    mapping=MAPPING,
    page_size=200,
    largest_page=20_000,
    requests_per_minute=1000,
    concurrency=4,
    version=4,
    explain_absence=explain_absence,
    notifications=NOTIFICATIONS,
)
