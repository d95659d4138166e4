"""Who comes in. Airflow mounts the apps of plugins without any check of its own, so the app has one gate for all.

Nothing behind it, be it page, asset, API, unknown path or what another module mounts, is reached

- without a valid login of Airflow's (cookie or bearer token) and the right to see plugins,
- by an unsafe method without the right to trigger at least one of our DAGs; which one, the route asks,
- by a request that a page of another site has sent.

The receivers below ``SIGNED`` are the one exception: their senders are programs that prove themselves by a signature.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import sqlalchemy as sa
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from airflow.configuration import conf
from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from include.orchestration.ui.access import Access
from include.orchestration.ui.failures import Failure, answer
from include.orchestration.ui.refusals import note_refusal

SIGNED = "/webhooks/in/"
"""Below it, POST needs no login: each receiver checks its sender's signature, and answers 401 to all others."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
log = logging.getLogger(__name__)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


class Gate:
    """The ASGI middleware around the whole app; gives each request an id and leaves ``state.access`` for its route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            raise RuntimeError(f"the gate has no rule for {scope['type']}")
        request = Request(scope, receive)
        request.state.request_id = uuid4().hex
        sending = _with_headers(send, request.state.request_id)
        try:
            await _admit(request)
            await self._app(scope, receive, sending)
        except Failure as failure:
            await run_in_threadpool(note_refusal, request, failure)
            await answer(request, failure)(scope, receive, sending)
        except sa.exc.OperationalError as error:
            log.warning("Request %s: Airflow's database cannot be used (%s)", request.state.request_id, error.orig)
            message = (
                "Airflow's own database cannot be reached just now. Check that its PostgreSQL runs; then try again."
            )
            outage = Failure(503, "AIRFLOW_UNAVAILABLE", message, {"Retry-After": "30"})
            await answer(request, outage)(scope, receive, sending)
        except Exception:
            log.exception("Request %s failed", request.state.request_id)
            message = "The server failed at this; its log has the reason under the request id."
            await answer(request, Failure(500, "INTERNAL_ERROR", message))(scope, receive, sending)


async def _admit(request: Request) -> None:
    if _path(request).startswith(SIGNED) and request.method == "POST":
        return
    access = Access(await _user(request))
    if _is_cross_site(request):
        raise Failure(403, "CROSS_SITE_REQUEST", "This request came from a page of another site; open it in Airflow.")
    request.state.access = access
    if not await run_in_threadpool(access.may_look):
        raise Failure(403, "FORBIDDEN", "Your role in Airflow may not see plugins; ask its administrator.")
    if request.method not in SAFE_METHODS and not await run_in_threadpool(lambda: access.triggerable):
        raise Failure(403, "FORBIDDEN", "Your role in Airflow may look at Orderhouse, but not act.")


async def _user(request: Request) -> Any:
    """The user as Airflow itself tells it from the request."""
    try:
        return await get_user(request, None, await bearer_scheme(request))
    except HTTPException as error:
        headers = {"WWW-Authenticate": "Bearer"}
        raise Failure(401, "UNAUTHORIZED", "Log in to Airflow, or send a valid token of its API.", headers) from error


def _is_cross_site(request: Request) -> bool:
    """Whether a browser says that another site's page sent it. Following a link from there to a page is no harm."""
    headers = request.headers
    site = headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none"):
        return (request.method, headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) != (
            "GET",
            "navigate",
            "document",
        )
    origin = headers.get("origin")
    if request.method in SAFE_METHODS or (origin is None and "authorization" in headers):
        return False
    if origin is None:
        return site != "same-origin"
    own = {headers.get("host"), urlsplit(conf.get("api", "base_url", fallback="")).netloc}
    return urlsplit(origin).netloc not in own - {None, ""}


def _path(request: Request) -> str:
    """The path below the mount."""
    return str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))


def _with_headers(send: Send, request_id: str) -> Send:
    """What every answer has. A redirect is told as a path, since only the browser knows the proxy's host."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = request_id
            if "location" in headers:
                headers["location"] = str(URL(headers["location"]).replace(scheme="", netloc=""))
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
