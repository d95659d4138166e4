"""What Orderhouse is measured beside: scripts in environments of their own, told what to load in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.contenders.job import column
from benchmarks.database import Database, Loaded
from benchmarks.environments import Environment
from benchmarks.measure import Usage, measured
from benchmarks.shapes.shape import Row, Shape
from benchmarks.source import Source

SAMPLE = 50
DIGITS, DATE, INSTANT = (
    re.compile(pattern) for pattern in (r"-?\d+\.\d+", r"\d{4}-\d\d-\d\d", r"\d{4}-\d\d-\d\dT[\d:.]+Z")
)


@dataclass(frozen=True)
class Contender:
    """Another way to load the same pages. ``packages`` are those whose versions are told."""

    name: str
    title: str
    script: str
    environment: Environment
    packages: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    names_nested_tables: bool = False
    """Whether it names the lines' table after the way to it, as dlt does."""

    def run(self, source: Source, database: Database, folder: Path) -> Usage:
        """Load everything once."""
        file = folder / "job.json"
        file.write_bytes(msgspec.json.encode(_job(source, database, folder)))
        command = [str(self.environment.python), "-m", f"benchmarks.contenders.{self.script}", str(file)]
        return measured([*command, *self.arguments], folder / "contender.log", {"PYTHONPATH": "."})

    def loaded(self, shape: Shape) -> Loaded:
        """Where it leaves orders and lines."""
        orders, lines, *_ = shape.tables
        nested = "__".join([orders.name, *map(column, lines.path)])
        line_table = nested if self.names_nested_tables else lines.name
        return Loaded("public", orders.name, line_table, column(shape.quantity), column(shape.amount))


def contenders(home: Path) -> tuple[Contender, ...]:
    """All of them; their environments lie in ``home``."""
    dlt, singer, handwritten = (Environment(home, name) for name in ("dlt", "singer", "handwritten"))
    return (
        Contender(
            "limit-arrow",
            "hand-written limit, 37 fields: pyarrow with a schema, COPY, MERGE",
            "limit_arrow",
            handwritten,
            ("pyarrow",),
        ),
        Contender(
            "limit-duckdb",
            "hand-written limit, every field: DuckDB read_json, COPY, MERGE",
            "limit_duckdb",
            handwritten,
            ("duckdb",),
        ),
        Contender(
            "dlt-arrow-tuned",
            "dlt, Arrow resource written by hand, tuned",
            "dlt_arrow",
            dlt,
            ("dlt", "pyarrow"),
            ("tuned",),
        ),
        Contender("dlt-arrow", "dlt, Arrow resource written by hand", "dlt_arrow", dlt, ("dlt", "pyarrow")),
        Contender("pandas", "pandas json_normalize and to_sql", "pandas_to_sql", handwritten, ("pandas",)),
        Contender("dlt-tuned", "dlt rest_api, tuned", "dlt_rest_api", dlt, ("dlt",), ("tuned",), True),
        Contender(
            "singer",
            "Singer tap and target-postgres",
            "singer",
            singer,
            ("singer-sdk", "meltanolabs-target-postgres"),
        ),
        Contender("dlt", "dlt rest_api, default", "dlt_rest_api", dlt, ("dlt",), (), True),
    )


LIMIT = "limit-duckdb"
"""The hand-written limit that ratios refer to: the one with every field."""


def _job(source: Source, database: Database, folder: Path) -> dict[str, Any]:
    return {
        "source": source.url,
        "first_page": source.shape.first_page,
        "next_link": source.shape.next_link,
        "tables": [asdict(table) | {"fields": fields} for table, fields in described(source)],
        "host": str(database.server.socket_folder),
        "port": database.server.port,
        "database": database.name,
        "folder": str(folder),
    }


def described(source: Source) -> list[tuple[Any, dict[str, str]]]:
    """The shape's tables with the kinds of their fields, as the first orders tell them."""
    shape, timeline = source.shape, source.timeline
    orders = [shape.write(n, timeline.changed_at(n), False) for n in range(min(SAMPLE, timeline.orders))]
    rows: dict[str, list[Row]] = {}
    found = []
    for table in shape.tables:
        rows[table.name] = orders if table.parent is None else list(_below(rows[table.parent], table.path))
        found.append((table, _kinds(rows[table.name])))
    return found


def _below(rows: Iterable[Row], path: Iterable[str]) -> Iterable[Row]:
    for row in rows:
        found: Any = row
        for step in path:
            found = found[step]
        yield from found


def _kinds(rows: list[Row]) -> dict[str, str]:
    plain = [name for name, value in rows[0].items() if not isinstance(value, dict | list)]
    return {name: _kind([row[name] for row in rows if row[name] is not None]) for name in plain}


def _kind(values: list[Any]) -> str:
    if values and all(isinstance(value, bool) for value in values):
        return "boolean"
    if values and all(isinstance(value, int | Decimal) for value in values):
        return "number"
    patterns: Mapping[str, re.Pattern[str]] = {"digits": DIGITS, "date": DATE, "instant": INSTANT}
    return next((kind for kind, pattern in patterns.items() if values and all(map(pattern.fullmatch, values))), "text")
