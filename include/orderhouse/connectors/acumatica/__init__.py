"""Acumatica (and MYOB Acumatica): purchase orders by the contract-based REST API, endpoint Default.

Every session takes up a seat of the licence, so it is logged out when the read is over, also after a failure. Orders
are deleted for good. Lists tell no count, and the endpoint tells neither when an order was created nor what was billed.
"""

from __future__ import annotations

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.acumatica.access import authenticate
from include.orderhouse.connectors.acumatica.endpoint import explain
from include.orderhouse.connectors.acumatica.mapping import MAPPING
from include.orderhouse.connectors.acumatica.reading import discover, fetch, read, scan
from include.orderhouse.connectors.acumatica.settings import Settings

CONNECTOR = Connector(
    name="acumatica",
    label="Acumatica",
    documentation=(
        "[Integration development guide, contract-based REST API](https://help.acumatica.com), "
        "[REST API client and its models](https://github.com/Acumatica/AcumaticaRESTAPIClientForCSharp)"
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
    requests_per_minute=45,
    concurrency=2,
    custom_field_patterns=("Usr*",),
)
