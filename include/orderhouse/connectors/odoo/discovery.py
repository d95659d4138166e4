"""What a database of Odoo turns out to hold, and what its user may read of it."""

from __future__ import annotations

from collections.abc import Sequence

from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.odoo.assembly import LINE, ORDER
from include.orderhouse.errors import ConfigurationInvalid, PermissionDenied
from include.orderhouse.protocols.odoo_records import Raw, lookup_fields, readable
from include.orderhouse.protocols.odoo_rpc import OdooCall, Protocol, find_protocol


def discover(source: Source) -> Catalogue:
    """Version, companies and the fields there are; the first call with credentials proves them."""
    set_to = source.settings.protocol
    protocol, version = find_protocol(source.api) if set_to == "auto" else (set_to, "not asked for")
    call = call_within(source, protocol, ())
    seen = call.records("res.company", domain=[], fields=["name"], order="id asc")
    own = _own(source, protocol, [company["id"] for company in seen])
    chosen = _chosen(own, source.settings.companies)
    order, line = call.fields(ORDER), call.fields(LINE)
    fields = {ORDER: readable(order), LINE: readable(line)}
    known = {**lookup_fields(call, fields.values()), **fields}
    details = {"protocol": protocol, "version": version, "companies": chosen, "fields": known}
    return Catalogue(scope=tuple(f"company {number}" for number in chosen), details=details)


def call_within(source: Source, protocol: Protocol, companies: Sequence[int]) -> OdooCall:
    """Calls that see the records of these companies; of none, those of all that the user belongs to."""
    context: Raw = {"lang": source.settings.language, "tz": "UTC", "active_test": False}
    return OdooCall(source.api, protocol, context | ({"allowed_company_ids": list(companies)} if companies else {}))


def _own(source: Source, protocol: Protocol, seen: list[int]) -> list[int]:
    """Of the companies that the user sees, those it belongs to: administrators see others and archived ones, too.

    Odoo refuses a call as a whole that names one of those (`Environment.companies` of `odoo/api.py`).
    """
    try:
        _ask(source, protocol, seen)
    except PermissionDenied:
        own = [number for number in seen if _is_own(source, protocol, number)]
        if not own:
            raise
        return own
    return seen


def _is_own(source: Source, protocol: Protocol, company: int) -> bool:
    try:
        _ask(source, protocol, [company])
    except PermissionDenied:
        return False
    return True


def _ask(source: Source, protocol: Protocol, companies: Sequence[int]) -> None:
    call_within(source, protocol, companies).records(ORDER, domain=[], fields=["name"], limit=1)


def _chosen(known: list[int], wanted: Sequence[int]) -> list[int]:
    if missing := sorted(set(wanted) - set(known)):
        raise ConfigurationInvalid(
            f"The user does not belong to the companies {missing}; Odoo lets it read {known}.",
            action="Correct the setting 'companies', or allow the user these companies in Odoo.",
        )
    return sorted(wanted) or known
