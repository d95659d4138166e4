"""What every contender is told, and the parts that are nobody's point: the bytes of the pages, columns, a MERGE.

Every table is loaded with all the fields that the source gives, but for the lists that are tables of their own.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NEXT = re.compile(rb'"(?:@odata\.nextLink|__next)":"([^"]+)"')
SQL_TYPES = {
    "text": "text",
    "number": "numeric",
    "digits": "numeric",
    "boolean": "boolean",
    "date": "date",
    "instant": "timestamptz",
}
"""Kinds of fields; ``digits`` are numbers that the source writes as text."""


@dataclass(frozen=True)
class Table:
    """A list of the source as a table. ``fields`` maps its fields to kinds; ``parent`` is the table it lies in."""

    name: str
    path: list[str]
    key: list[str]
    parent: str | None
    fields: dict[str, str]


@dataclass(frozen=True)
class Job:
    """Where from, where to."""

    source: str
    first_page: str
    next_link: list[str]
    tables: list[Table]
    host: str
    port: int
    database: str
    folder: str

    @property
    def address(self) -> str:
        """The database, as libpq takes it."""
        return f"host={self.host} port={self.port} user=postgres dbname={self.database}"

    def children(self, parent: Table | None) -> list[Table]:
        """The tables that lie in a table."""
        return [table for table in self.tables if table.parent == (parent.name if parent else None)]

    def nesting(self, table: Table) -> list[Table]:
        """The tables from the outermost down to this one."""
        above = [other for other in self.tables if other.name == table.parent]
        return [*self.nesting(above[0]), table] if above else [table]


def read_job() -> Job:
    """The job in the file that the command line names."""
    told = json.loads(Path(sys.argv[1]).read_bytes())
    return Job(**{**told, "tables": [Table(**table) for table in told["tables"]]})


def pages(job: Job) -> Iterator[bytes]:
    """The bytes of all pages; the link to the next one stands near the beginning or the end."""
    import httpx

    with httpx.Client(base_url=job.source, timeout=120) as client:
        link: str | None = job.first_page
        while link:
            body = client.get(link).content
            yield body
            found = NEXT.search(body, max(0, len(body) - 1000))
            link = found[1].decode() if found else None


def look_up(record: Any, path: list[str]) -> Any:
    """What lies at a path."""
    for step in path:
        record = record[step]
    return record


def column(field: str) -> str:
    """A field's name as a column: ``lastModifiedDateTime`` is ``last_modified_date_time``."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", field).strip("_")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()


def create(table: Table) -> str:
    """The statement that makes the table, with its key."""
    columns = ", ".join(f"{column(field)} {SQL_TYPES[kind]}" for field, kind in table.fields.items())
    return f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({', '.join(map(column, table.key))}))"


def merge(table: Table, staged: str) -> str:
    """The statement that merges a staged copy into the table by its key."""
    columns = [column(field) for field in table.fields]
    key = [column(field) for field in table.key]
    same = " AND ".join(f"held.{name} = staged.{name}" for name in key)
    news = ", ".join(f"{name} = staged.{name}" for name in columns if name not in key)
    return (
        f"MERGE INTO {table.name} AS held USING {staged} AS staged ON {same} "
        f"WHEN MATCHED THEN UPDATE SET {news} "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(columns)}) "
        f"VALUES ({', '.join(f'staged.{name}' for name in columns)})"
    )
