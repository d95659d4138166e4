"""Pages of a list and the cursors between them: each page begins after the sort key of the last row shown."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, Field

Row = TypeVar("Row")
Reader = Callable[[str], Any]


class CursorInvalid(ValueError):
    """A cursor that no answer has given."""


class Page(BaseModel, Generic[Row]):
    """Some rows of a list, and where the next ones begin."""

    data: list[Row]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null on the last one.")


def write_cursor(*key: Any) -> str:
    """The cursor after a row with this sort key."""
    texts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in key]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *readers: Reader) -> tuple[Any, ...]:
    """The sort key in a cursor, each part by its reader. Raises CursorInvalid."""
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(texts, list) or not all(isinstance(text, str) and "\0" not in text for text in texts):
            raise CursorInvalid("the cursor holds no key")
        return tuple(reader(text) for reader, text in zip(readers, texts, strict=True))
    except (binascii.Error, ValueError, TypeError) as error:
        raise CursorInvalid("cursor: take it from the answer before, unchanged") from error


def key_of(columns: Sequence[sa.ColumnElement[Any]], parts: Sequence[Any]) -> sa.Tuple:
    """A sort key to compare these columns with."""
    return sa.tuple_(*(sa.literal(part, column.type) for column, part in zip(columns, parts, strict=True)))


def instant(text: str) -> datetime:
    """An instant of a cursor."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return moment


def identity(text: str) -> str:
    """A UUID of a cursor."""
    return str(UUID(text))


def latest_first(
    engine: sa.Engine,
    wanted: sa.Select[Any],
    key: tuple[sa.Column[Any], sa.Column[Any]],
    cursor: str | None,
    limit: int,
) -> tuple[list[Any], str | None]:
    """Rows from the latest on, by an instant and an id, and the cursor after them. Raises CursorInvalid."""
    if cursor:
        wanted = wanted.where(sa.tuple_(*key) < key_of(key, read_cursor(cursor, instant, identity)))
    with engine.connect() as warehouse:
        found = warehouse.execute(wanted.order_by(*(column.desc() for column in key)).limit(limit + 1)).all()
    return cut(found, limit, lambda row: [getattr(row, column.name) for column in key])


def cut(rows: Sequence[Any], limit: int, key: Callable[[Any], Sequence[Any]]) -> tuple[list[Any], str | None]:
    """The first ``limit`` of ``limit + 1`` rows asked for, and the cursor after them, if there are more."""
    shown = list(rows[:limit])
    return shown, write_cursor(*key(shown[-1])) if len(rows) > limit else None
