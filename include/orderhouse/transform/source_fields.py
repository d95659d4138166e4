"""Which fields raw orders have: every path with its JSON types, however the mapping treats it.

A path is dotted; the elements of a list share the path of the list. Three kinds of names are no fields: those that
begin with a digit are data, such as the keys of Odoo's ``analytic_distribution``, as are those that make a path longer
than any field's; those with a dot in them are annotations of the protocol, such as ``@odata.etag``. Paths and samples
are texts that PostgreSQL holds, whatever the source says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any, Self

from include.orderhouse import wire

JSON_TYPES: dict[type, str] = {
    str: "string",
    int: "number",
    Decimal: "number",
    bool: "boolean",
    dict: "object",
    list: "array",
}
MOST_FIELDS = 5000
"""A source whose objects have data for names must not fill the memory."""
LONGEST_PATH = 500
"""In characters: PostgreSQL's indexes hold no keys of many thousand bytes."""
SAMPLE_LENGTH = 60
SECRET = re.compile("token|secret|passw|api_?key|credential", re.IGNORECASE)


@dataclass
class FieldTally:
    """What was read of one field: how many objects had it, its types but that of null, and a sample."""

    present: int = 0
    json_types: set[str] = field(default_factory=set)
    sample: str | None = None


@dataclass
class SourceFields:
    """The fields of all raw orders of one sync. ``empty`` are the wire values that mean "nothing"."""

    empty: tuple[Any, ...] = ()
    fields: dict[str, FieldTally] = field(default_factory=dict)
    objects: Counter[str] = field(default_factory=Counter)
    """How many objects were read, by the path of the field that holds them; the orders have none."""

    def add(self, objects: Sequence[Mapping[str, Any]], path: str = "") -> None:
        """Look at objects that share a path, and at all inside them; one pass per field, not per value."""
        self.objects[path] += len(objects)
        for name in set(chain.from_iterable(objects)):
            own = f"{path}.{wire.storable(name)}" if path else wire.storable(name)
            if "." not in name and not name[:1].isdigit() and len(own) <= LONGEST_PATH:
                self._add_field(own, [each[name] for each in objects if name in each])

    def merge(self, other: SourceFields) -> None:
        """Add what was seen elsewhere of the same sync."""
        for path, tally in other.fields.items():
            own = self._tally(path)
            if own is None:
                continue
            own.present += tally.present
            own.json_types |= tally.json_types
            own.sample = own.sample or tally.sample
        for path, number in other.objects.items():
            if not path or path in self.fields:
                self.objects[path] += number

    def as_json(self) -> dict[str, Any]:
        """What `of_json` makes it of again, but for the wire values that mean "nothing"."""
        fields = {path: [tally.present, sorted(tally.json_types), tally.sample] for path, tally in self.fields.items()}
        return {"fields": fields, "objects": self.objects}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        """The fields that were seen."""
        tallies = {
            path: FieldTally(present, set(json_types), sample)
            for path, (present, json_types, sample) in told["fields"].items()
        }
        return cls(fields=tallies, objects=Counter(told["objects"]))

    def objects_around(self, path: str) -> int:
        """How many objects were read that could have had the field."""
        return self.objects.get(path.rpartition(".")[0], 0)

    def _tally(self, path: str) -> FieldTally | None:
        """What was read of a field so far; None for a new one where there are too many."""
        known = self.fields.get(path)
        if known is None and len(self.fields) < MOST_FIELDS:
            known = self.fields[path] = FieldTally()
        return known

    def _add_field(self, path: str, values: list[Any]) -> None:
        tally = self._tally(path)
        if tally is None:
            return
        tally.present += len(values)
        found = set(map(type, values))
        tally.json_types |= {name for kind, name in JSON_TYPES.items() if kind in found and self._tells(kind, values)}
        if tally.sample is None and not SECRET.search(path):
            tally.sample = self._sample(values)
        if dict in found:
            self.add([value for value in values if type(value) is dict], path)
        if list in found:
            elements = chain.from_iterable(value for value in values if type(value) is list)
            self.add([element for element in elements if type(element) is dict], path)

    def _tells(self, kind: type, values: Iterable[Any]) -> bool:
        """Whether a value of the type is there that does not mean "nothing"."""
        if kind is bool and any(value is False for value in self.empty):
            return any(value is True for value in values)
        if kind is str:
            return any(value and value not in self.empty for value in values if type(value) is str)
        return True

    def _sample(self, values: Iterable[Any]) -> str | None:
        plain = (value for value in values if isinstance(value, str | int | Decimal) and value is not False)
        told = (str(value)[:SAMPLE_LENGTH] for value in plain if value not in ("", *self.empty))
        return next(map(wire.storable, told), None)
