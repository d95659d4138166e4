"""Coupa's Core API: rows of a resource, page by page, and its error bodies.

Pages are told apart by id, within conditions that stay the same: offsets count rows that move. The vendor names
``order_by`` and ``dir`` only in passing; a server that sorts the other way is read the other way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal

import httpx

from include.orderhouse import wire
from include.orderhouse.errors import FilterIgnored, RequestRefused
from include.orderhouse.http import BY_STATUS, Answer, Api, Refusal, retry_after

Raw = dict[str, Any]
LARGEST_PAGE = 50
"""More rows than this are not given, whatever is asked for."""
SMALLEST_PAGE = 2
"""One row alone does not tell which way rows are sorted."""
XML_ERROR = re.compile(r"<error>(.*?)</error>", re.DOTALL)


class NothingFound(RequestRefused):
    """No row meets the conditions. Other releases answer an empty list."""


@dataclass(frozen=True)
class Position:
    """The last row of a page, and on which side of it the next rows are."""

    id: int
    way: Literal["gt", "lt"]

    def is_before(self, number: int) -> bool:
        """Whether a row belongs to the pages that follow."""
        return number > self.id if self.way == "gt" else number < self.id

    def as_json(self) -> Raw:
        """The position in a page's ``resume``."""
        return asdict(self)


def records(api: Api, resource: str, query: Mapping[str, str]) -> list[Raw]:
    """The rows that one request gives, a bare list; each has its id."""
    try:
        body = api.get(f"api/{resource}", params=query)
    except NothingFound:
        return []
    rows = wire.part(body, "", list, of=resource)
    return [{**wire.part(row, "", dict, of=resource), "id": wire.part(row, "id", int, of=resource)} for row in rows]


def pages(
    api: Api, resource: str, query: Mapping[str, str], size: int, after: Position | None = None
) -> Iterator[tuple[list[Raw], Position]]:
    """All rows that meet the conditions, with the position after each page; ends with an empty answer."""
    common = {**query, "order_by": "id", "dir": "asc", "limit": str(min(max(size, SMALLEST_PAGE), LARGEST_PAGE))}
    while rows := records(api, resource, {**common, **_beyond(after)}):
        ids = [row["id"] for row in rows]
        way = _way(ids) or (after.way if after else "gt")
        if after is not None and not all(after.is_before(number) for number in ids):
            raise FilterIgnored(
                f"{resource}: asked for ids on one side of {after.id}, and others came.",
                action="Nothing was loaded. A proxy may drop the query, or Coupa may have changed it.",
            )
        if ids != sorted(set(ids), reverse=way == "lt"):
            raise FilterIgnored(
                f"{resource}: asked for rows sorted by id, and they came unsorted.",
                action="Nothing was loaded. A proxy may drop the query, or Coupa may have changed it.",
            )
        after = Position(ids[-1], way)
        yield rows, after


def _beyond(after: Position | None) -> dict[str, str]:
    return {f"id[{after.way}]": str(after.id)} if after else {}


def _way(ids: Sequence[int]) -> Literal["gt", "lt"] | None:
    """One row alone has no direction."""
    steps = {a < b for a, b in pairwise(ids)}
    return None if not steps else "gt" if True in steps else "lt"


def only(*fields: str) -> dict[str, str]:
    """The query for these fields alone."""
    return {"fields": json.dumps(fields, separators=(",", ":"))}


def explain(answer: Answer) -> Refusal | None:
    """The API's error bodies, ``{"errors": {"base": [...]}}``, and the token's, ``{"error": ...}``."""
    if answer.status < httpx.codes.BAD_REQUEST:
        return None
    said = _said(answer)
    if said is None:
        return None
    if answer.status == httpx.codes.NOT_FOUND and _is_the_apis_own(answer):
        return Refusal(NothingFound, said)
    if answer.status in BY_STATUS or answer.status < httpx.codes.INTERNAL_SERVER_ERROR:
        kind = BY_STATUS.get(answer.status, RequestRefused)
        return Refusal(kind, f"status {answer.status}: {said}", retry_after=retry_after(answer))
    return None


def _is_the_apis_own(answer: Answer) -> bool:
    """Whether it is an error body of the API; where no path is, Rails and gateways answer one ``error``."""
    body = answer.body
    return isinstance(body.get("errors"), dict) if isinstance(body, dict) else "<errors" in answer.text


def _said(answer: Answer) -> str | None:
    body = answer.body
    if not isinstance(body, dict):
        found = XML_ERROR.findall(answer.text)
        return "; ".join(" ".join(entry.split()) for entry in found)[:400] or None
    errors = body.get("errors", body.get("error"))
    if isinstance(errors, dict):
        texts = [str(text) for entry in errors.values() for text in (entry if isinstance(entry, list) else [entry])]
        return "; ".join(texts)[:400] or None
    return None if errors is None else f"{errors}: {body.get('error_description', 'no description')}"[:400]
