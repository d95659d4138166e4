"""Systems that tell of changes by themselves: each posts to a target what its vendor's webhooks would."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import OrderChange, Post, World
from tests.sandbox.wire import json_bytes

EVERY_SECONDS = 0.25
_KEPT = 200


@dataclass(frozen=True, slots=True)
class Target:
    """Where a dialect posts, and what proves that it is the dialect."""

    url: str
    secret: str = field(repr=False)


class Notifier:
    """Posts each dialect's changes since its target was set. What a target does not take is not sent again."""

    def __init__(self, company: Company, clock: Clock, worlds: Mapping[str, World]) -> None:
        self._company, self._clock, self._worlds = company, clock, worlds
        self._targets: dict[str, Target] = {}
        self._posted: dict[str, list[dict[str, Any]]] = {}
        self._known: dict[int, int] = {}
        self._version = -1

    def subscribe(self, dialect: str, target: Target) -> None:
        """Tell this target from now on. ValueError for a dialect whose system cannot, or whose posts are not known."""
        if self._worlds[dialect].dialect.notify is None:
            able = ", ".join(name for name, world in self._worlds.items() if world.dialect.notify)
            raise ValueError(f"{dialect} posts nothing by itself; there are: {able}")
        list(self._changes())
        self._targets[dialect] = target

    def unsubscribe(self, dialect: str) -> None:
        """Tell nobody any more."""
        self._targets.pop(dialect, None)

    def posted(self, dialect: str) -> list[dict[str, Any]]:
        """What was posted of late, and how it was answered."""
        return self._posted.get(dialect, [])

    async def run(self) -> None:
        """Tell until cancelled."""
        while not self._targets:
            await asyncio.sleep(EVERY_SECONDS)
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            while True:
                if self._targets:
                    await self.tell(client)
                await asyncio.sleep(EVERY_SECONDS)

    async def tell(self, client: httpx.AsyncClient) -> None:
        """Post what has changed."""
        changes = list(self._changes())
        for name, target in list(self._targets.items()):
            notify = self._worlds[name].dialect.notify
            for post in notify(self._worlds[name], changes, target.secret) if notify and changes else ():
                log = self._posted.setdefault(name, [])
                log.append({"body": post.body, "answer": await _send(client, target.url, post)})
                del log[:-_KEPT]

    def _changes(self) -> Iterator[OrderChange]:
        """What has become of each order since the last look."""
        self._company.settle(self._clock.now())
        if self._company.version == self._version:
            return
        self._version, before = self._company.version, self._known
        self._known = {key: order.change_count for key, order in self._company.orders.items()}
        now = self._clock.now()
        for key, order in self._company.orders.items():
            if before.get(key) != order.change_count:
                yield OrderChange(order, "updated" if key in before else "created", now)
        for key in before.keys() & self._company.deleted_orders.keys():
            yield OrderChange(self._company.deleted_orders[key].order, "deleted", now)


def signature(body: object, secret: str) -> str:
    """The base64 of HMAC-SHA256 over what is posted."""
    return base64.b64encode(hmac.digest(secret.encode(), json_bytes(body), hashlib.sha256)).decode("ascii")


def basic(user: str, password: str) -> dict[str, str]:
    """The header of Basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")}


def cloud_event(change: OrderChange, kind: str, source: str) -> dict[str, Any]:
    """A CloudEvent without its data; the same change has the same id."""
    identity = uuid5(NAMESPACE_URL, f"{source}/{change.order.id}/{change.order.change_count}/{change.kind}")
    at = change.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    known = {"id": str(identity), "source": source, "type": kind, "time": at}
    return {"specversion": "1.0", "datacontenttype": "application/json", **known}


async def _send(client: httpx.AsyncClient, url: str, post: Post) -> int | str:
    headers = {"Content-Type": post.content_type, **post.headers}
    try:
        return (await client.post(url, content=json_bytes(post.body), headers=headers)).status_code
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"
