"""A connector's mapping as people read it: a Markdown page with every canonical column and where it comes from."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from itertools import pairwise
from typing import Any

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import CustomField, Override
from include.orderhouse.connector import Connector
from include.orderhouse.mapping import Binding, Derived, Expression, Place, TableMapping
from include.orderhouse.model import CodeList, Kind
from include.orderhouse.transform.table import overridden

_READ_AS = {
    Kind.TEXT: "text",
    Kind.CODE: "code",
    Kind.MONEY: "amount",
    Kind.QUANTITY: "quantity",
    Kind.PRICE: "price",
    Kind.RATE: "rate",
    Kind.PERCENT: "percentage",
    Kind.INTEGER: "whole number",
    Kind.BOOLEAN: "yes or no",
    Kind.DATE: "date",
    Kind.INSTANT: "instant",
    Kind.JSON: "JSON",
}
_INTRODUCTION = """\
How purchase orders of {label} become rows of the warehouse. Paths are those of the raw order; a leading `^` starts at
the parent's record (a line's order, a schedule's line). Of several sources the first that is not empty counts.
Of a code, the source's own value stands beside it in `<column>_source`."""


def mapping_page(connector: Connector, connection: Connection | None = None) -> str:
    """The page of a connector; with ``connection`` as it maps, its overrides and custom fields included."""
    title = f"{connector.label}: connection {connection.name}" if connection else connector.label
    parts = [f"# {title}", _INTRODUCTION.format(label=connector.label)]
    parts += ["## What it follows", connector.documentation.strip(), *_limits(connector)]
    if connection is None:
        parts += _settings(connector.settings)
    for table in connector.mapping.tables:
        parts += _table_section(table, overrides_of(table, connection))
    if connection is not None:
        parts += _custom_fields(connection.options.custom_fields)
    return "\n\n".join(parts) + "\n"


def _limits(connector: Connector) -> Iterator[str]:
    patterns = ", ".join(f"`{pattern}`" for pattern in connector.custom_field_patterns)
    facts = [
        f"- at most {connector.requests_per_minute} requests a minute, {connector.concurrency} at a time; "
        f"{connector.page_size} orders a page{_bound(connector)}",
        f"- custom fields are named {patterns}" if patterns else "",
        "" if connector.finds_open_orders else "- cannot be asked for orders that are still open, however old",
    ]
    yield "Where a connection does not say otherwise:"
    yield "\n".join(filter(None, facts))


def _bound(connector: Connector) -> str:
    return f", which may be {connector.largest_page} at most" if connector.largest_page else ""


def _settings(settings: type[Any]) -> Iterator[str]:
    if not is_dataclass(settings) or not fields(settings):
        return
    yield "## Settings"
    yield "Options under `settings` of a connection in `connections.yaml`."
    explained = _explanations(settings)
    rows = [(f"`{field.name}`", _default(field), explained.get(field.name, "")) for field in fields(settings)]
    yield _markdown_table(("option", "default", "meaning"), rows)


def _default(field: Field[Any]) -> str:
    value = field.default if field.default_factory is MISSING else field.default_factory()
    return "required" if value is MISSING else f"`{json.dumps(value)}`"


def _explanations(settings: type[Any]) -> dict[str, str]:
    """The docstrings that stand below the fields of a dataclass."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(settings))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    found = {}
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            found[field.target.id] = inspect.cleandoc(str(ast.literal_eval(below.value)))
    return found


def overrides_of(table: TableMapping, connection: Connection | None) -> dict[str, Override]:
    """What a connection puts in place of a table's expressions, by column."""
    return connection.options.overrides_of(table.table) if connection else {}


def _table_section(table: TableMapping, overrides: dict[str, Override]) -> Iterator[str]:
    yield f"## `{table.table.name}`"
    if table.at:
        yield f"{table.table.description}: the list {_either(table.at)} of its parent."
    else:
        yield f"{table.table.description}."
    bound = [(binding, overridden(binding, overrides)) for binding in table.bindings]
    rows = [_row(binding, expression) for binding, expression in bound if expression is not None]
    yield _markdown_table(("column", "source", "read as", "codes"), rows)
    for binding, expression in bound:
        if expression is not None and expression.table:
            yield _codes(binding, expression)
    absent = [binding.slot.column.name for binding, expression in bound if expression is None]
    computed = [name for name in absent if name.endswith("_amount_company")]
    for says, names in (
        ("always NULL", [name for name in absent if name not in ("is_deleted", *computed)]),
        ("computed where the amount and its exchange rate are known", computed),
        ("true once it is found to be gone", [name for name in absent if name == "is_deleted"]),
    ):
        if names:
            yield f"**Not in the source**, {says}: {', '.join(f'`{name}`' for name in names)}."


def _row(binding: Binding, expression: Expression) -> tuple[str, str, str, str]:
    column = binding.slot.column
    return (
        f"`{column.name}`",
        source_of(expression),
        reading_of(column.kind, expression),
        _code_list(binding, expression),
    )


def source_of(expression: Expression) -> str:
    """Where an expression finds its value; paths stand in backticks."""
    if expression.constant is not None:
        return f"always `{expression.constant}`"
    found = " or ".join(map(_said, expression.places))
    return found if expression.own is None else f"{found}; the source's own value: {_said(expression.own)}"


def _said(place: Place) -> str:
    return place.says if isinstance(place, Derived) else f"`{place}`"


def reading_of(kind: Kind, expression: Expression) -> str:
    """How the value found is read; wire values stand in backticks."""
    read_as = _READ_AS.get(kind, str(kind))
    if expression.truths:
        read_as += f": yes if {_either(expression.truths)}"
    if expression.digits is not None:
        read_as += f", rounded to the {expression.digits} digits the source declares"
    if expression.zone:
        zone = "the connection's time zone" if expression.zone == "connection" else expression.zone
        read_as += f", in {zone}"
    return read_as


def _code_list(binding: Binding, expression: Expression) -> str:
    codes = binding.slot.column.codes
    if expression.table:
        return "below"
    return str(codes) if isinstance(codes, CodeList) else ""


def _codes(binding: Binding, expression: Expression) -> str:
    pairs = ", ".join(f"`{source}` → {canonical}" for source, canonical in (expression.table or {}).items())
    return f"Codes of `{binding.slot.column.name}`: {pairs}."


def _custom_fields(custom: Sequence[CustomField]) -> Iterator[str]:
    if not custom:
        return
    yield "## Custom fields"
    yield "They land in the column `custom_fields` of their table."
    rows = [
        (f"`{field.key if field.source else field.pattern}`", field.table, *_custom_source(field)) for field in custom
    ]
    yield _markdown_table(("name", "table", "source", "type"), rows)


def _custom_source(field: CustomField) -> tuple[str, str]:
    return (f"`{field.source}`" if field.source else f"all fields like `{field.pattern}`"), field.type


def _either(texts: Sequence[str]) -> str:
    return " or ".join(f"`{text}`" for text in texts)


def _markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("``", "`").split())
