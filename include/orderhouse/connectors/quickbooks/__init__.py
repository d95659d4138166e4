"""QuickBooks Online: purchase orders by queries, deletions by change data capture, OAuth 2.0 with rotating tokens.

An order's ``LastUpdatedTime`` moves with every change of it and of its lines, which are inside it. A new bill was seen
to move it too; orders with a bill or an expense saved in the window are read all the same. QuickBooks deletes for good:
change data capture tells what was deleted within 30 days; where a window begins earlier, or too much has changed, all
ids are compared. It has neither drafts nor cancellations, and no units of measure.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector, Revocation
from include.orderhouse.connectors.quickbooks.mapping import MAPPING
from include.orderhouse.connectors.quickbooks.notifications import NOTIFICATIONS
from include.orderhouse.connectors.quickbooks.reading import discover, fetch, read, scan
from include.orderhouse.connectors.quickbooks.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.auth import RotatingToken
from include.orderhouse.protocols.intuit import MOST_ROWS, explain

TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
REVOCATION_URL = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
"""The ``revocation_endpoint`` of Intuit's OpenID configuration; it takes a refresh token in JSON from a client that
proves itself with HTTP Basic, as ``AuthClient.revoke`` of Intuit's own client does (intuit/oauth-pythonclient)."""
STEPS = (
    "Authorise the app again (Intuit's OAuth 2.0 Playground, as an administrator of the company, scope "
    "com.intuit.quickbooks.accounting) and take the refresh token."
)


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """Refresh tokens that rotate; ``token_url`` in the extra JSON replaces Intuit's."""
    return RotatingToken(credentials.extra.get("token_url") or TOKEN_URL, credentials, STEPS)


CONNECTOR = Connector(
    name="quickbooks",
    label="QuickBooks Online",
    documentation=(
        "[queries](https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/"
        "data-queries), [change data capture](https://developer.intuit.com/app/developer/qbo/docs/learn/"
        "explore-the-quickbooks-online-api/change-data-capture), [OAuth 2.0](https://developer.intuit.com/app/developer/"
        "qbo/docs/develop/authentication-and-authorization/oauth-2.0), "
        "[schema](https://github.com/intuit/QuickBooks-V3-Java-SDK)\n\n"
        "The app needs the scope `com.intuit.quickbooks.accounting`, given by an administrator of the company. Change "
        "data capture tells what was deleted within 30 days, and 1,000 changes at most: where a window begins earlier "
        "or more has changed, deletions are found by comparing all ids."
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=explain,
    mapping=MAPPING,
    page_size=250,
    largest_page=MOST_ROWS,
    requests_per_minute=400,
    concurrency=4,
    version=7,
    custom_field_patterns=("custom_*",),
    revocation=Revocation(REVOCATION_URL, takes_json=True),
    notifications=NOTIFICATIONS,
)
