"""The contract of a connector, fifth part: one bad record stops no run and does not vanish.

Answers are kept, and played again with one value of them changed at a time: by all rights any value may be null.
"""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from include.orderhouse import wire
from include.orderhouse.connector import Source, Window
from include.orderhouse.errors import OrderhouseError
from include.orderhouse.http import Api
from include.orderhouse.mapping import Record
from include.orderhouse.model import LINE
from include.orderhouse.transform.rows import RawRows, children
from tests.contract.checks import Check
from tests.contract.subject import Subject, records

Path = tuple[str | int, ...]
Read = Callable[[Source], list[Record]]


def one_bad_record_stops_no_run_and_does_not_vanish(subject: Subject) -> None:
    """H23, H32: null in place of any value of a record, or among the objects in it, may cost its order, and no other.

    What a record cannot be read without, such as its key, may end the run with an error of the connector's own.
    """
    read, fetch = inspect.unwrap(subject.connector.read), inspect.unwrap(subject.connector.fetch)
    asked = sorted(subject.expected_keys)[::50]
    start = sorted(at for _, at in subject.identified(subject.fetch()) if at is not None)[-4]
    known, changed = set[Any](), Window(start, None)
    _assert_alone(subject, known, lambda source: records(read(source, asked)))
    _assert_alone(subject, known, lambda source: records(p for p in fetch(source, changed) if not p.is_reread))


def _assert_alone(subject: Subject, known: set[Any], read: Read) -> None:
    played = Played(subject.source.api)
    source = replace(subject.source, api=cast(Api, played))
    whole = _lines(subject, read(source))
    for answer, body in list(played.answers.items()):
        for path, is_list in _changes(wire.decode(body), known):
            played.change = answer, path
            told = f"null at {'.'.join(map(str, path))} of {' '.join(answer)[:200]}"
            try:
                lines = _lines(subject, read(source))
            except OrderhouseError:
                continue
            except Exception as error:
                raise AssertionError(f"{told}: the run stops, {type(error).__name__}: {error}") from error
            assert len(lines) >= len(whole), f"{told}: {len(whole) - len(lines)} orders vanish"
            is_emptied = is_list and 0 not in lines
            lost = 0 if None in lines or is_emptied else sum(whole) - sum(lines)
            assert lost <= 0, f"{told}: {lost} lines vanish, and their order is not rejected"


def _lines(subject: Subject, found: list[Record]) -> list[Any]:
    """How many lines each raw order has; None where it will be rejected for them."""
    (table,) = (each for each in subject.connector.mapping.tables if each.table is LINE)
    rejected = set[int]()
    orders = RawRows(list(found), list(range(len(found))))
    counts = Counter(children(orders, table.at, lambda position, reason: rejected.add(position)).orders)
    return [None if position in rejected else counts[position] for position in range(len(found))]


def _changes(body: Any, known: set[Any]) -> Iterator[tuple[Path, bool]]:
    """One place for each name within rows that are not known yet, and behind the objects of each list in them.

    With each goes whether a list stands there, in place of which null may mean an empty one.
    """
    names = next((frozenset(row) for path, row in _places(body, ()) if path[-1:] == (0,)), None)
    for path, value in _places(body, ()):
        shape = tuple("*" if isinstance(step, int) else step for step in path)
        if "*" not in shape[:-1] or (names, shape) in known:
            continue
        known.add((names, shape))
        yield path, isinstance(value, list)
        if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
            yield (*path, len(value)), False


def _places(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, value
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        yield from _places(inner, (*path, step))


class Played:
    """An API that keeps what the source has answered, and answers so again, but for one change."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.answers: dict[tuple[str, ...], bytes] = {}
        self.change: tuple[tuple[str, ...], Path] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    def get(self, url: str, *asked: Any, **named: Any) -> Any:
        return self._answer(self._api.get, url, asked, named)

    def post(self, url: str, *asked: Any, **named: Any) -> Any:
        return self._answer(self._api.post, url, asked, named)

    def _answer(self, ask: Callable[..., Any], url: str, asked: Sequence[Any], named: dict[str, Any]) -> Any:
        key = (ask.__name__, url, *(json.dumps(part, default=str) for part in (*asked, named)))
        if key not in self.answers:
            self.answers[key] = wire.encode(ask(url, *asked, **named))
        body = wire.decode(self.answers[key])
        if self.change and self.change[0] == key:
            *above, last = self.change[1]
            holder = body
            for step in above:
                holder = holder[step]
            if isinstance(holder, list) and last == len(holder):
                holder.append(None)
            else:
                holder[last] = None
        return body


CHECKS_OF_RECORDS: tuple[Check, ...] = (one_bad_record_stops_no_run_and_does_not_vanish,)
