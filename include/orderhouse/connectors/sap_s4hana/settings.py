"""What a connection to SAP S/4HANA may set."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

Units = Annotated[Decimal, Field(gt=0)]


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
    """When an item counts as done: ``delivered``, or without a goods receipt to come, for companies that do not set the
    final invoice indicator."""
    includes_unchanged: bool = True
    """Orders without a change time count by their creation date; off for releases that cannot filter for null."""
    rate_units: dict[str, Units] = field(default_factory=dict)
    """How many units of an order's currency its exchange rate is for, such as ``{JPY: 100, HUF: 100}``; one without an
    entry. It is the ratio of table TCURF (transaction OBBS, or the table in SE16N) from that currency to the company
    code's, for the rate type of the orders, usually M: 100 where it is 100 : 1, and 0.01 where it is 1 : 100. JPY, KRW,
    IDR, HUF, VND, CLP and COP commonly have one. Company codes whose ratios differ need connections of their own. Noted
    in the raw order as it is fetched, so a change takes effect with the next full resync."""
