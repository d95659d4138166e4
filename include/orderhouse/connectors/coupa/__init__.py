"""Coupa Core API: `purchase_orders` with their lines, 50 at a time.

The vendor says that ``updated-at`` of an order always tells of a change, and shows lines that are newer than their
order; so lines are asked for as well. The total of an order is that of its lines: taxes are told by invoices only.
Where a company's orders bear no tax, an override may read ``total_amount`` from ``total``. The vendor's example of an
order has neither currency nor total; those of its lines count then.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.coupa.mapping import MAPPING
from include.orderhouse.connectors.coupa.notifications import NOTIFICATIONS
from include.orderhouse.connectors.coupa.reading import discover, fetch, read, scan
from include.orderhouse.connectors.coupa.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.auth import client_credentials
from include.orderhouse.protocols.coupa_core import LARGEST_PAGE, explain

SCOPE = "core.common.read core.purchase_order.read core.supplier.read"


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """An OAuth 2.0 client with the grant type client credentials; its tokens live for a day."""
    return client_credentials(
        credentials.extra.get("token_url") or f"{credentials.base_url}/oauth2/token",
        credentials.need("client_id"),
        credentials.need("client_secret"),
        credentials.extra.get("scope", SCOPE),
    )


COMPASS = "https://compass.coupa.com/en-us/products/product-documentation/integration-technical-documentation"

CONNECTOR = Connector(
    name="coupa",
    label="Coupa",
    documentation=(
        f"- [The Coupa Core API]({COMPASS}/the-coupa-core-api)\n"
        f"- [Purchase orders]({COMPASS}/the-coupa-core-api/resources/transactional-resources/"
        "purchase-orders-api-(purchase_orders)), their lines, and the resources in them\n\n"
        "The client (Setup > Integrations > OAuth2/OpenID Connect Clients, grant type *Client credentials*) needs the "
        f"scopes `{SCOPE}`, or whatever `scope` in the extra JSON of the Airflow Connection names in their place: "
        "Coupa signs no client in that asks for one it does not have."
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=explain,
    mapping=MAPPING,
    page_size=LARGEST_PAGE,
    largest_page=LARGEST_PAGE,
    requests_per_minute=1_000,
    concurrency=4,
    version=7,
    custom_field_patterns=("custom-fields",),
    notifications=NOTIFICATIONS,
)
