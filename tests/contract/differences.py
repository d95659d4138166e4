"""What two lists or records differ in, in words that tell whoever writes a connector what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from typing import Any

SHOWN = 5


def assert_same(found: Iterable[str], wanted: Iterable[str], what: str) -> None:
    """Fail unless both hold the same keys equally often."""
    came, due = Counter(list(found)), Counter(list(wanted))
    missing, surplus = due - came, came - due
    told = [f"{shown(keys)} {problem}" for keys, problem in ((missing, "missing"), (surplus, "too many")) if keys]
    assert not told, f"{what}: {', '.join(told)}"


def assert_counted(told: Iterable[int | None], number: int, what: str) -> None:
    """Fail unless the source's own counts, where it tells any, add up to what came."""
    counts = [count for count in told if count is not None]
    assert not counts or sum(counts) == number, f"{what}: {number} came, but `expected` adds up to {sum(counts)}"


def shown(keys: Iterable[str]) -> str:
    """The first of some keys, and how many there are."""
    known = sorted(map(str, keys))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{', '.join(known[:SHOWN])}{more}"


def changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Where a value and the copy that was kept of it as JSON differ; a float is told although its copy may equal it."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from changes(before.get(name), after.get(name), f"{path}.{name}".removeprefix("."))
    elif isinstance(before, list) and isinstance(after, list):
        for number, (one, other) in enumerate(zip_longest(before, after)):
            yield from changes(one, other, f"{path}[{number}]")
    elif isinstance(before, float) or before != after:
        yield f"{path} is {before!r} ({type(before).__name__}), kept as JSON {after!r} ({type(after).__name__})"


def assert_unchanged(before: Any, after: Any, what: str) -> None:
    """Fail with the first differences between a value and its copy."""
    found = list(islice(changes(before, after), SHOWN))
    assert not found, f"{what}: {'; '.join(found)}"
