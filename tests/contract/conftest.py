"""The subjects of the contract: each connector against its sandbox dialect over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module

import pytest

from include.orderhouse.connector import Catalogue, Connector, Source
from include.orderhouse.connectors import CONNECTORS, load
from include.orderhouse.credentials import Credentials
from include.orderhouse.http import Api, Patience
from tests.connectors.conftest import Unlimited, credentials_for
from tests.contract.subject import Subject
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
ORDERS, ORDERS_OF_ITS_OWN, PAGE_SIZE = 120, 60, 20

TENANT = "00000000-0000-0000-0000-000000000001"
NEEDED: dict[str, dict[str, str]] = {
    "business_central": {"token_url": f"{{url}}/{TENANT}/oauth2/v2.0/token"},
    "dynamics_fo": {"token_url": "{url}/00000000-0000-0000-0000-000000000002/oauth2/v2.0/token"},
    "quickbooks": {"token_url": "{url}/oauth2/v1/tokens/bearer"},
    "xero": {"token_url": "{url}/connect/token"},
}
"""What a connection to the sandbox must say besides the dialect's own credentials."""
SETTINGS: dict[str, dict[str, str]] = {
    "business_central": {"root": f"v2.0/{TENANT}/production"},
    "dynamics_fo": {"header_change_field": "ModifiedDateTime", "line_change_field": "ModifiedDateTime1"},
    "quickbooks": {"realm_id": "9341450000000001"},
    "sap_business_one": {"company_db": "SBO_ORCHARD"},
}
WRONG: dict[str, dict[str, str]] = {
    "acumatica": {"password": "wr0ng-s3cret"},
    "business_central": {"client_secret": "wr0ng-s3cret"},
    "dynamics_fo": {"client_secret": "wr0ng-s3cret"},
    "coupa": {"client_secret": "wr0ng-s3cret"},
    "erpnext": {"password": "wr0ng-s3cret"},
    "netsuite": {"certificate_id": "somebody"},
    "odoo": {"password": "wr0ng-s3cret"},
    "oracle_fusion": {"password": "wr0ng-s3cret"},
    "quickbooks": {"refresh_token": "wr0ng-s3cret"},
    "sap_business_one": {"password": "wr0ng-s3cret"},
    "sap_s4hana": {"password": "wr0ng-s3cret"},
    "xero": {"refresh_token": "wr0ng-s3cret"},
}
"""By connector, a secret that the sandbox does not accept."""

Subjects = Callable[[Connector], Subject]


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with sandbox(generate(7, orders=ORDERS, now=NOW), CONNECTORS, Clock(NOW)) as served:
        yield served


@pytest.fixture
def subject_of(running: Sandbox) -> Iterator[Subjects]:
    """``subject_of(connector)``: the connector, or a bad copy of it, with the dialect of its name."""
    with ExitStack() as stack:
        yield partial(_subject, running, stack)
    for name in CONNECTORS:
        running.world(name).faults.clear()


@contextmanager
def _afresh(connector: Connector) -> Iterator[Subject]:
    company = generate(7, orders=ORDERS_OF_ITS_OWN, now=NOW)
    with sandbox(company, [connector.name], Clock(NOW)) as served, ExitStack() as stack:
        yield _subject(served, stack, connector)


def _subject(served: Sandbox, stack: ExitStack, connector: Connector) -> Subject:
    def connect(connector: Connector, credentials: Credentials) -> Source:
        settings = connector.settings(**SETTINGS.get(connector.name, {}))
        auth = connector.authenticate(credentials, settings)
        patience = Patience(tries=1, longest_wait=0.05, timeout=20.0)
        api = stack.enter_context(Api(credentials.base_url, auth, Unlimited(), connector.explain, patience))
        source = Source(api, settings, Catalogue(), PAGE_SIZE)
        return replace(source, catalogue=connector.discover(source))

    name = connector.name
    needed = NEEDED.get(name, {})
    right = credentials_for(name, served, **needed)
    wrong = credentials_for(name, served, **needed, **WRONG[name])
    truth = import_module(f"tests.truth.{name}")
    unproved = frozenset(getattr(truth, "UNPROVED", ()))
    return Subject(
        connector, served, right, wrong, connect, truth.expected_orders, unproved, partial(_afresh, connector)
    )


@pytest.fixture(params=CONNECTORS)
def subject(request: pytest.FixtureRequest, subject_of: Subjects) -> Subject:
    return subject_of(load(request.param))
