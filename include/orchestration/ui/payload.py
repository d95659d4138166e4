"""A raw order as a page shows it: JSON, line by line, with the fields marked that a reject is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from include.orderhouse import wire
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.warehouse.reading.rejects import Finding

MOST_LINES = 5000


@dataclass(frozen=True)
class Line:
    """One line of formatted JSON; ``marks`` are the reasons why it is at fault."""

    text: str
    marks: tuple[str, ...] = ()


def payload_lines(payload: Any, findings: Sequence[Finding], connection: Connection) -> tuple[list[Line], int]:
    """The payload's first lines, and how many more there are.

    Of a list, every element's field is marked: a finding does not say which one it means.
    """
    paths = Mapped(connection).columns
    marks: dict[str, list[str]] = {}
    for finding in findings:
        for path in paths.get((finding.table or "", finding.field or ""), ()):
            marks.setdefault(path, []).append(f"{finding.field}: {finding.reason}")
    lines = _lines(payload, marks, "", "", 0)
    return list(islice(lines, MOST_LINES)), sum(1 for _ in lines)


def _lines(value: Any, marks: dict[str, list[str]], path: str, label: str, depth: int) -> Iterator[Line]:
    own = tuple(marks.get(path, ())) if label else ()
    start = "  " * depth + label
    if isinstance(value, dict) and value:
        yield Line(f"{start}{{", own)
        members = ((f"{path}.{name}" if path else name, f"{_text(name)}: ", inner) for name, inner in value.items())
        yield from _members(members, marks, depth)
        yield Line("  " * depth + "}")
    elif isinstance(value, list) and value:
        yield Line(f"{start}[", own)
        yield from _members(((path, "", inner) for inner in value), marks, depth)
        yield Line("  " * depth + "]")
    else:
        yield Line(f"{start}{_text(value)}", own)


def _members(members: Iterable[tuple[str, str, Any]], marks: dict[str, list[str]], depth: int) -> Iterator[Line]:
    for path, label, inner in members:
        yield from _lines(inner, marks, path, label, depth + 1)


def _text(value: Any) -> str:
    return msgspec.json.format(wire.encode(value), indent=0).decode()
