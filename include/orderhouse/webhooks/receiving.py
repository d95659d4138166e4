"""Webhooks in: a call is verified, kept and only then answered; a sync reads the orders it names soon after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.errors import ConfigurationInvalid, UnexpectedShape
from include.orderhouse.notification import Call, Notice
from include.orderhouse.warehouse.messages.inbox import Letter, keep

LARGEST_BODY = 256 * 1024
"""Bytes. Notifications name orders; what is larger is none."""
OLDEST = timedelta(days=7)
"""A signed time before this is a replay: vendors give up sooner."""
KEPT_FOR = timedelta(days=14)
"""How long notifications are kept, and their ids known; longer than one can come again."""
_SHORTEST_SECRET = 16
_LONGEST_PROBLEM = 500
log = logging.getLogger(__name__)


class NotGenuine(Exception):
    """The call does not prove that it is from the source."""


@dataclass(frozen=True)
class Reception:
    """What became of a genuine call."""

    greeting: str | None = None
    """The text to answer a call by which the source only looks whether somebody is there."""
    is_new: bool = False
    is_first: bool = False
    """A sync must be asked for; where it is False, one has been."""


def receive(engine: sa.Engine, connection: Connection, call: Call, secret: Callable[[], str | None]) -> Reception:
    """Keep what a genuine call says. Raises NotGenuine, or ConfigurationInvalid where there is no usable secret."""
    notifications = connection.connector.notifications
    if notifications is None or connection.options.notifications is None:
        raise NotGenuine
    if greeting := notifications.greet(call):
        return Reception(greeting)
    if not notifications.is_genuine(call, _usable(connection, secret())):
        raise NotGenuine
    letter, sent_at = _read(connection, call)
    if sent_at is not None and datetime.now(UTC) - sent_at > OLDEST:
        raise NotGenuine
    kept = keep(engine, letter)
    return Reception(is_new=kept.is_new, is_first=kept.is_first)


def _usable(connection: Connection, secret: str | None) -> str:
    if secret is None or len(secret) < _SHORTEST_SECRET:
        raise ConfigurationInvalid(
            f"Notifications of {connection.name!r} cannot be verified: the Airflow Connection "
            f"{connection.options.notifications!r} has no password of {_SHORTEST_SECRET} characters or more.",
            action="Enter the secret that the source signs or authenticates with.",
        )
    return secret


def _read(connection: Connection, call: Call) -> tuple[Letter, datetime | None]:
    """The call as it is to be kept, and when it was made. One that is not understood is kept all the same."""
    notifications = connection.connector.notifications
    try:
        notice = notifications.read(call, connection.settings) if notifications else Notice()
        if any("\0" in key for key in notice.order_ids):
            raise ValueError("the id of an order has a character that none can have")
    except (ValueError, UnexpectedShape) as error:
        log.warning("A notification of %s is not understood, all changes are read: %s", connection.name, error)
        return Letter(connection.name, call.body, problem=str(error).replace("\0", "")[:_LONGEST_PROBLEM]), None
    names = (notice.order_ids, notice.deleted_ids)
    return Letter(connection.name, call.body, *names, message_id=notice.message_id), notice.sent_at
