"""What a site offers: the version of its endpoint, and what can be asked for beside the endpoint's fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

from include.orderhouse import wire
from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.acumatica.assembly import ORDERS
from include.orderhouse.connectors.acumatica.settings import Settings
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.protocols.acumatica_rest import NoSuchRecord, site_path

FIRST_OF_CONTRACT_5 = [26]
"""From here on endpoints have Contract Version 5: other literals, ids where version 4 has names, other expansion
("Contract Versions", integration development guide of 2026 R2). What is asked in terms of version 4 finds nothing
there, as if all orders were deleted."""
SYSTEM_ENDPOINT = "Default"
FIRST_WITH_TIMES_OF_RECEIPTS = [23, 200]
"""Earlier versions of the system's endpoint have no PurchaseReceipt.LastModifiedDateTime (models of the vendor's
client)."""
EXTEND_AN_EARLIER_ONE = (
    "On the screen Web Service Endpoints (SM207060), extend Default 25.200.001 or an earlier one by an endpoint with a "
    "version below 26, and name it in settings.endpoint."
)
SITES_OWN = ("Usr", "Attribute")
"""How the names begin of fields that a site has added: by customisation, and as attributes that its users define."""
BESIDE = {
    "": ("CuryDiscTot",),
    "Details": ("CuryDiscAmt", "DiscPct", "CompletedQty", "BilledQty", "CuryBilledAmt"),
}
"""What is mapped of the elements that the endpoint leaves out, by entity; asked for where the schema lists them."""


def discover(source: Source) -> Catalogue:
    """The version of the endpoint, and the fields to ask for beside its own; the first call signs in."""
    settings = source.settings
    root = f"{site_path(settings.site)}entity"
    listed = wire.part(source.api.get(root), "endpoints", list, of="the list of endpoints")
    told = [str(entry.get("version", "")) for entry in listed if entry.get("name") == settings.endpoint]
    version = _version(settings, told)
    entity = f"{root}/{settings.endpoint}/{version}/{ORDERS}"
    if settings.endpoint != SYSTEM_ENDPOINT:
        _check_contract(source, entity)
    listed_beside = _told_by_schema(source, entity)
    _check_chosen(settings.custom_fields, listed_beside)
    chosen = settings.custom_fields or [field for field in listed_beside if _is_the_sites_own(field)]
    custom = dict.fromkeys([*(field for field in listed_beside if _is_mapped(field)), *chosen])
    scope = (settings.tenant or "everything", *settings.order_types)
    details = {"version": version, "custom": list(custom), "finds_receipts": _finds_receipts(settings, version)}
    return Catalogue(scope, details)


def _version(settings: Settings, listed: list[str]) -> str:
    """The version asked for, or the newest that can be read."""
    versions = sorted(listed, key=_numbers)
    readable = [version for version in versions if _numbers(version) < FIRST_OF_CONTRACT_5]
    version = settings.endpoint_version or next(reversed(readable or versions), "")
    if version not in versions:
        raise ConfigurationInvalid(
            f"The site has no endpoint {settings.endpoint!r} of version {version!r}.",
            action=f"Correct settings.endpoint and endpoint_version; of {settings.endpoint!r} there are: "
            f"{', '.join(versions) or 'none'}.",
        )
    if version not in readable:
        raise ConfigurationInvalid(
            f"Version {version} of the endpoint {settings.endpoint!r} has Contract Version 5, which is not supported.",
            action=f"Set settings.endpoint_version to {readable[-1]}." if readable else EXTEND_AN_EARLIER_ONE,
        )
    return version


def _finds_receipts(settings: Settings, version: str) -> bool:
    """Whether receipts can be asked for by their changes.

    Raises ConfigurationInvalid where they cannot and nothing else would find what they change.
    """
    finds_them = settings.endpoint != SYSTEM_ENDPOINT or _numbers(version) >= FIRST_WITH_TIMES_OF_RECEIPTS
    if not finds_them and settings.receipt_types and not settings.reread_open_orders:
        raise ConfigurationInvalid(
            f"Version {version} of the endpoint {SYSTEM_ENDPOINT!r} does not tell when a receipt changed.",
            action="Set settings.reread_open_orders to true, which finds what was received all the same; or name no "
            "settings.receipt_types, where receipts change the orders themselves.",
        )
    return finds_them


def _check_contract(source: Source, entity: str) -> None:
    """Raises ConfigurationInvalid where an order's type, a drop-down, is told as Contract Version 5 does: as an object.

    The versions of endpoints of one's own say nothing of their contract.
    """
    rows = wire.part(source.api.get(entity, params={"$top": "1"}), "", list, of=ORDERS)
    if any(isinstance(wire.part(row, "Type", dict, of="an order").get("value"), dict) for row in rows):
        raise ConfigurationInvalid(
            f"The endpoint {source.settings.endpoint!r} has Contract Version 5, which is not supported.",
            action=EXTEND_AN_EARLIER_ONE,
        )


def _check_chosen(chosen: Sequence[str], listed: Sequence[str]) -> None:
    """Raises ConfigurationInvalid where a field of the lines is chosen as if it were one of the order."""
    if misnamed := [field for field in chosen if field not in listed and f"Details/{field}" in listed]:
        raise ConfigurationInvalid(
            f"{', '.join(misnamed)} in settings.custom_fields are fields of the lines.",
            action=f"Name them {', '.join(f'Details/{field}' for field in misnamed)}.",
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _is_mapped(field: str) -> bool:
    return field.rpartition(".")[2] in BESIDE[field.rpartition("/")[0]]


def _is_the_sites_own(field: str) -> bool:
    return field.rpartition(".")[2].startswith(SITES_OWN)


def _told_by_schema(source: Source, entity: str) -> list[str]:
    """All that can be asked for beside the endpoint's fields, by the names that ``$custom`` takes.

    "Retrieve the Schema of Custom Fields and Workflow Actions": every element of the screen that the endpoint leaves
    out; IIS refuses queries that name them all.
    """
    try:
        schema = wire.part(source.api.get(f"{entity}/$adHocSchema"), "", dict, of="the schema of orders")
    except NoSuchRecord:
        return []
    wire.part(schema, "custom", dict, of="the schema of orders")
    records = [("", schema), *(("Details/", line) for line in schema.get("Details") or ())]
    views = [(f"{at}{view}", fields) for at, record in records for view, fields in (record.get("custom") or {}).items()]
    return [f"{view}.{name}" for view, fields in views for name in fields]
