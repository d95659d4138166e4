"""What keeps a request from being answered, as errors of the product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from include.orderhouse.errors import ConfigurationInvalid, SourceTimeout, SourceUnavailable, UnexpectedShape
from include.orderhouse.http.answer import ACTIONS


@contextmanager
def failures_named(request: httpx.Request, seconds: float) -> Iterator[None]:
    """Around the sending of a request that a sign of life is awaited ``seconds`` for."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise SourceTimeout(
            f"{_lateness(error, seconds)} ({request.method} {place(request)}).", action=ACTIONS[SourceTimeout]
        ) from error
    except httpx.LocalProtocolError:
        raise ConfigurationInvalid(
            f"A request cannot be written as HTTP, so nothing was sent ({request.method} {place(request)}).",
            action="Look for a line break or a blank at an end of the login, password, key or token in the Airflow "
            "Connection.",
        ) from None
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise SourceUnavailable(
            f"{error} ({request.method} {place(request)}).", action=ACTIONS[SourceUnavailable]
        ) from error
    except httpx.InvalidURL as error:
        raise UnexpectedShape(
            f"An answer redirects to what is no address: {error} ({request.method} {place(request)}).",
            action="Nothing was loaded. Report it to who runs the source.",
        ) from error


def place(request: httpx.Request) -> str:
    """Where a request goes; without its query, which may be long."""
    return f"{request.url.scheme}://{request.url.netloc.decode('ascii')}{request.url.path}"


def _lateness(error: httpx.TimeoutException, seconds: float) -> str:
    """Which time ran out: that of the whole answer, or that of a sign of life."""
    return str(error) if "in all" in str(error) else f"No answer within {seconds:g} s"
