"""SAP Business One: purchase orders of one company database, by the Service Layer.

A login opens a session that takes up a seat on the server; it is opened anew when it was idle too long, and given back
when the read is over. ``UpdateDate`` is a day on the server's clock: give the connection the server's ``time_zone``.
Orders are never deleted but cancelled; drafts that wait for approval are no orders yet. Goods receipts and invoices do
not surely move an order's ``UpdateDate``, so the orders behind those that changed are read as well.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.sap_business_one.mapping import MAPPING
from include.orderhouse.connectors.sap_business_one.reading import discover, fetch, read, scan
from include.orderhouse.connectors.sap_business_one.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.session import SessionAuth
from include.orderhouse.protocols.service_layer import explain


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """A user of the company database, with a session of its own."""
    login = {
        "CompanyDB": settings.company_db,
        "UserName": credentials.need("login"),
        "Password": credentials.need("password"),
    }
    root = f"{credentials.base_url}/b1s/{settings.version}"
    return SessionAuth(f"{root}/Login", login, f"{root}/Logout")


CONNECTOR = Connector(
    name="sap_business_one",
    label="SAP Business One",
    documentation=(
        "[Working with SAP Business One Service Layer](https://help.sap.com/doc/"
        "fc2f5477516c404c8bf9ad1315a17238/10.0/en-US/Working_with_SAP_Business_One_Service_Layer.pdf), "
        "[Service Layer API reference](https://help.sap.com/doc/056f69366b5345a386bb8149f1700c19/10.0/en-US/"
        "Service%20Layer%20API%20Reference.html)"
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
    version=8,
    custom_field_patterns=("U_*",),
)
