"""Where sources post what changed. They have no login; each proves itself, by a signature or a shared secret.

Wrong and unknown are answered alike, so that nobody learns which connections there are.
"""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowNotFoundException
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from include.orchestration.announcement import announce_mail
from include.orchestration.ui.failures import Failure
from include.orchestration.ui.gate import SIGNED
from include.orderhouse.connections import Connection, connections_file, read_connections
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.notification import Call
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.webhooks.receiving import LARGEST_BODY, NotGenuine, Reception, receive

if TYPE_CHECKING:
    import sqlalchemy as sa

router = APIRouter(include_in_schema=False)
log = logging.getLogger(__name__)


@router.post(SIGNED + "{connection}")
async def notified(connection: str, request: Request) -> Response:
    """Keep what a source tells, and answer as soon as that is committed."""
    call = Call(dict(request.headers), dict(request.query_params), await _body(request))
    reception = await run_in_threadpool(_receive, connection, call)
    if reception.greeting is not None:
        return Response(reception.greeting, media_type="text/plain")
    return Response(status_code=202)


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
        connection = _connections().get(name)
        if connection is None:
            raise NotGenuine
        reception = receive(warehouse(), connection, call, lambda: _secret(connection))
    except NotGenuine as error:
        raise Failure(401, "UNAUTHORIZED", "This is no notification of a connection that takes any.") from error
    except ConfigurationInvalid as error:
        log.error("%s", error)
        raise Failure(503, error.code, "Notifications cannot be verified here; the server's log says why.") from error
    if reception.is_first:
        announce_mail()
    return reception


def _secret(connection: Connection) -> str | None:
    """The password of the Airflow Connection that the connection names for it."""
    from airflow.models import Connection as StoredConnection

    try:
        found = StoredConnection.get_connection_from_secrets(str(connection.options.notifications))
    except AirflowNotFoundException:
        return None
    password: str | None = found.password
    return password


@cache
def warehouse() -> sa.Engine:
    """The process's engine; its sessions are pooled."""
    return connect()


def _connections() -> dict[str, Connection]:
    file = connections_file()
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(file: Path, _changed_at: int) -> dict[str, Connection]:
    """The file as it was at that moment; a source does not wait for hundreds of entries to be parsed."""
    return read_connections(file)
