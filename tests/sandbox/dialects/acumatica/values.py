"""How Acumatica writes values: each in an object of its own, instants with the site's offset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Row = dict[str, Any]
Fields = Mapping[str, Any]
NAMESPACE = uuid5(NAMESPACE_URL, "https://acumatica.sandbox.example/")


@cache
def note_id(kind: str, key: object) -> str:
    """The id of a record: the same at every start."""
    return str(uuid5(NAMESPACE, f"{kind}/{key}"))


def milliseconds(instant: datetime) -> datetime:
    """The instant as the database keeps it."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def told(value: Any, offset: int) -> Any:
    """A value as JSON."""
    if isinstance(value, datetime):
        return value.astimezone(timezone(timedelta(minutes=offset))).isoformat(timespec="milliseconds")
    return f"{value.isoformat()}T00:00:00+00:00" if isinstance(value, date) else value


def wrapped(value: Any, offset: int) -> Any:
    """A field as the contract writes it: `{"value": ...}`, and `{}` where it is empty."""
    if value is None or value == "":
        return {}
    return {"value": told(value, offset)}


def entity(record_id: str, fields: Fields, offset: int, custom: Row | None = None) -> Row:
    """A record with its fields; lists and objects among them are records already."""
    shown: Row = {"id": record_id, "rowNumber": 1, "note": {"value": ""}}
    for name, value in fields.items():
        shown[name] = value if isinstance(value, list | dict) else wrapped(value, offset)
    return shown | {"custom": custom or {}, "_links": {}}
