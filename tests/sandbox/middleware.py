"""The part of every dialect that is not its own: request log, rate limit, faults, commits that are due."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from typing import cast

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.sandbox import history
from tests.sandbox.dialect import RequestRecord, World
from tests.sandbox.faults import Fault, FaultKind
from tests.sandbox.wire import json_response

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>"


class SandboxMiddleware:
    """Wraps a dialect's application; everything it needs to know is in the world."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = self._begin(scope)

        async def send_and_record(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"date", self._date())]}
            await send(message)

        is_token_request = self._is_token_request(record.path)
        self._world.faults.begin(record.path, is_token_request)
        if is_token_request:
            await self._answer(scope, receive, send_and_record)
            return
        wait = self._world.limits.enter()
        try:
            if wait is not None:
                await self._world.dialect.rate_limited_response(wait)(scope, receive, send_and_record)
            else:
                await self._answer(scope, receive, send_and_record)
        finally:
            self._world.limits.leave()

    def _begin(self, scope: Scope) -> RequestRecord:
        now = self._world.clock.now()
        self._world.company.settle(now)
        query = scope["query_string"].decode("latin-1")
        record = RequestRecord(scope["method"], scope["path"], query, now)
        self._world.log.begin(record)
        return record

    def _date(self) -> bytes:
        """The Date header (RFC 9110, 6.6.1) by the sandbox's clock."""
        return format_datetime(self._world.clock.now().replace(microsecond=0), usegmt=True).encode("ascii")

    def _is_token_request(self, path: str) -> bool:
        return any(token_path in path for token_path in self._world.dialect.token_paths)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Play the faults that replace the answer, else let the dialect answer and play those that change it."""
        faults = self._world.faults
        if slow := faults.active(FaultKind.TIMEOUT):
            await asyncio.sleep(5.0 if slow.seconds is None else slow.seconds)
        if faults.active(FaultKind.EXPIRED_TOKEN):
            self._world.tokens.revoke_all()
        self._tell_events_before()
        replacement = self._replacement()
        if replacement is not None:
            await replacement(scope, receive, send)
        elif faults.active(FaultKind.DROPPED_CONNECTION):
            await self._drop(scope, receive, send)
        elif faults.active(FaultKind.TRUNCATED_JSON):
            await self._truncate(scope, receive, send)
        elif moving := faults.active(FaultKind.MOVING_ROWS):
            await self._answer_and_move_rows(moving, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer_and_move_rows(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the rows as they were; by the time the client has the answer they have moved."""
        start, body = await self._captured(scope, receive)
        self._move_rows(fault)
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _move_rows(self, fault: Fault) -> None:
        if fault.value is None:
            history.touch_some(self._world.company, self._world.clock, fault.count, fault.hits)
        else:
            history.touch_all(self._world.company, self._world.clock, fault.value)

    def _tell_events_before(self) -> None:
        company, clock, faults = self._world.company, self._world.clock, self._world.faults
        if late := faults.active(FaultKind.LATE_COMMIT):
            history.create_late(company, clock, 60.0 if late.seconds is None else late.seconds)
        if future := faults.active(FaultKind.FUTURE_RECORD):
            ahead = timedelta(days=30) if future.seconds is None else timedelta(seconds=future.seconds)
            history.create_in_future(company, clock, ahead.total_seconds())

    def _replacement(self) -> Response | None:
        faults, dialect = self._world.faults, self._world.dialect
        if limited := faults.active(FaultKind.RATE_LIMITED):
            return dialect.rate_limited_response(limited.seconds)
        if failed := faults.active(FaultKind.SERVER_ERROR):
            return dialect.server_error_response(failed.status or 500)
        if unavailable := faults.active(FaultKind.UNAVAILABLE):
            return dialect.server_error_response(unavailable.status or 503)
        if shape := faults.active(FaultKind.WRONG_SHAPE):
            return json_response(_shape_of(shape))
        if faults.active(FaultKind.HTML):
            return HTMLResponse(LOGIN_PAGE)
        return None

    async def _drop(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Announce the whole body, send half of it, and return: the server then closes the socket."""
        start, body = await self._captured(scope, receive)
        await send(start)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    async def _truncate(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, body = await self._captured(scope, receive)
        half = body[: len(body) // 2]
        kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*kept, (b"content-length", str(len(half)).encode())]})
        await send({"type": "http.response.body", "body": half})

    async def _captured(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """The dialect's own answer: its start message with a content length, and its body."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        body = b"".join(cast(bytes, message.get("body", b"")) for message in messages[1:])
        headers = [(name, value) for name, value in messages[0]["headers"] if name.lower() != b"content-length"]
        return {**messages[0], "headers": [*headers, (b"content-length", str(len(body)).encode())]}, body


def _shape_of(fault: Fault) -> object:
    return {"unexpected": True} if fault.value is None else fault.value
