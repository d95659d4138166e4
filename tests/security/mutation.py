"""Foreign data made wrong: JSON with a member changed, lost, moved or blown up, and bytes that are JSON no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

POISONS: tuple[Any, ...] = (
    None,
    True,
    "",
    " ",
    0,
    -1,
    10**30,
    2**63,
    1.5e300,
    [],
    {},
    [[]],
    [None],
    "\x00",
    "\ud83d\ude00",
    "\ud800",
    "line\r\nbreak\x1b[31m",
    '=HYPERLINK("http://evil.example","x")',
    "'; DROP TABLE procurement.purchase_order; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}${7*7}",
    "../../../../etc/passwd",
    "https://evil.example/next",
    "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01 00:00:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31 23:59:59",
    "9999-12-31",
    "2016-12-31T23:59:60Z",
    "2026-03-29T02:30:00",
    "/Date(99999999999999999)/",
    f"/Date({'9' * 5_000})/",
    "9" * 5_000,
    "\u0663",
    "1e999999",
    "1e9999999999999999999",
    "1e-9999999999999999999",
    "NaN",
    "-Infinity",
    "x" * 100_000,
)
_NUMBERS = ("1e999999999", "-0.0", "1" * 400, "1E-400", "0." + "3" * 200)
"""Numbers as JSON writes them, which Python's encoder would not."""
_MARK = '"\\u0001number\\u0001"'


def mutated(content: bytes, random: Random) -> bytes:
    """The content with one thing wrong, or a few."""
    try:
        value = json.loads(content)
    except ValueError:
        return _bytes_mutated(content, random)
    if random.random() < 0.15:
        return _bytes_mutated(content, random)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        value = tree_mutated(value, random)
    return json.dumps(value).replace(_MARK, random.choice(_NUMBERS)).encode()


def tree_mutated(value: Any, random: Random) -> Any:
    """JSON with one thing wrong; what holds it is changed in its place."""
    places = list(_places(value))
    if not places:
        return random.choice(POISONS)
    holder, key = random.choice(places)
    change = random.choice(_CHANGES)
    change(holder, key, random)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member and element, wherever it is: what holds it, and its key."""
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            yield holder, key
            waiting.append(holder[key])


def _poison(holder: Any, key: Any, random: Random) -> None:
    holder[key] = random.choice((*POISONS, "\x01number\x01", "\x01number\x01"))


def _lose(holder: Any, key: Any, random: Random) -> None:
    del holder[key]


def _double(holder: Any, key: Any, random: Random) -> None:
    if isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        holder[random.choice((f"{key}\x00", f"{key} ", str(key).upper(), "__proto__", ""))] = holder[key]


def _bury(holder: Any, key: Any, random: Random) -> None:
    for _ in range(random.choice((1, 20, 90, 300))):
        holder[key] = [holder[key]]


def _swap(holder: Any, key: Any, random: Random) -> None:
    other = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


_CHANGES: tuple[Callable[[Any, Any, Random], None], ...] = (_poison, _poison, _poison, _lose, _double, _bury, _swap)


def _bytes_mutated(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    return random.choice(
        (
            content[:at],
            content[:at] + bytes([random.randrange(256)]) + content[at + 1 :],
            content[:at] + b"\xff\xfe\x00" + content[at:],
            content * 2,
            b"",
            b"null",
            b"[" * 5000,
            b'{"a":' * 5000 + b"1" + b"}" * 5000,
            b"<html><body>Sign in</body></html>",
        )
    )
