"""The hand-written limit with chosen fields: pyarrow parses each page with a schema, PostgreSQL copies and merges once.

Nothing is canonicalised, validated, hashed or reconciled; a value of the wrong type ends the run. Of orders and lines
it loads the fields chosen here, of what is below the lines nothing.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import psycopg
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from benchmarks.contenders.arrow_pages import field_at, parsed, records, schema_of
from benchmarks.contenders.job import Job, Table, create, merge, pages, read_job

ORDER_FIELDS, LINE_FIELDS = 16, 21


def main(job: Job) -> None:
    orders, lines = _chosen(job.tables[0], ORDER_FIELDS), _chosen(job.tables[1], LINE_FIELDS)
    schema = schema_of(replace(job, tables=[orders, lines]))
    with psycopg.connect(job.address) as warehouse:
        for table in (orders, lines):
            warehouse.execute(create(table).encode())
            warehouse.execute(f"CREATE TEMPORARY TABLE {table.name}_staged (LIKE {table.name})".encode())
        for page in pages(job):
            rows = parsed(page, schema, orders.path)
            _copy(warehouse, orders, rows)
            _copy(warehouse, lines, pa.compute.list_flatten(field_at(rows, lines.path)))
        for table in (orders, lines):
            warehouse.execute(merge(table, f"{table.name}_staged").encode())


def _chosen(table: Table, count: int) -> Table:
    """The key and the numbers, then other fields in the source's order."""
    numbers = [field for field, kind in table.fields.items() if kind in ("number", "digits")]
    plain = [field for field in table.fields if field[0].isalpha()]
    fields = list(dict.fromkeys([*table.key, *numbers, *plain]))[:count]
    return replace(table, fields={field: table.fields[field] for field in fields})


def _copy(warehouse: psycopg.Connection, table: Table, rows: pa.StructArray) -> None:
    content = BytesIO()
    pyarrow.csv.write_csv(records(table, rows), content, pyarrow.csv.WriteOptions(include_header=False))
    with warehouse.cursor().copy(f"COPY {table.name}_staged FROM STDIN (FORMAT csv)".encode()) as copy:
        copy.write(content.getbuffer())


if __name__ == "__main__":
    main(read_job())
