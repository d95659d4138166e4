"""How Business Central writes values: nothing is ever null, enum names are escaped, instants have milliseconds."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

NAMESPACE = uuid5(NAMESPACE_URL, "https://businesscentral.sandbox.example/")
NO_ID = str(UUID(int=0))
NO_DATE = date(1, 1, 1)
NO_INSTANT = datetime(1, 1, 1, tzinfo=UTC)


@cache
def guid(kind: str, key: object) -> str:
    """The system id of a record: the same at every start."""
    return str(uuid5(NAMESPACE, f"{kind}/{key}"))


def etag(key: str, version: int) -> str:
    """A weak entity tag that moves with every change."""
    return f'W/"{b64encode(f"44;{key};{version}".encode()).decode("ascii")}"'


def milliseconds(instant: datetime) -> datetime:
    """The instant as SQL Server keeps it for the service, which tells no microseconds."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def enum(name: str) -> str:
    """An enum value as OData names it: characters that no XML name can hold are escaped."""
    return name.replace(" ", "_x0020_").replace("-", "_x002D_")


def wire(value: Any) -> Any:
    """A property's value as JSON."""
    if isinstance(value, datetime):
        return (
            "0001-01-01T00:00:00Z"
            if value == NO_INSTANT
            else f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z"
        )
    return value.isoformat() if isinstance(value, date) else value
