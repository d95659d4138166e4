"""What a site of ERPNext turns out to hold, and what its user may see."""

from __future__ import annotations

from collections.abc import Sequence

from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.erpnext.assembly import LINE, ORDER
from include.orderhouse.errors import ConfigurationInvalid, PermissionDenied, RequestRefused
from include.orderhouse.protocols.frappe import Frappe
from include.orderhouse.values.local_time import zone_of

TOMBSTONE = "Deleted Document"


def discover(source: Source) -> Catalogue:
    """The site's time zone, its companies and whether child tables can be listed; the first call proves the key."""
    frappe = Frappe(source.api)
    user = frappe.user()
    told = frappe.time_zone() or source.time_zone
    zone = zone_of(told, "The site's time zone")
    companies = [row["name"] for row in frappe.records("Company", ["name"])]
    chosen = _chosen(companies, source.settings.companies, user)
    lines = source.settings.lines if source.settings.lines != "auto" else _way(frappe)
    details = {"companies": chosen, "time_zone": zone.key, "lines": lines, "tells_deletions": _tells_deletions(frappe)}
    return Catalogue(scope=tuple(f"company {name}" for name in chosen), details=details)


def _chosen(known: list[str], wanted: Sequence[str], user: str) -> list[str]:
    if missing := sorted(set(wanted) - set(known)):
        raise ConfigurationInvalid(
            f"{user} does not see the companies {missing}; ERPNext shows {known}.",
            action="Correct the setting 'companies', or give the user a right to them in ERPNext.",
        )
    if not known:
        raise ConfigurationInvalid(
            f"{user} sees no company in ERPNext.",
            action="Give the user a right to the companies whose orders are to be read.",
        )
    return sorted(wanted) or known


def _way(frappe: Frappe) -> str:
    """``tables`` where lists of lines are allowed and tell all fields.

    Some versions 14 and 15 take no notice of the parent there, and tell by ``*`` what every doctype has and no more.
    """
    try:
        lines = frappe.records(LINE, limit=1, parent=ORDER)
    except (PermissionDenied, RequestRefused):
        return "documents"
    return "tables" if all("parent" in line for line in lines) else "documents"


def _tells_deletions(frappe: Frappe) -> bool:
    """Deleted documents are the System Manager's to see; without that right a reconcile finds them."""
    try:
        frappe.records(TOMBSTONE, ["name"], limit=1)
    except (PermissionDenied, RequestRefused):
        return False
    return True
