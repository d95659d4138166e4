"""Oracle NetSuite: purchase orders by SuiteQL, with OAuth 2.0 client credentials proved by a signed assertion.

An order changes when its header (``lastmodifieddate``) or one of its lines (``linelastmodifieddate``, where the account
shows it) changes. NetSuite keeps both to the second. It deletes for good, and has no cancelled orders: they are closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.netsuite.discovery import discover
from include.orderhouse.connectors.netsuite.mapping import MAPPING
from include.orderhouse.connectors.netsuite.reading import fetch, read, scan
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.auth import SignedAssertion
from include.orderhouse.protocols.suiteql import MAX_ROWS, explain

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address


@dataclass(frozen=True)
class Settings:
    """What a connection to NetSuite may set."""

    algorithm: Literal["ES256", "ES384", "ES512", "PS256", "PS384", "PS512"] = "ES256"
    """How the assertion is signed, by the kind of the private key: ES for elliptic curves, PS for RSA."""
    subsidiaries: tuple[int, ...] = ()
    """Internal ids of the subsidiaries to read; none means all that the role sees."""
    header_columns: tuple[str, ...] = ()
    """Further columns of ``transaction``, such as ``custbody_due:date``, or ``cseg_region:name`` of a segment."""
    line_columns: tuple[str, ...] = ()
    """Further columns of ``transactionline``."""


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """OAuth 2.0 client credentials (machine to machine): the certificate's key signs an assertion for every token."""
    claims = {"iss": credentials.need("client_id"), "scope": ["rest_webservices"]}
    private_key, key_id = credentials.need("private_key"), credentials.need("certificate_id")
    return SignedAssertion(credentials.base_url + TOKEN_PATH, claims, private_key, key_id, settings.algorithm)


CONNECTOR = Connector(
    name="netsuite",
    label="Oracle NetSuite",
    documentation=(
        "[SuiteQL](https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_157909186990.html), "
        "[paging](https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_156414087576.html), "
        "[OAuth 2.0](https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_162755359851.html), "
        "[errors](https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_156570709583.html)"
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
    largest_page=MAX_ROWS,
    requests_per_minute=300,
    concurrency=4,
    version=9,
    custom_field_patterns=("custbody_*", "custcol_*", "cseg*"),
)
