"""Source expressions, the right column of a mapping: where a value stands in the raw record and how to read it.

A path is dotted (``vendor.address.city``) and starts at the row's own raw record; a leading ``^`` starts at its
parent's (a line's order, a schedule's line), ``^^`` at the parent's parent. Of several paths the first that is not
empty counts.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar

from include.orderhouse.model.column import Kind

T = TypeVar("T")

Record = Mapping[str, Any]
"""A JSON object of the source. Numbers with a fraction are Decimal, never float."""


@dataclass(frozen=True)
class Derived:
    """A value that no single field holds, computed from a raw record by ``function``.

    ``says`` tells people how, in words; ``reads`` names every field that the function looks at, by its own path: so one
    that goes is missed, and none counts as a field that nothing reads. The one that tells most of the value is named
    first: pages show a sample of it. In a path, ``*`` stands for any characters.
    Where one of them stands in the parent's record (``^status``), the function is given that record, too.
    """

    function: Callable[..., Any]
    says: str
    reads: tuple[str, ...]

    def __call__(self, *records: Record) -> Any:
        """The value of a raw record, for functions that build on it."""
        return self.function(*records)

    @property
    def reads_parent(self) -> bool:
        """Whether the function needs the parent's record beside the row's own."""
        return any(path.startswith("^") for path in self.reads)


Place = str | Derived


@dataclass(frozen=True)
class Expression:
    """Where a canonical value comes from and how its wire format is read."""

    kind: Kind | None
    places: tuple[Place, ...] = ()
    constant: str | None = None
    table: Mapping[str, str] | None = None
    """For codes: source value to canonical value; without it the column's standard list is looked up."""
    own: Place | None = None
    """For codes: where the source's own word stands, if not where the code does."""
    truths: tuple[str, ...] = ()
    """For booleans: the wire values that mean true, where the source has no JSON booleans."""
    zone: str | None = None
    """For instants without offset, or dates taken from instants: an IANA zone, or ``connection`` for its own."""
    digits: int | None = None
    """Digits after the point that the source declares, where it sends binary floats."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Every path the expression looks at."""
        return _paths(self.all_places)

    @property
    def said(self) -> str:
        """Where the value comes from, as people are told."""
        told = (place if isinstance(place, str) else place.says for place in self.all_places)
        return " or ".join(dict.fromkeys(told)) or "the constant"

    @property
    def all_places(self) -> tuple[Place, ...]:
        """Where the value is found, and the source's own word for it."""
        return self.places if self.own is None else (*self.places, self.own)


def text(*places: Place) -> Expression:
    """Text; numbers become their digits."""
    return Expression(Kind.TEXT, places)


def money(*places: Place, digits: int | None = None) -> Expression:
    """An amount of money, exact."""
    return Expression(Kind.MONEY, places, digits=digits)


def quantity(*places: Place, digits: int | None = None) -> Expression:
    """A quantity, exact."""
    return Expression(Kind.QUANTITY, places, digits=digits)


def price(*places: Place, digits: int | None = None) -> Expression:
    """A price, exact."""
    return Expression(Kind.PRICE, places, digits=digits)


def rate(*places: Place, digits: int | None = None) -> Expression:
    """An exchange rate or conversion factor, exact."""
    return Expression(Kind.RATE, places, digits=digits)


def percent(*places: Place, digits: int | None = None) -> Expression:
    """A percentage: 19 means 19 %."""
    return Expression(Kind.PERCENT, places, digits=digits)


def integer(*places: Place) -> Expression:
    """A whole number."""
    return Expression(Kind.INTEGER, places)


def boolean(*places: Place, true: str | tuple[str, ...] = ()) -> Expression:
    """True or false: JSON booleans, or text of which ``true`` names the values that mean true."""
    return Expression(Kind.BOOLEAN, places, truths=(true,) if isinstance(true, str) else true)


def day(*places: Place, zone: str | None = None) -> Expression:
    """A business date. With ``zone`` the source holds an instant, and the date is the one of that zone."""
    return Expression(Kind.DATE, places, zone=zone)


def instant(*places: Place, zone: str | None = None) -> Expression:
    """A point in time. Without an offset on the wire, ``zone`` says what it is in; else the value is refused."""
    return Expression(Kind.INSTANT, places, zone=zone)


def code(place: Place, table: Mapping[str, str] | None = None, *others: Place, own: Place | None = None) -> Expression:
    """A code, normalised by ``table`` or by the column's standard list; the source's own value is kept beside it.

    ``own`` is where people read that value, if the code stands elsewhere: in the record of a unit, not in the line.
    """
    return Expression(Kind.CODE, (place, *others), table=table, own=own)


