"""CloudEvents 1.0 as they come by HTTP: one in the headers with its data as body, one in JSON, or a list of those."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.orderhouse import wire
from include.orderhouse.notification import Call

_HEADER = "ce-"


@dataclass(frozen=True)
class CloudEvent:
    """One event. ``attributes`` are its context attributes, those of extensions among them."""

    attributes: dict[str, Any]
    data: Any

    def text(self, name: str) -> str:
        """A context attribute that must be there. UnexpectedShape where it is not."""
        return wire.part(self.attributes, name, str, of="a CloudEvent")


def cloud_events(call: Call) -> list[CloudEvent]:
    """The events of a call. Raises ValueError or UnexpectedShape where it holds something else."""
    body = wire.decode(call.body)
    if f"{_HEADER}specversion" in call.headers:
        told = {name.removeprefix(_HEADER): value for name, value in call.headers.items() if name.startswith(_HEADER)}
        found = [CloudEvent(told, body)]
    else:
        members = [wire.part(one, "", dict, of="a CloudEvent") for one in (body if isinstance(body, list) else [body])]
        found = [CloudEvent(member, member.get("data")) for member in members]
    for event in found:
        for name in ("specversion", "id", "source", "type"):
            event.text(name)
    return found


def message_id(events: Iterable[CloudEvent]) -> str:
    """One id for events that come together; source and id are what makes an event unique."""
    keys = sorted(f"{event.text('source')} {event.text('id')}" for event in events)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()


def latest_time(events: Iterable[CloudEvent]) -> datetime | None:
    """When the latest of the events happened; None where one does not tell, or not with an offset."""
    times = [datetime.fromisoformat(str(event.attributes.get("time", ""))) for event in events]
    return max(times) if times and all(time.tzinfo for time in times) else None
