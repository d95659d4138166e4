"""What a connection to SAP S/4HANA may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """What a connection to SAP S/4HANA may set."""

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
