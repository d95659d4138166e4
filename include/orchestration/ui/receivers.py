"""Where sources post what changed. They have no login; each proves itself, by a signature or a shared secret.

Wrong and unknown are answered alike, so that nobody learns which connections there are.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from include.orchestration.airflow_connections import ConnectionRecord, stored_connection
from include.orchestration.announcement import announce_mail
from include.orchestration.secrets import check_customer
from include.orchestration.ui.failures import Failure
from include.orchestration.ui.gate import SIGNED
from include.orchestration.ui.known_connections import known_connections, mistakes
from include.orchestration.ui.surroundings import warehouse
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.errors import ConfigurationInvalid, TryAgain
from include.orderhouse.notification import Call
from include.orderhouse.webhooks.receiving import LARGEST_BODY, NotGenuine, Reception, receive

router = APIRouter(include_in_schema=False)
_MOST_KNOWN, _KNOWN_SECONDS = 1000, 10
"""How many Airflow Connections are known, and how long: who posts without a secret fills no log with reads of them."""
log = logging.getLogger(__name__)


@router.post(SIGNED + "{connection}")
async def notified(connection: str, request: Request) -> Response:
    """Keep what a source tells, and answer as soon as that is committed; Airflow is told after the answer."""
    call = Call(dict(request.headers), dict(request.query_params), await _body(request))
    reception = await run_in_threadpool(_receive, connection, call)
    if reception.greeting is not None:
        return Response(reception.greeting, media_type="text/plain")
    return Response(status_code=202, background=BackgroundTask(announce_mail) if reception.is_first else None)


async def _body(request: Request) -> bytes:
    """The body, as long as it is not too large for what it should be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Failure(413, "BODY_TOO_LARGE", f"A notification has {LARGEST_BODY} bytes at most.")
    return body


def _receive(name: str, call: Call) -> Reception:
    try:
        connection = known_connections().get(name)
        if name in mistakes():
            raise mistakes()[name].error
        if connection is None:
            raise NotGenuine
        return receive(warehouse(), connection, call, lambda: _secret(connection))
    except NotGenuine as error:
        raise Failure(401, "UNAUTHORIZED", "This is no notification of a connection that takes any.") from error
    except (ConfigurationInvalid, TryAgain) as error:
        log.error("%s", error)
        raise Failure(503, error.code, "Notifications cannot be verified here; the server's log says why.") from error


def _secret(connection: Connection) -> str | None:
    """The password of the Airflow Connection that the connection names for it; None where it is not given out."""
    found = _stored(str(connection.options.notifications), int(time.monotonic() // _KNOWN_SECONDS))
    if found is None:
        return None
    check_customer(connection.name, connection.customer, found)
    password: str | None = found.password
    return password


@lru_cache(maxsize=_MOST_KNOWN)
def _stored(name: str, _time: int) -> ConnectionRecord | None:
    try:
        return stored_connection(name, "notifications")
    except ConfigurationInvalid:
        return None
