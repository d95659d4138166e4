"""The API client every connector reads through: paced, retried, bound to one host, exact with numbers.

It sends credentials nowhere but to the connection's own scheme, host and port; follows no redirect; reads JSON with
exact decimals; and turns every refusal into an error of `include.orderhouse.errors`. Where authentication holds a
session at the source, it is ended when the client is closed, also after a failure. Tests pass ``transport`` to play
a source.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx
import tenacity

from include.orderhouse import wire
from include.orderhouse.credentials import hide_secrets
from include.orderhouse.errors import (
    ForeignHost,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    TryAgain,
    UnexpectedShape,
)
from include.orderhouse.http.answer import (
    ACTIONS,
    Answer,
    Explain,
    Refusal,
    instant_of,
    refusal_by_status,
    text_of,
)
from include.orderhouse.http.sending import failures_named, place
from include.orderhouse.http.session import end_session
from include.orderhouse.http.transport import ENCODINGS, Meter, SafeTransport, Way

log = logging.getLogger(__name__)


class Limiter(Protocol):
    """Keeps a connection's requests within its limits, across threads, tasks and machines."""

    def slot(self) -> AbstractContextManager[None]:
        """Hold one of the connection's concurrent requests."""

    def pace(self) -> None:
        """Wait for the next request that the rate allows."""

    def pause(self, seconds: float) -> None:
        """Hold back every request of the connection for that long."""


@dataclass(frozen=True)
class Patience:
    """How long to keep trying inside the process before the caller hears of it."""

    tries: int = 4
    longest_wait: float = 45.0
    """A single wait, in seconds, above which a rate limit is handed to the caller, who can free the worker."""
    timeout: float = 120.0


