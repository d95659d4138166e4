"""Whole Odoo records: the records that others point to, looked up and put in place of their ids.

A many2one field becomes an object, ``{"id": 7, "display_name": "..."}`` at least; where its model is one of `LOOKUPS`,
with the fields named there, as far as the server's `fields_get` lists them. x2many fields of such models become lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from include.orderhouse.lookup import batches
from include.orderhouse.protocols.odoo_rpc import OdooCall

Raw = dict[str, Any]
Fields = Mapping[str, Mapping[str, Any]]
"""A model's fields by name, each with ``type`` and, where it has one, ``relation``."""

LOOKUPS: dict[str, str] = {
    "res.partner": "name ref vat street street2 city zip state_id country_id email phone lang type is_company "
    "commercial_partner_id active write_date",
    "res.country": "code name",
    "res.country.state": "code name",
    "res.currency": "name decimal_places rounding active",
    "res.company": "name currency_id partner_id vat po_lock",
    "res.users": "name login email active",
    "account.payment.term": "name note line_ids early_discount discount_percentage discount_days active",
    "account.payment.term.line": "value value_amount nb_days delay_type",
    "account.incoterms": "code name",
    "account.tax": "name description amount amount_type children_tax_ids price_include active",
    "account.analytic.account": "name code plan_id root_plan_id active",
    "uom.uom": "name category_id factor rounding active",
    "product.product": "default_code barcode name type uom_id categ_id product_tmpl_id unspsc_code_id active",
    "product.unspsc.code": "code name",
    "stock.picking.type": "name code warehouse_id",
    "stock.warehouse": "name code partner_id",
}
BATCH = 1000
X2MANY = ("one2many", "many2many")
NEVER_READ = ("access_token",)
"""The secret of an order's portal link."""
NOISE = ("mail.", "bus.")
"""Models of the message thread: followers, messages and activities are no part of an order."""


def readable(fields: Fields) -> Raw:
    """The fields to ask for: all that are stored, without files, the message thread and secrets."""
    return {
        name: {key: facts[key] for key in ("type", "relation", "manual") if facts.get(key)}
        for name, facts in fields.items()
        if facts.get("store")
        and facts.get("type") != "binary"
        and name not in NEVER_READ
        and not str(facts.get("relation") or "").startswith(NOISE)
    }


def lookup_fields(call: OdooCall, fields: Iterable[Fields]) -> dict[str, Raw]:
    """The fields of every look-up model that these fields lead to, at first or second hand."""
    found: dict[str, Raw] = {}
    waiting = [model for entry in fields for model in _related(entry)] + ["account.analytic.account"]
    while waiting:
        model = waiting.pop()
        if model in LOOKUPS and model not in found:
            told = call.fields(model, LOOKUPS[model].split())
            found[model] = {
                name: {k: v for k, v in facts.items() if k in ("type", "relation")} for name, facts in told.items()
            }
            waiting.extend(_related(found[model]))
    return found


def _related(fields: Fields) -> list[str]:
    return [str(facts["relation"]) for facts in fields.values() if facts.get("relation")]


class Lookups:
    """The records other records point to, each asked for once; as long-lived as one fetch."""

    def __init__(self, call: OdooCall, fields: Mapping[str, Fields]) -> None:
        self._call = call
        self._fields = {model: entry for model, entry in fields.items() if model in LOOKUPS}
        self._kept: defaultdict[str, dict[int, Raw]] = defaultdict(dict)

    def embed(self, records: list[Raw], fields: Fields) -> list[Raw]:
        """The records with objects in place of the ids of other records."""
        links = self._links(fields)
        for name, (_, model) in links.items():
            self.find(model, {number for record in records for number in _ids(record.get(name))})
        return [{**record, **self._objects(record, links)} for record in records]

    def find(self, model: str, ids: Iterable[int]) -> dict[int, Raw]:
        """The records with these ids, archived ones too; those that are gone or hidden are absent."""
        kept = self._kept[model]
        missing = sorted(set(ids) - kept.keys()) if model in self._fields else []
        for batch in batches(missing, BATCH):
            self._load(model, batch)
        return {number: kept[number] for number in ids if number in kept}

    def _load(self, model: str, ids: list[int]) -> None:
        """Records that point to others of their own model, such as a contact to its company, are linked last."""
        fields, kept = self._fields[model], self._kept[model]
        own = {name: facts for name, facts in fields.items() if facts.get("relation") == model}
        others = {name: facts for name, facts in fields.items() if name not in own}
        found = self._call.records(model, domain=[["id", "in", ids]], fields=list(fields))
        fresh = {record["id"]: record for record in self.embed(found, others)}
        kept.update(fresh)
        links = self._links(own)
        self.find(model, {number for record in fresh.values() for name in links for number in _ids(record.get(name))})
        kept.update({number: {**record, **self._objects(record, links)} for number, record in fresh.items()})

    def _links(self, fields: Fields) -> dict[str, tuple[str, str]]:
        return {
            name: (str(facts["type"]), str(facts.get("relation")))
            for name, facts in fields.items()
            if facts["type"] == "many2one" or (facts["type"] in X2MANY and facts.get("relation") in self._fields)
        }

    def _objects(self, record: Raw, links: Mapping[str, tuple[str, str]]) -> Raw:
        objects: Raw = {}
        for name, (kind, model) in links.items():
            value, kept = record.get(name), self._kept[model]
            if kind in X2MANY:
                objects[name] = [kept.get(number, {"id": number}) for number in value or []]
            elif isinstance(value, list) and len(value) == 2:
                bare = {"id": value[0], "display_name": value[1]}
                is_itself = kept.get(value[0]) is record
                objects[name] = bare if is_itself else {**bare, **kept.get(value[0], {})}
        return objects


def _ids(value: Any) -> set[int]:
    """The ids of a wire value: ``[7, "name"]``, ``[7, 8]`` or false."""
    return {entry for entry in value if isinstance(entry, int)} if isinstance(value, list) else set()
