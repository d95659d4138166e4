"""The methods of models that may be called from outside, with their Python signatures."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from tests.sandbox.dialects.odoo.database import Database
from tests.sandbox.dialects.odoo.errors import OdooError

Context = dict[str, Any]


def call_method(database: Database, model: str, method: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """What the method returns; Odoo's own exceptions for what cannot be called."""
    if method.startswith("_"):
        said = f"Private methods (such as '{model}.{method}') cannot be called remotely."
        raise OdooError("odoo.exceptions.AccessError", said)
    database.fields(model)
    if method not in METHODS:
        raise OdooError("builtins.AttributeError", f"The method '{model}.{method}' does not exist")
    named = dict(named)
    context = named.pop("context", None) or {}
    try:
        bound = signature(METHODS[method]).bind(database, model, context, *arguments, **named)
    except TypeError as error:
        raise OdooError("builtins.TypeError", f"BaseModel.{method}() {error}") from error
    return METHODS[method](*bound.args, **bound.kwargs)


def _search(
    database: Database,
    model: str,
    context: Context,
    domain: Any,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
) -> list[int]:
    return [record["id"] for record in _found(database, model, context, domain, offset, limit, order)]


def _found(
    database: Database, model: str, context: Context, domain: Any, offset: int, limit: int | None, order: str | None
) -> list[dict[str, Any]]:
    if limit is not None and not isinstance(limit, int):
        said = f'invalid input syntax for type bigint: "{limit}"\n'
        raise OdooError("psycopg2.errors.InvalidTextRepresentation", said)
    records = database.sorted(model, database.search(model, domain, context), order)
    return records[offset : offset + limit if limit else None]


def _search_read(
    database: Database,
    model: str,
    context: Context,
    domain: Any = (),
    fields: list[str] | None = None,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
    load: str | None = "_classic_read",
) -> list[dict[str, Any]]:
    found = _found(database, model, context, list(domain or ()), offset, limit, order)
    return database.read(model, found, fields, load != "_classic_read")


def _read(
    database: Database,
    model: str,
    context: Context,
    ids: list[int],
    fields: list[str] | None = None,
    load: str = "_classic_read",
) -> list[dict[str, Any]]:
    found = database.search(model, [["id", "in", ids]], context | {"active_test": False})
    return database.read(model, found, fields, load != "_classic_read")


def _search_count(database: Database, model: str, context: Context, domain: Any, limit: int | None = None) -> int:
    count = len(database.search(model, domain, context))
    return min(count, limit) if limit else count


def _fields_get(
    database: Database,
    model: str,
    context: Context,
    allfields: list[str] | None = None,
    attributes: list[str] | None = None,
) -> dict[str, Any]:
    return database.fields_get(model, allfields, attributes)


METHODS: dict[str, Callable[..., Any]] = {
    "search": _search,
    "search_read": _search_read,
    "read": _read,
    "search_count": _search_count,
    "fields_get": _fields_get,
}