class Api:
    """One connection's client. Thread-safe; close it when done."""

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        limiter: Limiter,
        explain: Explain,
        patience: Patience | None = None,
        transport: httpx.BaseTransport | None = None,
        secrets: Sequence[str] = (),
        way: Way | None = None,
    ) -> None:
        """``secrets`` are hidden where the source repeats them in an error; ``way`` says how the source is reached."""
        self.patience = patience or Patience()
        self.calls = 0
        way = way or Way(base_url)
        self.meter = Meter(way.bounds)
        self.source_time: datetime | None = None
        """The source's own clock, as its latest answer told it."""
        self._base = httpx.URL(base_url.rstrip("/") + "/")
        self._auth, self._transport = auth, transport or SafeTransport(way, self.meter)
        self._limiter, self._explain, self._secrets = limiter, explain, secrets
        self._client = httpx.Client(
            auth=auth,
            timeout=httpx.Timeout(self.patience.timeout, connect=20.0),
            transport=_PacedTransport(self._base, limiter, self._count, self._transport),
            headers={"Accept": "application/json", "Accept-Encoding": ENCODINGS, "User-Agent": "orderhouse"},
        )

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            end_session(self._auth, self._transport)
        finally:
            self._client.close()

    @property
    def address(self) -> str:
        """Where the connection's requests go."""
        return str(self._base)

    def get(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """The decoded JSON of a GET. ``url`` is a path below the base URL, or a link the source gave."""
        return self._patiently(
            lambda: self._client.build_request("GET", self._own(url), params=params, headers=headers)
        )

    def post(
        self, url: str, json: Any, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The decoded JSON of a POST that reads."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        body = wire.encode(json)
        return self._patiently(
            lambda: self._client.build_request("POST", self._own(url), content=body, params=params, headers=sent)
        )

    def get_text(self, url: str, params: Mapping[str, str] | None = None, accept: str = "application/xml") -> str:
        """The text of a GET that answers no JSON: XML or CSV. What it must be like is for the caller to see.

        The connector's ``explain`` is asked about every answer, with its whole text: many such sources say no with
        status 200.
        """
        sent = {"Accept": accept}
        told = self._patiently(
            lambda: self._client.build_request("GET", self._own(url), params=params, headers=sent), as_text=True
        )
        return str(told)

    def _own(self, url: str) -> httpx.URL:
        try:
            target = self._base.join(url)
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise UnexpectedShape(
                f"A link of the source is no address: {str(url)[:80]!r}.",
                action="Nothing was loaded. Report it to who runs the source.",
            ) from error
        if (target.scheme, target.host, target.port) != (self._base.scheme, self._base.host, self._base.port):
            raise ForeignHost(
                f"A link leads to {target.scheme}://{target.host}, away from {self._base.host}; it was not followed.",
                action="If the source moved, change the host of the Airflow Connection; else tell who runs the source.",
            )
        return target

    def _patiently(self, build: Callable[[], httpx.Request], as_text: bool = False) -> Any:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((*_PASSING, _Garbled)),
            wait=self._wait,
            stop=self._give_up,
            reraise=True,
            before_sleep=_tell_wait,
        )
        return retrying(self._once, build, as_text)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        backoff = tenacity.wait_exponential_jitter(initial=0.5, max=self.patience.longest_wait)
        return _asked(state) or float(backoff(state))

    def _give_up(self, state: tenacity.RetryCallState) -> bool:
        asked = _asked(state)
        if asked is not None:
            return asked > self.patience.longest_wait or state.attempt_number >= 4 * self.patience.tries
        return state.attempt_number >= self.patience.tries

    def _once(self, build: Callable[[], httpx.Request], as_text: bool) -> Any:
        request = build()
        try:
            return self._judge(request, self._send(request), as_text)
        except OrderhouseError as error:
            token = request.headers.get("authorization", "").rpartition(" ")[2]
            hide_secrets(error, (*self._secrets, token))
            raise

    def _send(self, request: httpx.Request) -> httpx.Response:
        with failures_named(request, self.patience.timeout), self._limiter.slot():
            response = self._client.send(request)
        self._note_time(response)
        response.stream = _READ
        return response

    def _judge(self, request: httpx.Request, response: httpx.Response, as_text: bool) -> Any:
        if response.has_redirect_location:
            raise self._redirected(request, response)
        body = None if as_text and response.is_success else _decoded(response)
        answer = Answer(response.status_code, response.headers, body, _text(response, as_text))
        refusal = self._explain(answer) or refusal_by_status(answer)
        if refusal is not None:
            raise self._refused(request, refusal)
        if as_text:
            return answer.text
        if body is None:
            raise _Garbled(
                f"An answer with {response.headers.get('content-type', 'no content type')}, status "
                f"{response.status_code}, is not valid JSON ({request.method} {place(request)}).",
                action="Nothing was loaded; a later run reads the same. A proxy, a login or a maintenance page may "
                "stand in front of the source: ask its address from this machine, or ask who runs it.",
            )
        return body

    def _refused(self, request: httpx.Request, refusal: Refusal) -> OrderhouseError:
        message = f"{' '.join(refusal.message.split()).rstrip('.')} ({request.method} {place(request)})."
        action = ACTIONS.get(refusal.error, "Look at the message of the source.")
        if issubclass(refusal.error, _PASSING) and refusal.retry_after is not None:
            self._limiter.pause(refusal.retry_after)
        return refusal.error(message, action=action, request_id=refusal.request_id, retry_after=refusal.retry_after)

    def _redirected(self, request: httpx.Request, response: httpx.Response) -> OrderhouseError:
        target = self._own(response.headers.get("location", ""))
        return RequestRefused(
            f"A redirect to {target.path} is not followed ({request.method} {place(request)}).",
            action="Set that address in the Airflow Connection, or check that the login has not expired.",
        )

    def _note_time(self, response: httpx.Response) -> None:
        told = response.headers.get("date")
        if told and response.request.url.host == self._base.host:
            self.source_time = instant_of(told) or self.source_time

    def _count(self) -> None:
        self.meter.count_request()
        self.calls += 1


_PASSING = (RateLimitExceeded, TryAgain)
"""What passes by itself, after the wait that the source asks for where it does."""

_READ = httpx.ByteStream(b"")
"""In place of a stream that has been read: httpx's points back to its response, so that only Python's collector of
cycles would free the two, and it rests while pages are read."""


class _Garbled(UnexpectedShape):
    """A body that is no JSON: worth another try before a person is asked."""


class _PacedTransport(httpx.BaseTransport):
    """Paces each request to the connection's host, those that authentication repeats included."""

    def __init__(
        self, base: httpx.URL, limiter: Limiter, count: Callable[[], None], inner: httpx.BaseTransport
    ) -> None:
        self._base, self._limiter, self._count, self._inner = base, limiter, count, inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == self._base.host and request.url.port == self._base.port:
            self._limiter.pace()
            self._count()
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def _decoded(response: httpx.Response) -> Any:
    try:
        return wire.decode_foreign(response.content)
    except ValueError:
        return None


def _text(response: httpx.Response, as_text: bool) -> str:
    """What `explain` sees of a text: the start of an error, the whole of what was asked for."""
    if response.is_success and not as_text:
        return ""
    return text_of(response, None if response.is_success else 2000)


def _asked(state: tenacity.RetryCallState) -> float | None:
    """The wait that the source asked for at its latest refusal."""
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, OrderhouseError) else None


def _tell_wait(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    said = error.message if isinstance(error, OrderhouseError) else str(error)
    log.warning("%s Next try in %.1f s.", said, state.next_action.sleep if state.next_action else 0)
