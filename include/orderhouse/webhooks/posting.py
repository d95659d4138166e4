"""One attempt: a signed POST to a checked address, within a time in all, following nothing."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx

from include.orderhouse.errors import OrderhouseError
from include.orderhouse.http import Answer, retry_after
from include.orderhouse.http.addresses import Address
from include.orderhouse.http.proxy import Proxy
from include.orderhouse.http.tls import Trust, check_pin, own_context
from include.orderhouse.warehouse.messages.deliveries import Outcome
from include.orderhouse.webhooks.addresses import NotAllowed, Place, checked_place
from include.orderhouse.webhooks.signature import signed_headers
from include.orderhouse.webhooks.subscriptions import Webhooks

SECONDS = 10.0
"""How long an attempt may take in all, from resolving the name to the answer's status."""


@dataclass(frozen=True)
class Target:
    """Where a subscription's deliveries go, the keys that sign them, and how the receiver proves who it is."""

    url: str
    keys: tuple[bytes, ...] = field(repr=False)
    trust: Trust = field(default_factory=Trust)


@dataclass(frozen=True)
class Message:
    """What is delivered."""

    message_id: str
    body: bytes


def post(message: Message, target: Target, allowed: Webhooks, seconds: float = SECONDS) -> Outcome:
    """Deliver once. Never raises: what goes wrong is in the outcome, in words that hold no secret."""
    began = time.monotonic()
    status, wait, error = None, None, None
    try:
        response = asyncio.run(_within(message, target, allowed, seconds))
        status, wait = response.status_code, retry_after(Answer(response.status_code, response.headers, None, ""))
        error = _problem(response)
    except TimeoutError:
        error = f"no answer within {seconds:g} s"
    except NotAllowed as refused:
        error = f"not allowed: {refused}"
    except OrderhouseError as failure:
        error = str(failure)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:300]
    elapsed = int((time.monotonic() - began) * 1000)
    return Outcome(status, error, elapsed, wait, is_final=status == httpx.codes.GONE)


async def _within(message: Message, target: Target, allowed: Webhooks, seconds: float) -> httpx.Response:
    async with asyncio.timeout(seconds):
        place = await checked_place(target.url, allowed)
        signed = signed_headers(target.keys, message.message_id, datetime.now(UTC), message.body)
        send = partial(_send, message.body, signed, place, target.trust)
        if place.proxy:
            return await _through(place.proxy, send(None))
        for address in place.addresses[:-1]:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await send(address)
        return await send(place.addresses[-1])


async def _through(proxy: Proxy, sending: Awaitable[httpx.Response]) -> httpx.Response:
    try:
        return await sending
    except httpx.TransportError as error:
        raise type(error)(f"{error}, through the proxy {proxy}") from error


async def _send(
    body: bytes, signed: dict[str, str], place: Place, trust: Trust, address: Address | None
) -> httpx.Response:
    """POST to that very address, or by the proxy; name and certificate are the host's. The answer is not read."""
    headers = {
        **signed,
        "Host": place.url.netloc.decode("ascii"),
        "Content-Type": "application/json",
        "User-Agent": "orderhouse",
    }
    pinned = place.url.copy_with(host=str(address)) if address else place.url
    timeout = httpx.Timeout(SECONDS, connect=SECONDS / max(len(place.addresses), 1))
    proxy = httpx.Proxy(place.proxy.url, headers=place.proxy.headers) if place.proxy else None
    async with httpx.AsyncClient(verify=own_context(trust), timeout=timeout, trust_env=False, proxy=proxy) as client:
        request = client.build_request("POST", pinned, content=body, headers=headers)
        request.extensions["sni_hostname"] = place.url.raw_host.decode("ascii")
        request.extensions["trace"] = partial(_look_at_key, place.url.host, trust.pins)
        return await client.send(request, stream=True, follow_redirects=False)


async def _look_at_key(host: str, pins: tuple[str, ...], event: str, told: dict[str, Any]) -> None:
    """Called by httpcore at each of its steps: after the handshake, before anything is sent."""
    if event in ("connection.start_tls.complete", "proxy.start_tls.complete"):
        encrypted: ssl.SSLObject = told["return_value"].get_extra_info("ssl_object")
        check_pin(encrypted.getpeercert(binary_form=True), pins, host)


def _problem(response: httpx.Response) -> str | None:
    if response.is_success:
        return None
    if response.has_redirect_location:
        return f"status {response.status_code}: redirects are not followed"
    return f"status {response.status_code}"
