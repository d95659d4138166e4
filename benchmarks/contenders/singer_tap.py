"""A Singer tap written with the Meltano SDK: pages are a stream that nobody selects, every table is its child."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from singer_sdk import Stream, Tap
from singer_sdk import typing as th

from benchmarks.contenders.job import Job, Table, column, look_up, pages, read_job

TYPES: dict[str, type[th.JSONTypeHelper[Any]]] = {
    "text": th.StringType,
    "number": th.NumberType,
    "digits": th.StringType,
    "boolean": th.BooleanType,
    "date": th.DateType,
    "instant": th.DateTimeType,
}
JOB: Job = read_job()


class Pages(Stream):
    """The pages, each handed to the tables as their context."""

    name = "page"
    schema = th.PropertiesList(th.Property("number", th.IntegerType)).to_dict()
    selected_by_default = False
    state_partitioning_keys = ()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """A record for each page."""
        for number, page in enumerate(pages(JOB)):
            yield {"number": number, "orders": look_up(json.loads(page), JOB.tables[0].path)}

    def get_child_context(self, record: dict[str, Any], context: Mapping[str, Any] | None) -> dict[str, Any]:
        """The orders of the page."""
        return {"orders": record["orders"]}


class Rows(Stream):
    """One table."""

    parent_stream_type = Pages
    state_partitioning_keys = ()

    def __init__(self, tap: Tap, table: Table) -> None:
        self._nesting = JOB.nesting(table)[1:]
        self._columns = {field: column(field) for field in table.fields}
        schema = th.PropertiesList(*(th.Property(column(field), TYPES[kind]) for field, kind in table.fields.items()))
        super().__init__(tap, name=table.name, schema=schema.to_dict())
        self.primary_keys = [column(field) for field in table.key]

    def get_records(self, context: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
        """The rows in the context's orders."""
        rows = (context or {})["orders"]
        for step in self._nesting:
            rows = [row for above in rows for row in look_up(above, step.path)]
        for row in rows:
            yield {name: row[field] for field, name in self._columns.items()}


class BenchmarkTap(Tap):
    """The tap."""

    name = "tap-benchmark"
    config_jsonschema = th.PropertiesList().to_dict()

    def discover_streams(self) -> list[Stream]:
        """Pages and tables."""
        return [Pages(self), *(Rows(self, table) for table in JOB.tables)]


if __name__ == "__main__":
    del sys.argv[1:]
    BenchmarkTap.cli()
