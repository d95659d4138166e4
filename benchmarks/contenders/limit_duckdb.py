"""The hand-written limit with every field: DuckDB reads the downloaded pages, PostgreSQL copies and merges.

Nothing is canonicalised, validated, hashed or reconciled; a value of the wrong type ends the run. DuckDB finds the
types itself: given them, it takes twice as long.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg

from benchmarks.contenders.job import Job, Table, create, merge, pages, read_job


def main(job: Job) -> None:
    folder, largest = Path(job.folder), 0
    for number, page in enumerate(pages(job)):
        largest = max(largest, (folder / f"{number:06}.json").write_bytes(page))
    reader = duckdb.connect()
    reader.execute("SET TimeZone = 'UTC'")
    reader.execute(
        f"CREATE TABLE page AS SELECT {'.'.join(_quoted(job.tables[0].path))} AS rows "
        f"FROM read_json('{folder}/*.json', maximum_object_size = {largest + 1})"
    )
    with psycopg.connect(job.address) as warehouse:
        for table in job.tables:
            _load(job, table, reader, warehouse)


def _load(job: Job, table: Table, reader: duckdb.DuckDBPyConnection, warehouse: psycopg.Connection) -> None:
    file = Path(job.folder) / f"{table.name}.csv"
    source, rows = "page", "rows"
    if table.parent:
        source, rows = f"{table.parent}_row", ".".join(["row", *_quoted(table.path)])
    reader.execute(f"CREATE TABLE {table.name}_row AS SELECT unnest({rows}) AS row FROM {source}")
    fields = ", ".join(f'row."{field}"' for field in table.fields)
    reader.execute(f"COPY (SELECT {fields} FROM {table.name}_row) TO '{file}' (FORMAT csv, HEADER false)")
    warehouse.execute(create(table).encode())
    warehouse.execute(f"CREATE TEMPORARY TABLE staged (LIKE {table.name}) ON COMMIT DROP".encode())
    with warehouse.cursor().copy(b"COPY staged FROM STDIN (FORMAT csv)") as copy, file.open("rb") as content:
        while part := content.read(1 << 20):
            copy.write(part)
    warehouse.execute(merge(table, "staged").encode())
    warehouse.commit()


def _quoted(path: list[str]) -> list[str]:
    return [f'"{step}"' for step in path]


if __name__ == "__main__":
    main(read_job())
