"""pandas: json_normalize for each table, to_sql with COPY as pandas' documentation shows, one MERGE for each table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import chain
from typing import Any

import pandas as pd
import sqlalchemy as sa

from benchmarks.contenders.job import Job, Table, column, create, look_up, merge, pages, read_job


def main(job: Job) -> None:
    rows = list(chain.from_iterable(look_up(json.loads(page), job.tables[0].path) for page in pages(job)))
    address = sa.URL.create(
        "postgresql+psycopg", "postgres", database=job.database, query={"host": job.host, "port": str(job.port)}
    )
    engine = sa.create_engine(address)
    with engine.begin() as warehouse:
        for table in job.tables:
            _load(warehouse, table, _frame(rows, job.nesting(table)[1:], table))


def _frame(orders: list[dict[str, Any]], nesting: list[Table], table: Table) -> pd.DataFrame:
    path = [step for each in nesting for step in each.path]
    frame = pd.json_normalize(orders, record_path=path or None)
    return frame[list(table.fields)].rename(columns=column)


def _load(warehouse: sa.Connection, table: Table, frame: pd.DataFrame) -> None:
    warehouse.execute(sa.text(create(table)))
    warehouse.execute(sa.text(f"CREATE TEMPORARY TABLE staged_{table.name} (LIKE {table.name})"))
    frame.to_sql(f"staged_{table.name}", warehouse, if_exists="append", index=False, method=_copy)
    warehouse.execute(sa.text(merge(table, f"staged_{table.name}")))


def _copy(table: Any, warehouse: sa.Connection, columns: Sequence[str], rows: Iterable[Any]) -> None:
    content = StringIO()
    csv.writer(content).writerows(rows)
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN WITH CSV"
    cursor: Any = warehouse.connection.cursor()
    with cursor.copy(statement) as copy:
        copy.write(content.getvalue())


if __name__ == "__main__":
    main(read_job())
