"""Acumatica (and MYOB Acumatica): purchase orders by the contract-based REST API, endpoint Default.

Every session takes up a seat of the licence, so it is logged out when the read is over, also after a failure. Orders
are deleted for good. Lists tell no count, and the endpoint does not tell when an order was created.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.acumatica.discovery import discover
from include.orderhouse.connectors.acumatica.mapping import MAPPING
from include.orderhouse.connectors.acumatica.reading import fetch, read, scan
from include.orderhouse.connectors.acumatica.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.session import SessionAuth
from include.orderhouse.http.token_session import TokenSession
from include.orderhouse.protocols.acumatica_rest import explain


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """A user; with ``client_id`` and ``client_secret`` in the extra JSON, by a connected application."""
    login, password = credentials.need("login"), credentials.need("password")
    site = "/".join(part for part in (credentials.base_url, settings.site.strip("/")) if part)
    logout = f"{site}/entity/auth/logout"
    if "client_id" not in credentials.extra:
        told = {"name": login, "password": password, "tenant": settings.tenant, "branch": settings.branch}
        return SessionAuth(f"{site}/entity/auth/login", {name: text for name, text in told.items() if text}, logout)
    form = {
        "grant_type": "password",
        "client_id": credentials.need("client_id"),
        "client_secret": credentials.need("client_secret"),
        "username": login,
        "password": password,
        "scope": "api",
    }
    return TokenSession(f"{site}/identity/connect/token", form, logout)


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
    version=9,
    page_size=100,
    requests_per_minute=45,
    concurrency=2,
    custom_field_patterns=("Usr*", "Attribute*"),
)
