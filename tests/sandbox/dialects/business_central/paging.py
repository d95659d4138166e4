"""Pages of a collection: filter, order, count, and next links that remember where the page before them ended."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from tests.sandbox.dialects.business_central.answers import Refused
from tests.sandbox.dialects.business_central.values import wire
from tests.sandbox.odata import ODataError, Query, Row, parse_query
from tests.sandbox.wire import json_bytes

LARGEST_PAGE = 20_000
TEXT = re.compile(r"'(?:[^']|'')*'")
NAME = re.compile(r"\b(?!(?:and|or|not|eq|ne|gt|ge|lt|le|true|false|null)\b)[A-Za-z]\w*\b(?!\()")
UNQUOTED = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d[\w:.+-]*", re.IGNORECASE)
"""GUIDs, numbers, dates and instants."""
INNERMOST = re.compile(r"\(([^()]*)\)")

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Entries(Generic[Entry]):
    """What a page is taken from: entries, the properties of their rows, and how to see an entry's row."""

    all: Sequence[Entry]
    row_of: Any
    properties: frozenset[str]


@dataclass(frozen=True, slots=True)
class Slice(Generic[Entry]):
    """One page: its entries, how many all pages have, and the token of the page after it."""

    entries: Sequence[Entry]
    total: int
    token: str | None


def take(found: Entries[Entry], options: Mapping[str, str], size: int, ignores_filter: bool = False) -> Slice[Entry]:
    """The page of a request; Refused for what the service does not understand."""
    kept = {name: text for name, text in options.items() if not (ignores_filter and name == "$filter")}
    try:
        _refuse_or_on_distinct_fields(kept.get("$filter", ""))
        query = parse_query(kept, found.properties)
        by_id = sorted(found.all, key=lambda entry: found.row_of(entry)["id"])
        matching = query.apply(by_id, found.row_of)
    except ODataError as error:
        raise Refused(400, "BadRequest", str(error)) from error
    token = options.get("$skiptoken")
    rest = [entry for entry in matching if _is_behind(found.row_of(entry), query, token)] if token else matching
    rest = list(query.page(rest))
    page = rest[:size]
    last = found.row_of(page[-1]) if len(rest) > len(page) else None
    return Slice(page, len(matching), _token(last, query) if last else None)


def next_link(url: str, options: Mapping[str, str], token: str) -> str:
    """The absolute URL of the page that begins behind the token, with the options of the request."""
    kept = {name: text for name, text in options.items() if name not in ("$skiptoken", "aid", "$skip")}
    parts = [f"{name}={quote(text, safe='')}" for name, text in {**kept, "aid": "FIN", "$skiptoken": token}.items()]
    return f"{url}?{'&'.join(parts)}"


def page_size(prefer: str | None, cap: int = LARGEST_PAGE) -> int:
    """The page size that a Prefer header asks for, up to the largest."""
    asked = re.search(r"odata\.maxpagesize=(\d+)", prefer or "")
    return min(int(asked[1]), cap) if asked else cap


def _token(row: Row, query: Query) -> str:
    values = [wire(row[path]) for path, _ in query.order_by]
    return urlsafe_b64encode(json_bytes([*values, row["id"]])).decode("ascii")


def _is_behind(row: Row, query: Query, token: str) -> bool:
    *ends, last_id = json.loads(urlsafe_b64decode(token), parse_float=Decimal)
    for (path, is_descending), end in zip(query.order_by, ends, strict=True):
        value = wire(row[path])
        if value != end:
            return bool((value > end) != is_descending)
    return bool(row["id"] > last_id)


def _refuse_or_on_distinct_fields(text: str) -> None:
    """Filters become filters on the table's fields, one each: alternatives are possible only for one field."""
    text = UNQUOTED.sub("0", TEXT.sub("''", text))
    while inner := INNERMOST.search(text):
        text = text[: inner.start()] + " ".join(_fields(inner[1])) + text[inner.end() :]
    _fields(text)


def _fields(expression: str) -> list[str]:
    names = sorted(set(NAME.findall(expression)))
    if re.search(r"\bor\b", expression) and len(names) > 1:
        raise ODataError("The 'OR' operator is not supported on distinct fields on an OData filter.")
    return names
