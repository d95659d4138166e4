"""$expand: related records inside their parents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.sandbox.dialects.business_central.answers import Refused

Expansion = Mapping[str, "Expansion"]

NAVIGATIONS: dict[str, frozenset[str]] = {
    "purchaseOrders": frozenset(
        {"vendor", "paymentTerm", "shipmentMethod", "currency", "purchaseOrderLines", "dimensionSetLines"}
    ),
    "purchaseOrderLines": frozenset({"dimensionSetLines", "location"}),
}


def parse_expand(text: str, entity: str) -> Expansion:
    """`a,b($expand=c,d)` as a tree; Refused for what cannot be expanded."""
    found: dict[str, Expansion] = {}
    for part in _split(text):
        name, _, options = part.partition("(")
        if name not in NAVIGATIONS.get(entity, frozenset()):
            raise Refused(400, "BadRequest", f"Could not find a property named '{name}'.")
        inner = options.removesuffix(")").removeprefix("$expand=")
        found[name] = parse_expand(inner, name)
    return found


def _split(text: str) -> Iterator[str]:
    """The parts between commas outside parentheses."""
    depth, part = 0, ""
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += character
    if part.strip():
        yield part.strip()
