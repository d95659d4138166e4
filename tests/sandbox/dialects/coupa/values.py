"""Values as Coupa keeps them and as it writes them: JSON with decimals as texts, XML with types as attributes."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

Row = dict[str, Any]
"""A record: instants, days and decimals as such, associations as rows and lists of rows."""


def written(value: Any, zone: ZoneInfo, company: ZoneInfo) -> Any:
    """A value on the wire: instants with an offset in whole seconds, decimals as texts.

    Days are midnight in the company's zone, which need not be that in which times are written (Querying Options).
    """
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return datetime.combine(value, time(0), company).astimezone(zone).isoformat()
    if isinstance(value, Decimal):
        return written_decimal(value)
    if isinstance(value, dict):
        return {name: written(entry, zone, company) for name, entry in value.items()}
    return [written(entry, zone, company) for entry in value] if isinstance(value, list) else value


def written_decimal(value: Decimal) -> str:
    """At least two digits after the point: ``500.00``."""
    plain = value.normalize()
    return format(plain if int(plain.as_tuple().exponent) < -2 else plain.quantize(Decimal("0.01")), "f")


def as_xml(resource: str, rows: list[Any]) -> bytes:
    """The same rows as XML, which is what clients get that do not ask for JSON."""
    root = ElementTree.Element(resource.replace("_", "-"), type="array")
    for row in rows:
        _append(root, resource.rstrip("s").replace("_", "-"), row)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _append(parent: ElementTree.Element, name: str, value: Any) -> None:
    element = ElementTree.SubElement(parent, name)
    if isinstance(value, dict):
        for key, entry in value.items():
            _append(element, key, entry)
    elif isinstance(value, list):
        element.set("type", "array")
        for entry in value:
            _append(element, name.rstrip("s"), entry)
    elif value is None:
        element.set("nil", "true")
    else:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)
