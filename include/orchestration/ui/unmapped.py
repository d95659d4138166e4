"""The fields that a source gives and nothing reads, with the lines that map them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime

import yaml
from pydantic import BaseModel, Field

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.model import LINE
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.warehouse.reading.fields import KnownSourceField

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})")
_CONTAINERS = frozenset({"object", "array"})
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PREFIXES = re.compile(r"^(x_studio_|x_|custom_|custbody_?|custcol_?|YY1_|Usr|U_)")


class UnmappedField(BaseModel):
    """One field of the source that nothing reads."""

    path: str
    json_types: list[str]
    share: float | None = Field(description="Share of the rows in the latest syncs, ten at most, that had it")
    sample: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    vanished_at: datetime | None
    line: str | None = Field(
        description="The line for `custom_fields` in connections.yaml; null: it stands in a list of its own"
    )


def unmapped_fields(
    connection: Connection, mapped: Mapped, known: Mapping[str, KnownSourceField]
) -> list[UnmappedField]:
    """Those that have ever had a value, by path; objects are told by what is in them."""
    lines = next(table.at for table in connection.connector.mapping.tables if table.table is LINE)
    parents = {path.rpartition(".")[0] for path in known}
    return [
        _unmapped(field, _line(field, lines, known))
        for path, field in known.items()
        if field.json_types
        and not mapped.reads(path)
        and not (path in parents and set(field.json_types) <= _CONTAINERS)
    ]


def _unmapped(field: KnownSourceField, line: str | None) -> UnmappedField:
    told = field.model_dump(include={"path", "json_types", "sample", "first_seen_at", "last_seen_at", "vanished_at"})
    return UnmappedField(**told, share=field.share, line=line)


def _line(field: KnownSourceField, lines: tuple[str, ...], known: Mapping[str, KnownSourceField]) -> str | None:
    base = next((at for at in lines if field.path.startswith(f"{at}.")), "")
    own = field.path[len(base) + 1 :] if base else field.path
    steps = field.path.split(".")
    above = {".".join(steps[:depth]) for depth in range(1, len(steps))} - {base}
    if any(path in known and "array" in known[path].json_types for path in above):
        return None
    parts = {"table": "line" if base else "order", "source": own, "name": _name(own), "type": _type(field)}
    return "- {" + ", ".join(f"{key}: {_quoted(value)}" for key, value in parts.items()) + "}"


def _name(path: str) -> str:
    """A name in the canonical style, of the field's own."""
    last = _PREFIXES.sub("", path.rpartition(".")[2])
    return "_".join(_WORDS.findall(last)).lower() or path.rpartition(".")[2]


def _type(field: KnownSourceField) -> str:
    types, sample = set(field.json_types), field.sample or ""
    if types & _CONTAINERS:
        return "json"
    if types == {"number"}:
        return "decimal"
    if types == {"boolean"}:
        return "boolean"
    if _DAY.fullmatch(sample):
        return "date"
    return "instant" if _INSTANT.fullmatch(sample) else "text"


def _quoted(value: str) -> str:
    """A text as YAML has it on one line: in quotes, unless it is read as the same text without them."""
    if _PLAIN.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    quoted: str = yaml.safe_dump(value, default_style='"', width=math.inf)
    return quoted.rstrip()
