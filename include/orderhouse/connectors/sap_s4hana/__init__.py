"""SAP S/4HANA, cloud and on premise: the purchase order services of OData 4.0 and 2.0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import httpx

from include.orderhouse import auth, odata
from include.orderhouse.connector import Connector
from include.orderhouse.connectors.sap_s4hana.mapping import MAPPING
from include.orderhouse.connectors.sap_s4hana.notifications import NOTIFICATIONS
from include.orderhouse.connectors.sap_s4hana.reading import discover, fetch, read, scan
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import AuthenticationFailed, OrderhouseError, RateLimitExceeded, RequestRefused
from include.orderhouse.http import Answer, Refusal, retry_after

CODES: dict[str, type[OrderhouseError]] = {"/IWFND/MED/170": RequestRefused}
"""``No service found``: the service is not activated, which SAP answers with 403."""
FAULTS: dict[str, type[OrderhouseError]] = {
    "policies.ratelimit": RateLimitExceeded,
    "oauth.v2": AuthenticationFailed,
    "steps.oauth.v2": AuthenticationFailed,
}
"""Error codes of SAP API Management, by their beginnings."""


@dataclass(frozen=True)
class Settings:
    """What a connection may set."""

    service: Literal["v2", "v4"] = "v4"
    """``v4``: api_purchaseorder_2, with net amounts and open quantities; ``v2``: API_PURCHASEORDER_PROCESS_SRV."""
    authentication: Literal["basic", "oauth", "api_key"] = "basic"
    """``basic``: login and password; ``oauth``: token_url, client_id and client_secret; ``api_key``: api_key."""
    sap_client: str | None = None
    """The SAP client of an on-premise system, such as 100."""
    company_codes: tuple[str, ...] = ()
    """Only these company codes; none means all that the user may read."""
    open_until: Literal["delivered", "invoiced"] = "invoiced"
    """When an item counts as done: ``delivered`` for companies that do not set the final invoice indicator."""
    includes_unchanged: bool = True
    """Orders without a change time count by their creation date; off for releases that cannot filter for null."""


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """Basic, OAuth 2.0 client credentials, or a key of SAP API Management."""
    if settings.authentication == "api_key":
        return auth.HeaderKey("APIKey", credentials.need("api_key"))
    if settings.authentication == "oauth":
        names = ("token_url", "client_id", "client_secret")
        return auth.client_credentials(*(credentials.need(name) for name in names))
    return auth.basic(credentials.need("login"), credentials.need("password"))


def explain(answer: Answer) -> Refusal | None:
    """Error bodies of SAP Gateway (both versions) and of SAP API Management."""
    body = answer.body if isinstance(answer.body, dict) else {}
    fault = body.get("fault")
    if isinstance(fault, dict):
        detail = fault.get("detail")
        code = str(detail.get("errorcode", "")) if isinstance(detail, dict) else ""
        kind = next((FAULTS[known] for known in FAULTS if code.startswith(known)), None)
        return Refusal(kind, f"{code}: {fault.get('faultstring')}", retry_after=retry_after(answer)) if kind else None
    error = body.get("error")
    inner = error.get("innererror") if isinstance(error, dict) else None
    transaction = inner.get("transactionid") if isinstance(inner, dict) else None
    return odata.explain(answer, CODES, request_id=transaction)


CONNECTOR = Connector(
    name="sap_s4hana",
    label="SAP S/4HANA",
    documentation=(
        "[Purchase Order (OData V4)](https://api.sap.com/api/PURCHASEORDER_0001/overview), "
        "[Purchase Order (OData V2)](https://api.sap.com/api/API_PURCHASEORDER_PROCESS_SRV/overview), "
        "communication scenario SAP_COM_0053"
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=explain,
    mapping=MAPPING,
    page_size=100,
    requests_per_minute=300,
    concurrency=2,
    custom_field_patterns=("YY1_*", "ZZ*", "YY*"),
    notifications=NOTIFICATIONS,
)
