"""Pages as Arrow: parsed by pyarrow with a schema made from the tables' fields."""

from __future__ import annotations

from io import BytesIO

import pyarrow as pa
import pyarrow.compute
import pyarrow.json

from benchmarks.contenders.job import Job, Table

TYPES = {
    "text": pa.string(),
    "number": pa.float64(),
    "digits": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.timestamp("s"),
    "instant": pa.timestamp("ms", tz="UTC"),
}


def schema_of(job: Job) -> pa.Schema:
    """The schema of a page."""
    (root,) = job.children(None)
    return pa.schema([_nested(root.path, _rows(job, root))])


def parsed(page: bytes, schema: pa.Schema, path: list[str]) -> pa.StructArray:
    """The orders of a page."""
    options = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    reading = pyarrow.json.ReadOptions(block_size=len(page) + 1)
    found = pyarrow.json.read_json(BytesIO(page), reading, options).column(path[0]).chunk(0)
    return pa.compute.list_flatten(field_at(found, path[1:]))


def records(table: Table, rows: pa.StructArray) -> pa.RecordBatch:
    """The table's fields of these rows; dates, which pyarrow reads as midnights, as dates."""
    columns = [
        field_at(rows, [field]).cast(pa.date32()) if kind == "date" else field_at(rows, [field])
        for field, kind in table.fields.items()
    ]
    return pa.RecordBatch.from_arrays(columns, list(table.fields))


def field_at(rows: pa.Array, path: list[str]) -> pa.Array:
    """What lies at a path of every row."""
    for step in path:
        rows = pa.compute.struct_field(rows, step)
    return rows


def _rows(job: Job, table: Table) -> pa.DataType:
    fields = [pa.field(field, TYPES[kind]) for field, kind in table.fields.items()]
    return pa.list_(pa.struct([*fields, *(_nested(child.path, _rows(job, child)) for child in job.children(table))]))


def _nested(path: list[str], kind: pa.DataType) -> pa.Field:
    first, *below = path
    for step in reversed(below):
        kind = pa.struct([pa.field(step, kind)])
    return pa.field(first, kind)
