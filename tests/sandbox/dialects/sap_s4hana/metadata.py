"""The ``$metadata`` documents of both services, from the very fields that rows are made of."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from tests.sandbox.dialects.sap_s4hana import items, orders
from tests.sandbox.dialects.sap_s4hana.fields import Entity, Field
from tests.sandbox.dialects.sap_s4hana.rows import LINE_PARTS, ORDER_PARTS, SINGLE, TO_LINES
from tests.sandbox.dialects.sap_s4hana.wire import NAMESPACE, type_name

EDM = {
    2: {"text": "Edm.String", "decimal": "Edm.Decimal", "flag": "Edm.Boolean", "day": "Edm.DateTime",
        "instant": "Edm.DateTimeOffset", "time": "Edm.Time", "whole": "Edm.Int32"},
    4: {"text": "Edm.String", "decimal": "Edm.Decimal", "flag": "Edm.Boolean", "day": "Edm.Date",
        "instant": "Edm.DateTimeOffset", "time": "Edm.TimeOfDay", "whole": "Edm.Int32"},
}  # fmt: skip
ENVELOPE = {
    2: ("1.0", "http://schemas.microsoft.com/ado/2007/06/edmx", "http://schemas.microsoft.com/ado/2008/09/edm"),
    4: ("4.0", "http://docs.oasis-open.org/odata/ns/edmx", "http://docs.oasis-open.org/odata/ns/edm"),
}


def document(version: int) -> str:
    """The whole document as XML."""
    number, edmx, edm = ENVELOPE[version]
    parts = {**ORDER_PARTS[version], **LINE_PARTS[version]}
    entities = list(dict.fromkeys([orders.ORDER, items.LINE, *parts.values()]))
    types = "".join(_type(entity, version) for entity in entities)
    sets = "".join(
        f'<EntitySet Name="{name}" EntityType="{NAMESPACE[version]}.{type_name(name, version)}"/>'
        for name in (entity.sets[version] for entity in entities)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="{number}" xmlns:edmx="{edmx}"><edmx:DataServices>'
        f'<Schema Namespace="{NAMESPACE[version]}" xmlns="{edm}">{types}'
        f'<EntityContainer Name="Container">{sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
    )


def _type(entity: Entity, version: int) -> str:
    keys = "".join(f"<PropertyRef Name={quoteattr(name)}/>" for name in entity.key)
    properties = "".join(_property(entry, version) for entry in entity.of(version))
    links: Iterable[str] = ()
    if entity is orders.ORDER:
        links = [_link(TO_LINES[version], items.LINE, version)]
        links += [_link(name, part, version) for name, part in ORDER_PARTS[version].items()]
    elif entity is items.LINE:
        links = [_link(name, part, version) for name, part in LINE_PARTS[version].items()]
    name = type_name(entity.sets[version], version)
    return f"<EntityType Name={quoteattr(name)}><Key>{keys}</Key>{properties}{''.join(links)}</EntityType>"


def _property(entry: Field, version: int) -> str:
    scale = f' Precision="24" Scale="{entry.digits}"' if entry.kind == "decimal" else ""
    precision = ' Precision="7"' if entry.kind == "instant" else ""
    return f"<Property Name={quoteattr(entry.name)} Type={quoteattr(EDM[version][entry.kind])}{scale}{precision}/>"


def _link(name: str, part: Entity, version: int) -> str:
    if version == 2:
        return f"<NavigationProperty Name={quoteattr(name)} Relationship={quoteattr(f'{NAMESPACE[2]}.assoc_{name}')}/>"
    target = f"{NAMESPACE[4]}.{type_name(part.sets[4], 4)}"
    kind = target if name in SINGLE else f"Collection({target})"
    return f"<NavigationProperty Name={quoteattr(name)} Type={quoteattr(kind)}/>"
