"""What organisations an app may read in Xero, and what their orders refer to of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from include.orderhouse import wire
from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.errors import ConfigurationInvalid, PermissionDenied
from include.orderhouse.protocols import xero_accounting
from include.orderhouse.protocols.xero_accounting import Row


def discover(source: Source) -> Catalogue:
    """The organisations that the app may read, each with its own address and currency."""
    found = wire.part(source.api.get("connections"), "", list, of="connections")
    tenants = [wire.part(row, "", dict, of="a connection") for row in found]
    organisations = [tenant for tenant in tenants if tenant.get("tenantType") == "ORGANISATION"]
    wanted = set(source.settings.tenants)
    chosen = [each for each in organisations if not wanted or wanted & {each.get("tenantId"), each.get("tenantName")}]
    known = {name for each in chosen for name in (each.get("tenantId"), each.get("tenantName"))}
    if not chosen or wanted - known:
        there = ", ".join(sorted(str(each.get("tenantName")) for each in organisations)) or "none"
        raise ConfigurationInvalid(
            f"The app is not connected to {', '.join(sorted(wanted - known)) or 'any organisation'}.",
            action=f"Correct settings.tenants, or connect the organisation in Xero. Connected are: {there}.",
        )
    chosen.sort(key=lambda each: str(each["tenantId"]))
    details = [each | {"organisation": _organisation(source, str(each["tenantId"]))} for each in chosen]
    return Catalogue(_scope(chosen), {"tenants": details})


def _scope(tenants: Sequence[Row]) -> tuple[str, ...]:
    """The organisations by name, those that share one with their id: else nobody saw it when one of them is gone."""
    told = [(str(each["tenantName"]), each["tenantId"]) for each in tenants]
    shared = Counter(name for name, _ in told)
    return tuple(name if shared[name] == 1 else f"{name} ({key})" for name, key in told)


def _organisation(source: Source, tenant: str) -> Row:
    """The organisation itself; without the scope for settings its address and currency stay unknown."""
    try:
        found = xero_accounting.listed(xero_accounting.get(source, tenant, "Organisation"), "Organisations")
    except PermissionDenied:
        return {}
    return found[0] if found else {}
