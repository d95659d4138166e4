"""Who may read a pod: the ways to sign in, tokens, drafts, and what a pod must let be queried."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from include.orderhouse.connectors.oracle_fusion import CONNECTOR
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    PermissionDenied,
)
from tests.connectors.conftest import SourceFor, credentials_for
from tests.connectors.oracle_pod import (
    EVER,
    NAME,
    NOW,
    ORDERS,
    company,
    connect,
    fetched,
    found,
    keys,
    options,
    served,
)
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.oracle_fusion.statuses import has_change_order, is_draft
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "connect", "options", "served"]


@pytest.mark.parametrize("options", [{"not_queryable": "LastUpdateDate LineLocationId"}])
def test_a_pod_whose_schedules_cannot_be_paged_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="purchaseOrderSchedules cannot be queried by LineLocationId"):
        connect()
    assert connect(watch_schedules=False).catalogue.details


@pytest.mark.parametrize("options", [{"not_queryable": "POHeaderId"}])
def test_a_pod_that_cannot_be_paged_by_its_key_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="POHeaderId"):
        connect()


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"forbidden": "draftPurchaseOrders"}, "read_drafts"),
        ({"forbidden": "purchaseOrderSchedules"}, "watch_schedules"),
        ({"forbidden": "suppliers"}, "read_suppliers"),
        ({"forbidden": "purchaseOrderLifeCycleDetails"}, "read_receipts"),
    ],
)
def test_a_user_who_may_not_see_everything_is_told_which_setting_does_without(
    connect: SourceFor, company: Company, setting: str
) -> None:
    with pytest.raises(PermissionDenied, match=rf"settings\.{setting} to false"):
        fetched(connect(**{"read_receipts": True, setting: True}))
    seen = [order for order in company.orders.values() if setting != "read_drafts" or not is_draft(order)]
    assert fetched(connect(**{"read_receipts": True, setting: False})) == keys(seen)


def test_a_pod_without_drafts_is_read_all_the_same(connect: SourceFor, company: Company) -> None:
    for order in list(company.orders.values()):
        if is_draft(order) or has_change_order(order):
            del company.orders[order.id]
    assert fetched(connect()) == keys(company.orders.values())


@pytest.mark.parametrize("authentication", ["basic", "client_credentials", "user_assertion"])
def test_each_way_to_sign_in_reads_orders(source_for: SourceFor, company: Company, authentication: str) -> None:
    private, public = rsa_keys()
    with sandbox(company, [NAME], Clock(frozen_at=NOW)) as running:
        running.world(NAME).credentials = {**running.world(NAME).credentials, "public_key": public}
        secrets = {"token_url": "{url}/oauth2/v1/token", "private_key": private}
        credentials = credentials_for(NAME, running, **secrets)
        source = source_for(NAME, running, credentials=credentials, authentication=authentication)
        assert fetched(source) == keys(company.orders.values())
        assert running.world(NAME).tokens.issued == (0 if authentication == "basic" else 1)


@pytest.mark.parametrize("kind", ["expired_token", "clock"])
def test_a_token_that_expires_while_paging_is_renewed(
    connect: SourceFor, served: Sandbox, company: Company, kind: str
) -> None:
    pages = CONNECTOR.fetch(connect(authentication="client_credentials"), EVER)
    first = next(pages)
    if kind == "clock":
        served.clock.advance(4000)
    else:
        served.world(NAME).faults.add("expired_token", path=ORDERS)
    assert found([first, *pages]) == keys(company.orders.values())
    assert served.world(NAME).tokens.issued == 2


@pytest.mark.parametrize(
    ("authentication", "wrong"),
    [
        ("basic", {"password": "wr0ng-s3cret"}),
        ("client_credentials", {"client_secret": "wr0ng-s3cret"}),
        ("client_credentials", {"scope": "no-such-scope"}),
    ],
)
def test_wrong_credentials_fail_as_such_and_are_not_shown(
    connect: SourceFor, authentication: str, wrong: dict[str, str]
) -> None:
    with pytest.raises(AuthenticationFailed) as failed:
        connect(authentication=authentication, secrets=wrong)
    for secret in ("wr0ng-s3cret", "sandbox-password", "sandbox-client-secret"):
        assert secret not in str(failed.value)


def test_a_key_that_cannot_sign_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="RS256") as failed:
        connect(authentication="user_assertion", secrets={"private_key": "wr0ng-s3cret"})
    assert "wr0ng-s3cret" not in str(failed.value)


def rsa_keys() -> tuple[str, str]:
    """A private key and its public part, PEM."""
    made = rsa.generate_private_key(65537, 2048)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode("ascii"), public.decode("ascii")
