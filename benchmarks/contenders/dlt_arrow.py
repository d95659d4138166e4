"""dlt with a resource written by hand: pyarrow parses each page with a schema, every table is a resource of its own.

As it comes, with a primary key and ``merge``; or tuned (``tuned`` as second argument) as `dlt_rest_api` is, by upsert.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import dlt
import pyarrow as pa

from benchmarks.contenders.arrow_pages import field_at, parsed, records, schema_of
from benchmarks.contenders.dlt_rest_api import TUNED, pipeline
from benchmarks.contenders.job import Job, Table, column, pages, read_job

UPSERT: Any = {"disposition": "merge", "strategy": "upsert"}


def main(job: Job, is_tuned: bool) -> None:
    if is_tuned:
        os.environ |= TUNED

    @dlt.resource(name="pages", selected=False)
    def read_pages() -> Iterator[Any]:
        schema = schema_of(job)
        for page in pages(job):
            yield parsed(page, schema, job.tables[0].path)

    resources = [
        dlt.transformer(
            _rows_of(job.nesting(table)[1:], table),
            data_from=read_pages,
            name=table.name,
            primary_key=[column(field) for field in table.key],
            write_disposition=UPSERT if is_tuned else "merge",
        )
        for table in job.tables
    ]
    pipeline(job).run(resources, loader_file_format="csv" if is_tuned else None)


def _rows_of(nesting: list[Table], table: Table) -> Callable[[pa.StructArray], Iterator[pa.Table]]:
    def rows_of(orders: pa.StructArray) -> Iterator[pa.Table]:
        rows = orders
        for step in nesting:
            rows = pa.compute.list_flatten(field_at(rows, step.path))
        yield pa.Table.from_batches([records(table, rows)]).rename_columns([column(field) for field in table.fields])

    return rows_of


if __name__ == "__main__":
    main(read_job(), "tuned" in sys.argv[2:])
