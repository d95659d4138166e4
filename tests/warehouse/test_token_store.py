"""Rotating tokens: kept before they are used, fetched once by parallel tasks, never in clear, told when lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from include.orderhouse.errors import AuthenticationFailed, ConfigurationInvalid, WarehouseUnavailable
from include.orderhouse.home import PROJECT
from include.orderhouse.http.auth import RotatingToken
from include.orderhouse.tokens import TokenChain, Tokens
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keys.token_store import WarehouseTokens
from tests.sandbox.running import Sandbox
from tests.warehouse.orders import rows
from tests.warehouse.rotating import FIRST, SECRET, STEPS, ask, client, company, store, tokens_of, vendor

__all__ = ["company", "store", "vendor"]


def test_later_tasks_use_the_tokens_of_the_first(vendor: Sandbox, store: WarehouseTokens) -> None:
    assert [ask(vendor, store) for _ in range(3)] == [200, 200, 200]
    assert vendor.refreshing("rotating").redeemed == 1


def test_parallel_tasks_refresh_once(vendor: Sandbox, url: str) -> None:
    together = Barrier(8)

    def task(_: int) -> int:
        engine = connect(url)
        together.wait()
        try:
            return ask(vendor, tokens_of(engine))
        finally:
            engine.dispose()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(task, range(8))) == [200] * 8
    assert vendor.refreshing("rotating").redeemed == 1


def test_threads_of_one_task_refresh_once_after_a_refusal(vendor: Sandbox, store: WarehouseTokens) -> None:
    with client(vendor, store) as calls, ThreadPoolExecutor(8) as pool:
        assert calls.get("/orders").status_code == 200
        vendor.world("rotating").tokens.revoke_all()
        assert {found.status_code for found in pool.map(lambda _: calls.get("/orders"), range(8))} == {200}
    assert vendor.refreshing("rotating").redeemed == 2


def test_a_chain_goes_on_long_after_its_first_token_is_used_up(vendor: Sandbox, store: WarehouseTokens) -> None:
    for _ in range(3):
        assert ask(vendor, store) == 200
        vendor.clock.advance(86_400)
    assert vendor.refreshing("rotating").redeemed == 3


def test_new_tokens_are_committed_before_they_are_used(vendor: Sandbox, store: WarehouseTokens, url: str) -> None:
    """When the request with the new access token arrives, another session of the warehouse already sees it."""
    kept: list[int] = []

    class Watching(RotatingToken):
        def sync_auth_flow(self, request: httpx.Request) -> Any:
            flow = super().sync_auth_flow(request)
            sent = next(flow)
            while True:
                if sent.url.path == "/orders":
                    kept.append(len(rows(engine, "SELECT 1 FROM ops.token")))
                try:
                    sent = flow.send((yield sent))
                except StopIteration:
                    return

    engine = connect(url)
    with client(vendor, store) as calls:
        calls.auth.__class__ = Watching
        assert calls.get("/orders").status_code == 200
    engine.dispose()
    assert kept == [1]


DIE_BEFORE_KEEPING = """
import os, sys
import httpx
from include.orderhouse.http.auth import RotatingToken
from include.orderhouse.cipher import Cipher
from include.orderhouse.credentials import Credentials
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keys.token_store import WarehouseTokens
warehouse, url, first = sys.argv[1:]
WarehouseTokens._keep = lambda *_: os.kill(os.getpid(), 9)
store = WarehouseTokens(connect(warehouse), "acme_books", Cipher("acme", {1: b"k" * 32}))
extra = {"client_id": "app", "client_secret": "the-client-secret", "refresh_token": first}
credentials = Credentials("acme_books", url, extra=extra, tokens=store)
httpx.Client(auth=RotatingToken(url + "/token", credentials, ""), trust_env=False).get(url + "/orders")
"""


def test_a_crash_between_answer_and_keeping_is_mended_within_the_vendors_grace(
    vendor: Sandbox, store: WarehouseTokens, url: str
) -> None:
    command = [sys.executable, "-c", DIE_BEFORE_KEEPING, url, vendor.url("rotating"), FIRST]
    died = subprocess.run(command, cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)}, check=False)
    assert died.returncode == -signal.SIGKILL
    assert vendor.refreshing("rotating").redeemed == 1
    vendor.clock.advance(29 * 60)
    assert ask(vendor, store) == 200
    vendor.clock.advance(86_400)
    assert ask(vendor, store) == 200


def test_after_the_grace_a_lost_answer_needs_a_person_and_the_message_says_what_to_do(
    vendor: Sandbox, store: WarehouseTokens
) -> None:
    vendor.refreshing("rotating").redeem(FIRST)
    vendor.clock.advance(31 * 60)
    with pytest.raises(AuthenticationFailed, match=r"acme_books.*not valid any more") as caught:
        ask(vendor, store)
    assert STEPS in caught.value.action
    assert "refresh_token in the extra JSON" in caught.value.action
    assert FIRST not in str(caught.value)


def test_a_wrong_client_secret_is_told_apart_from_a_lost_token(vendor: Sandbox, store: WarehouseTokens) -> None:
    with pytest.raises(AuthenticationFailed, match="invalid_client") as caught:
        ask(vendor, store, secret="wr0ng")
    assert "client id and secret" in caught.value.action
    assert ask(vendor, store) == 200


class FailsOnce:
    """A store whose warehouse goes away just before the first commit."""

    def __init__(self, store: WarehouseTokens) -> None:
        self._store, self._has_failed = store, False

    @contextmanager
    def hold(self, first_token: str) -> Iterator[TokenChain]:
        with self._store.hold(first_token) as chain:
            keep = chain.keep

            def fail_once(tokens: Tokens) -> None:
                if not self._has_failed:
                    self._has_failed = True
                    raise WarehouseUnavailable("gone", action="")
                keep(tokens)

            chain.keep = fail_once  # type: ignore[method-assign]
            yield chain


def test_an_answer_that_could_not_be_kept_is_kept_at_the_next_try(vendor: Sandbox, store: WarehouseTokens) -> None:
    with client(vendor, FailsOnce(store)) as calls:
        with pytest.raises(WarehouseUnavailable):
            calls.get("/orders")
        assert calls.get("/orders").status_code == 200
    assert vendor.refreshing("rotating").redeemed == 1
    vendor.clock.advance(86_400)
    assert ask(vendor, store) == 200


def test_a_new_first_token_begins_a_new_chain(vendor: Sandbox, store: WarehouseTokens) -> None:
    assert ask(vendor, store) == 200
    vendor.refreshing("rotating").revoke()
    vendor.world("rotating").tokens.revoke_all()
    with pytest.raises(AuthenticationFailed):
        ask(vendor, store)
    vendor.clock.advance(60)
    entered = vendor.refreshing("rotating").authorise()
    assert ask(vendor, store, entered) == 200
    vendor.clock.advance(86_400)
    assert ask(vendor, store, entered) == 200


def test_a_task_that_still_has_the_old_first_token_goes_on_with_the_new_chain(
    vendor: Sandbox, store: WarehouseTokens
) -> None:
    entered = vendor.refreshing("rotating").authorise()
    assert [ask(vendor, store, first) for first in (FIRST, entered, FIRST, entered)] == [200] * 4
    vendor.clock.advance(86_400)
    assert [ask(vendor, store, first) for first in (FIRST, entered)] == [200, 200]


def test_no_token_stands_in_clear_in_the_table(vendor: Sandbox, store: WarehouseTokens, engine: sa.Engine) -> None:
    ask(vendor, store)
    with store.hold(FIRST) as chain:
        secrets = (FIRST, SECRET, chain.tokens.refresh_token, str(chain.tokens.access_token))
        assert not any(secret in repr(chain.tokens) for secret in secrets)
    ((text, sealed),) = rows(engine, "SELECT token::text, sealed FROM ops.token AS token")
    for secret in secrets:
        assert secret not in text
        assert secret.encode() not in sealed
        assert secret.encode().hex() not in text


def test_tokens_sealed_for_one_connection_cannot_be_moved_to_another(
    vendor: Sandbox, store: WarehouseTokens, engine: sa.Engine
) -> None:
    ask(vendor, store)
    with engine.begin() as warehouse:
        warehouse.execute(sa.text("UPDATE ops.token SET connection = 'mallory_books'"))
    with pytest.raises(ConfigurationInvalid):
        ask(vendor, tokens_of(engine, "mallory_books"))


def test_another_key_is_told_as_such_and_loses_nothing(
    vendor: Sandbox, store: WarehouseTokens, engine: sa.Engine
) -> None:
    ask(vendor, store)
    with pytest.raises(ConfigurationInvalid, match="do not open") as caught:
        ask(vendor, tokens_of(engine, key=b"x" * 32))
    assert "new refresh token" in caught.value.action
    assert ask(vendor, store) == 200


def test_without_a_store_a_rotating_token_is_never_used_up(vendor: Sandbox) -> None:
    with pytest.raises(ConfigurationInvalid, match="nowhere to keep"):
        client(vendor, None)
    assert vendor.refreshing("rotating").redeemed == 0
