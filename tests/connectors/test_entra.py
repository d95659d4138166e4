"""Why Microsoft Entra gives no token, in words that say what to mend; asked by a connection to Business Central."""

from __future__ import annotations

import httpx
import pytest

from include.orderhouse.errors import AuthenticationFailed
from include.orderhouse.http import Api
from include.orderhouse.http.entra import EntraApplication
from tests.connectors.business_central_environment import NAME, NOW, company, connect, served
from tests.connectors.conftest import SourceFor, Unlimited
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.running import sandbox

__all__ = ["company", "connect", "served"]


@pytest.mark.parametrize(
    ("wrong", "reason", "action"),
    [
        ({"client_secret": "an id"}, r"AADSTS7000215\): the client secret is wrong", "not its id"),
        ({"client_id": "somebody"}, r"AADSTS700016\): the tenant has no such application", "client_id or tenant_id"),
        ({"token_url": "{url}/elsewhere/oauth2/v2.0/token"}, r"AADSTS90002\): there is no such tenant", "tenant_id"),
    ],
)
def test_wrong_credentials_are_told_apart(connect: SourceFor, wrong: dict[str, str], reason: str, action: str) -> None:
    with pytest.raises(AuthenticationFailed, match=reason) as failed:
        connect(secrets=wrong)
    assert action in failed.value.action


def test_a_secret_that_has_expired_is_told(connect: SourceFor, company: Company) -> None:
    with (
        sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"secret": "expired"}}) as running,
        pytest.raises(AuthenticationFailed, match="the client secret has expired") as failed,
    ):
        connect(running)
    assert "Make a new client secret" in failed.value.action


def test_of_other_codes_the_page_that_explains_them_is_told(connect: SourceFor) -> None:
    with pytest.raises(AuthenticationFailed, match="does not grant 'all'") as failed:
        connect(secrets={"scope": "all"})
    assert "https://login.microsoftonline.com/error?code=1002012" in failed.value.action


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", b'{"error_codes": 7000222}', b'{"error_codes": ["7000222"]}', b'{"error_codes": []}'],
)
def test_an_answer_without_a_code_is_told_as_any_token_endpoints(content: bytes) -> None:
    """A proxy may answer in Entra's place."""
    auth = EntraApplication("https://login.example/token", {"scope": "all"})
    endpoint = httpx.MockTransport(lambda _: httpx.Response(403, content=content))
    with (
        Api("https://dynamics.example", auth, Unlimited(), lambda _: None, transport=endpoint) as api,
        pytest.raises(AuthenticationFailed, match="refused the client") as failed,
    ):
        api.get("companies")
    assert "error?code=" not in failed.value.action
