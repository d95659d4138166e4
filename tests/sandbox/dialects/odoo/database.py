"""The models of one Odoo database: search, read, count and describe them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS, LINE_CUSTOM_FIELDS
from tests.sandbox.dialect import World
from tests.sandbox.dialects.odoo.domain import compile_domain
from tests.sandbox.dialects.odoo.errors import OdooError, invalid_field
from tests.sandbox.dialects.odoo.fields import LINE, ORDER, Field, model_fields, models
from tests.sandbox.dialects.odoo.masters import INSTALLED_AT, Masters
from tests.sandbox.dialects.odoo.orders import Orders
from tests.sandbox.dialects.odoo.values import LISTS, Record, Ref, written
from tests.sandbox.rows import RowCache

DENIED = ("ir.model", "ir.model.fields", "decimal.precision")
"""Models that a user with only Purchase rights may not read."""
SUPPLIERS = "product.supplierinfo"
FOREIGN_COMPANIES = (901, 902)
"""Companies that no user of these tests belongs to; the record rule "company rule erp manager" shows them."""
FOREIGN: Record = {"name": "Elsewhere Ltd", "display_name": "Elsewhere Ltd"}
DEFAULT_ORDERS = {ORDER: "priority desc, id desc", LINE: "order_id, sequence, id"}


class Database:
    """The records of all models, read from the company as they are asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        version = int(world.options.get("version", "18"))
        self._fields = {model: model_fields(model, version, self._custom(model)) for model in models()}
        self._masters = Masters(world.company, version, world.options.get("locking", "").split())
        if world.options.get("user") == "administrator":
            self._masters.models["res.company"] |= {n: dict(FOREIGN, id=n) for n in FOREIGN_COMPANIES}
        orders = Orders(world.company, self._masters, version, world.clock.now())
        self._cache = RowCache(world.company, orders.render)

    def fields(self, model: str) -> dict[str, Field]:
        """The model's fields; AccessError for what the user may not read, UserError for what is no model."""
        if model in DENIED:
            said = f"You are not allowed to access '{model}' ({model}) records."
            raise OdooError("odoo.exceptions.AccessError", said)
        if model not in self._fields:
            raise OdooError("odoo.exceptions.UserError", f"Object {model} doesn't exist")
        new = self._world.faults.active("new_field")
        extra = {new.field: Field(new.field, "char")} if new and model in (ORDER, LINE) else {}
        gone = self._world.faults.active("vanished_field")
        return {name: field for name, field in (self._fields[model] | extra).items() if not gone or name != gone.field}

    def fields_get(self, model: str, allfields: list[str] | None, attributes: list[str] | None) -> dict[str, Any]:
        found = self.fields(model)
        wanted = [name for name in allfields if name in found] if allfields else list(found)
        return {name: _described(found[name], attributes) for name in wanted}

    def search(self, model: str, domain: Any, context: dict[str, Any]) -> list[Record]:
        """The records that a domain finds, in no order; the companies of the context limit orders and lines."""
        self.fields(model)
        records = self._records(model)
        companies = self._companies(context)
        if model in (ORDER, LINE):
            records = [record for record in records if record["company_id"].id in companies]
        if "active" in self._fields[model] and context.get("active_test", True) and "active" not in str(domain):
            records = [record for record in records if record.get("active")]
        if self._world.faults.active("ignore_filter") and model in (ORDER, LINE):
            return list(records)
        matches = compile_domain(domain, lambda path: self._reader(model, path))
        return [record for record in records if matches(record)]

    def sorted(self, model: str, records: list[Record], order: str | None) -> list[Record]:
        """By each key, the last one first, so that earlier ones prevail; unset values come last, as in PostgreSQL."""
        for part in reversed((order or DEFAULT_ORDERS.get(model, "id")).split(",")):
            found = re.fullmatch(r"\s*(\w+)(?:\s+(asc|desc))?\s*", part, re.IGNORECASE)
            if found is None or found[1] not in self.fields(model):
                raise invalid_field(model, found[1] if found else part.strip())
            is_descending = (found[2] or "asc").lower() == "desc"
            records = sorted(records, key=_sort_key(found[1], is_descending), reverse=is_descending)
        return records

    def read(
        self, model: str, records: Iterable[Record], names: list[str] | None, bare_ids: bool
    ) -> list[dict[str, Any]]:
        """The records on the wire, with the named fields (all, if none are named) and their ids."""
        fields = self.fields(model)
        for name in names or ():
            if name not in fields:
                raise invalid_field(model, name)
        chosen = [fields[name] for name in names or fields if name != "id"]
        new, retyped = self._world.faults.active("new_field"), self._world.faults.active("retyped_field")
        replaced = {fault.field: fault.value for fault in (new, retyped) if fault and model in (ORDER, LINE)}
        return [
            {"id": record["id"]}
            | {
                field.name: replaced[field.name]
                if field.name in replaced
                else written(record.get(field.name), field.type, bare_ids)
                for field in chosen
            }
            for record in records
        ]

    def _custom(self, model: str) -> dict[str, type]:
        orders = self._world.company.orders.values()
        if not any(order.custom for order in orders):
            return {}
        return {ORDER: HEADER_CUSTOM_FIELDS, LINE: LINE_CUSTOM_FIELDS}.get(model, {})

    def _companies(self, context: dict[str, Any]) -> set[int]:
        own = {entity.id for entity in self._world.company.entities.values()}
        allowed = context.get("allowed_company_ids") or own
        if not set(allowed) <= own:
            raise OdooError("odoo.exceptions.AccessError", "Access to unauthorized or invalid companies.")
        return set(allowed)

    def _records(self, model: str) -> Iterable[Record]:
        if model == ORDER:
            return [header for header, _ in self._cache.rows()]
        if model == LINE:
            return [line for _, lines in self._cache.rows() for line in lines]
        return self._suppliers() if model == SUPPLIERS else self._masters.models[model].values()

    def _suppliers(self) -> list[Record]:
        """The vendors' price lists: an entry for each vendor and item that some line knows the vendor's code of."""
        company = self._world.company
        codes = {
            (order.vendor, line.item): line.vendor_item_code
            for order, line in company.lines()
            if line.vendor_item_code and line.item
        }
        return [
            {
                "id": number, "product_tmpl_id": self._masters.product(item), "product_code": code,
                "partner_id": self._masters.vendor(vendor), "write_date": INSTALLED_AT, "display_name": vendor,
            }
            for number, ((vendor, item), code) in enumerate(codes.items(), 1)
        ]  # fmt: skip

    def _reader(self, model: str, path: str) -> Callable[[Record], Any]:
        """Reads a field, or one of the record that a many2one points to."""
        name, _, rest = path.partition(".")
        field = self.fields(model).get(name)
        if field is None:
            said = f"Invalid field {model}.{name} in leaf ('{name}', '=', 1)"
            raise OdooError("builtins.ValueError", said)
        if not rest:
            return _value(field)
        follow = self._reader(field.relation, rest)
        target = self._by_id(field.relation)

        def read(record: Record) -> Any:
            ref = record.get(name)
            found = target(ref.id) if isinstance(ref, Ref) else None
            return None if found is None else follow(found)

        return read

    def _by_id(self, model: str) -> Callable[[int], Record | None]:
        if model == ORDER:
            return lambda number: row[0] if (row := self._cache.row(number)) else None
        records = {record["id"]: record for record in self._records(model)}
        return records.get


def _described(field: Field, attributes: list[str] | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "type": field.type, "string": field.name.replace("_", " ").title(), "store": field.store,
        "required": field.required, "manual": field.manual, "name": field.name, "readonly": False,
    }  # fmt: skip
    if field.relation:
        facts["relation"] = field.relation
    return {name: facts[name] for name in attributes if name in facts} if attributes else facts


def _value(field: Field) -> Callable[[Record], Any]:
    """The column's value; unset lists are empty, unset numbers zero, as the wire shows them."""
    if field.type in LISTS:
        return lambda record: record.get(field.name) or ()
    return itemgetter(field.name) if field.name == "id" else lambda record: record.get(field.name)


def _sort_key(name: str, is_descending: bool) -> Callable[[Record], tuple[bool, Any]]:
    def key(record: Record) -> tuple[bool, Any]:
        value = record.get(name)
        if isinstance(value, Ref):
            value = value.id
        is_unset = value is None
        return (is_unset is not is_descending, 0 if is_unset and not isinstance(value, datetime) else value)

    return key
