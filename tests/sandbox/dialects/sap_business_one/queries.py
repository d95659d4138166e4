"""Query options as the Service Layer takes them, evaluated on rows of plain values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.sandbox.dialects.sap_business_one.answers import Refused
from tests.sandbox.odata import ODataError, parse_query

DEFAULT_PAGE = 20
DATED = re.compile(r"\b(\w*Date) (eq|ne|gt|ge|lt|le) (?:datetime)?'(\d{4})-?(\d\d)-?(\d\d)[^']*'")
"""A comparison of a date; a time of day behind it is ignored."""
VALUES = {"O": "bost_Open", "C": "bost_Close"}
STATUS = re.compile(r"\b(\w*Status) (eq|ne) '([OC])'")


@dataclass(frozen=True, slots=True)
class Paged:
    """The rows of one page, how many there are without paging, and where the next page begins."""

    rows: Sequence[Any]
    total: int
    next_skip: int | None


def page_size(headers: Mapping[str, str], cap: int | None) -> int | None:
    """The page size a request asks for, 20 where it asks for none, None where it wants no pages."""
    asked = re.search(r"odata\.maxpagesize=(\d+)", headers.get("prefer", "")) or re.fullmatch(
        r"(\d+)", headers.get("b1s-pagesize", "")
    )
    size = int(asked[1]) if asked else DEFAULT_PAGE
    if cap is not None:
        return min(size or cap, cap)
    return size or None


def take(
    rows: Collection[Any], options: Mapping[str, str], properties: Collection[str], size: int | None, row_of: Any
) -> Paged:
    """The page of a collection that a request asks for; Refused for what it may not ask."""
    try:
        query = parse_query({**options, "$filter": normalised(options["$filter"])} if "$filter" in options else options,
                            properties, 4)  # fmt: skip
        found = query.apply(rows, row_of)
    except ODataError as error:
        raise Refused(400, -1000, str(error)) from error
    rest = query.page(found)
    page = rest if size is None else rest[:size]
    is_last = len(page) == len(rest)
    return Paged(page, len(found), None if is_last else query.skip + len(page))


def normalised(text: str) -> str:
    """A filter with dates in one spelling and enumerations by name, in which the rows hold them."""
    text = DATED.sub(r"\1 \2 '\3-\4-\5'", text)
    return STATUS.sub(lambda found: f"{found[1]} {found[2]} '{VALUES[found[3]]}'", text)


def next_link(version: str, entity: str, options: Mapping[str, str], skip: int, whole: bool) -> str:
    """The address of the next page, relative: without the query's own options but for servers that keep them."""
    if not whole:
        return f"{entity}?$skip={skip}"
    kept = {name: text for name, text in options.items() if name != "$skip"} | {"$skip": str(skip)}
    return f"/b1s/{version}/{entity}?" + "&".join(f"{name}={quote(text, safe='')}" for name, text in kept.items())


def cross_join(path: str) -> tuple[str, str]:
    """`$crossjoin(Orders,Orders/DocumentLines)` as its two parts."""
    found = re.fullmatch(r"\$crossjoin\((\w+),(\w+)/DocumentLines\)", path.replace(" ", ""))
    if found is None or found[1] != found[2]:
        raise Refused(400, -1000, f"Invalid resource path '{path}'.")
    return found[1], f"{found[1]}/DocumentLines"


def expanded(text: str, part: str) -> list[str]:
    """The properties that $expand selects of a part of a cross join."""
    found = re.search(rf"(?<![\w/]){re.escape(part)}\(\$select=([^)]*)\)", text)
    if found is None:
        raise Refused(400, -1000, f"$expand names no properties of '{part}'.")
    return [name.strip() for name in found[1].split(",")]
