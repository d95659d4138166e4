"""Webhooks over a real PostgreSQL and a real HTTP peer on loopback, which the tests' settings allow."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.messages.events import write_event
from include.orderhouse.webhooks.delivery import Deliverer
from include.orderhouse.webhooks.posting import Target
from include.orderhouse.webhooks.signature import signing_keys
from include.orderhouse.webhooks.subscriptions import Webhooks
from tests.warehouse.conftest import engine, url
from tests.webhooks.receiver import Receiver, receiver

__all__ = ["engine", "url"]

SECRET = "whsec_" + base64.b64encode(b"planted-signing-secret-of-32-by.").decode()
ON_LOOPBACK = {"hosts": ["127.0.0.1"], "networks": ["127.0.0.0/8"]}


@pytest.fixture
def peer() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with receiver() as running:
        yield running


def deliverer(engine: sa.Engine, target: str, *, seconds: float = 5.0, **options: object) -> Deliverer:
    """A deliverer with the one subscription ``bus``, to everything, at ``target``; on loopback unless told else."""
    settings = {"subscriptions": {"bus": {"target": "bus"}}, **ON_LOOPBACK, **options}
    find: Callable[[str], Target] = lambda name: Target(target, signing_keys(SECRET))  # noqa: E731
    return Deliverer(engine, Webhooks.model_validate(settings), find, seconds)


def happened(engine: sa.Engine, kind: str = "connection.offline", connection: str = "acme_us") -> str:
    """Write an event; its id."""
    with engine.begin() as session:
        return write_event(session, kind, connection, {"connection": connection})


def make_due(engine: sa.Engine) -> None:
    """Let all that waits be due now."""
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.webhook_delivery SET due_at = now() WHERE state = 'waiting'"))