def document(*places: Place) -> Expression:
    """A JSON object, as it is."""
    return Expression(Kind.JSON, places)


def constant(value: str) -> Expression:
    """The same value for every row: what the source means without saying it."""
    return Expression(None, constant=value)


def derived(function: Callable[..., Any], says: str, *reads: Place) -> Derived:
    """A value computed from the row's raw record; use it where a path stands: ``code(derived(...), STATUS)``.

    Another derived value among ``reads`` stands for all that it reads.
    """
    return Derived(function, says, _paths(reads))


def derived_from(*reads: Place) -> Callable[[Callable[..., Any]], Derived]:
    """Makes a function of a raw record a derived value, described by the first paragraph of its docstring:

    ``@derived_from("Status", "lines.Received")`` above ``def status(order)``, then ``status=code(status, STATUSES)``.
    ``@derived_from("quantity", "^StatusCode")`` stands above ``def line_status(line, order)``.
    Another derived value among ``reads`` stands for all that it reads.
    """

    def derive(function: Callable[..., Any]) -> Derived:
        said = (inspect.getdoc(function) or "").partition("\n\n")[0]
        if not said:
            raise TypeError(f"{function.__qualname__} has no docstring to tell people where its value comes from")
        return Derived(function, " ".join(said.split()).removesuffix("."), _paths(reads))

    return derive


def within(at: str | tuple[str, ...], *reads: Place) -> tuple[str, ...]:
    """What is read of rows, by the path or paths where they may stand: ``within("lines", "Received", "Billed")``.

    A derived value of such a row stands for all that it reads; what it reads of the row's parent (``^Status``) is the
    record's own.
    """
    places = (at,) if isinstance(at, str) else at
    return _paths([_below(place, path) for place in places for path in _paths(reads)])


def _below(place: str, path: str) -> str:
    return path.removeprefix("^").removeprefix(".") if path.startswith("^") else f"{place}.{path}"


def _paths(reads: Sequence[Place]) -> tuple[str, ...]:
    found = (path for place in reads for path in ((place,) if isinstance(place, str) else place.reads))
    return tuple(dict.fromkeys(found))


def remembered(function: Callable[[Record], T]) -> Callable[[Record], T]:
    """The function, with its value for the latest record kept: what several derived values of a record build on.

    They are computed one after the other, record by record. What it gives must not be changed.
    """
    latest: tuple[object, Any] = (None, None)

    @wraps(function)
    def remember(record: Record) -> T:
        nonlocal latest
        known, value = latest
        if known is not record:
            value = function(record)
            latest = record, value
        return value  # type: ignore[no-any-return]  # that of `function`

    return remember


def joined(*paths: str, separator: str = " ") -> Derived:
    """The texts of several fields, the empty ones left out."""

    def join(record: Record) -> str | None:
        values = [look_up(record, path) for path in paths]
        return separator.join([str(value) for value in values if value not in (None, "", False)]) or None

    return Derived(join, " + ".join(paths), paths)


def joint_key(*paths: str) -> Derived:
    """The key that several fields are together; none where one is empty, since half a key may be another row's."""

    def join(record: Record) -> str | None:
        values = [look_up(record, path) for path in paths]
        return None if None in values or "" in values else "/".join(map(str, values))

    return Derived(join, " + ".join(paths), paths)


def unless_same(path: str, other: str) -> Derived:
    """The value at a path, where another field does not hold the same: the payee, if that is not the vendor."""

    def differing(record: Record) -> Any:
        value = look_up(record, path)
        return value if value != look_up(record, other) else None

    return Derived(differing, f"{path}, where it differs from {other}", (path, other))


def magnitude(path: str) -> Derived:
    """The absolute value, for sources that sign purchase amounts as credits."""

    def absolute(record: Record) -> Any:
        value = look_up(record, path)
        if isinstance(value, str) and value:
            return value.lstrip("-")
        return abs(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value

    return Derived(absolute, f"absolute value of {path}", (path,))


def first(record: Record, *paths: str) -> Any:
    """The first value at these paths that is not empty: null or an empty text."""
    for path in paths:
        found = look_up(record, path)
        if found is not None and found != "":
            return found
    return None


def look_up(record: Any, path: str) -> Any:
    """The value at a dotted path, or None where a step is missing or not an object."""
    if "." not in path:
        return record.get(path) if isinstance(record, dict) else None
    for step in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(step)
    return record
