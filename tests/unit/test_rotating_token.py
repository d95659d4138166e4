"""What a rotating token makes of the vendor's answers, whoever keeps its chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import AuthenticationFailed, WarehouseUnavailable
from include.orderhouse.http.auth import RotatingToken
from include.orderhouse.tokens import TokenChain, Tokens

URL = "https://vendor.example"


class Kept:
    """A chain in memory; while ``is_away`` nothing can be kept."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens, self.is_away = tokens, False

    @contextmanager
    def hold(self, first_token: str) -> Iterator[TokenChain]:
        yield self

    def keep(self, tokens: Tokens) -> None:
        if self.is_away:
            raise WarehouseUnavailable("It is away.", action="Wait.")
        self.tokens = tokens


@contextmanager
def client_of(store: Kept, sent: list[str], **granted: Any) -> Iterator[httpx.Client]:
    """A client whose vendor's token endpoint grants this; ``sent`` hears of what the vendor is sent."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            sent.append(request.content.decode())
            return httpx.Response(200, json={"access_token": "new", "expires_in": 1800, **granted})
        sent.append(request.headers["authorization"])
        return httpx.Response(200)

    extra = {"client_id": "app", "client_secret": "the-client-secret", "refresh_token": "first"}
    auth = RotatingToken(f"{URL}/token", Credentials("acme_books", URL, extra=extra, tokens=store), "Sign in again.")
    with httpx.Client(base_url=URL, auth=auth, transport=httpx.MockTransport(answer)) as client:
        yield client


def asked(store: Kept, **granted: Any) -> list[str]:
    """What the vendor is sent for one request of ours, when its token endpoint grants this."""
    sent: list[str] = []
    with client_of(store, sent, **granted) as client:
        client.get("/orders")
    return sent


REFRESH = "grant_type=refresh_token&refresh_token=latest"


@pytest.mark.parametrize(("granted", "kept"), [({}, "latest"), ({"refresh_token": "next"}, "next")])
def test_a_refresh_token_that_the_vendor_does_not_replace_stays_the_latest(granted: dict[str, str], kept: str) -> None:
    """RFC 6749, 6: it may issue a new one."""
    store = Kept(Tokens("latest"))
    assert asked(store, **granted) == [REFRESH, "Bearer new"]
    assert (store.tokens.refresh_token, store.tokens.access_token) == (kept, "new")


@pytest.mark.parametrize(
    ("minutes", "sent"), [(1, ["Bearer present"]), (-1, [REFRESH, "Bearer new"]), (None, [REFRESH, "Bearer new"])]
)
def test_an_access_token_that_has_ended_is_renewed_before_it_is_used(minutes: int | None, sent: list[str]) -> None:
    ends_at = None if minutes is None else datetime.now(UTC) + timedelta(minutes=minutes)
    assert asked(Kept(Tokens("latest", "present", ends_at))) == sent


@pytest.mark.parametrize(
    ("meanwhile", "sent"),
    [
        (Tokens("latest"), ["Bearer new"]),
        (Tokens("faster"), ["grant_type=refresh_token&refresh_token=faster", "Bearer new"]),
    ],
)
def test_an_answer_that_could_not_be_kept_is_kept_later_unless_another_task_was_faster(
    meanwhile: Tokens, sent: list[str]
) -> None:
    """The vendor takes a refresh token once: what came of it must not replace a later one."""
    store, told = Kept(Tokens("latest")), list[str]()
    with client_of(store, told, refresh_token="next") as client:
        store.is_away = True
        with pytest.raises(WarehouseUnavailable):
            client.get("/orders")
        store.is_away, store.tokens = False, meanwhile
        client.get("/orders")
    assert told == [REFRESH, *sent]
    assert store.tokens.refresh_token == "next"


@pytest.mark.parametrize(
    ("error", "told", "advice"),
    [
        ("invalid_grant", "The refresh token of 'acme_books' is not valid any more", "Sign in again."),
        ("invalid_client", "refused the client", "Check client id and secret"),
    ],
)
def test_a_client_that_the_vendor_does_not_know_is_not_sent_for_another_refresh_token(
    error: str, told: str, advice: str
) -> None:
    with pytest.raises(AuthenticationFailed, match=told) as refused:
        asked(Kept(Tokens("latest")), access_token=None, error=error)
    assert refused.value.action.startswith(advice)
