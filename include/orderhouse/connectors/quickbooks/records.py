"""The parts of QuickBooks' records: lines, links, references, custom fields."""

from __future__ import annotations

from include.orderhouse.lookup import Row

NO_DETAIL: Row = {}


def lines(order: Row) -> list[Row]:
    """The lines of an order, a bill or an expense that can be looked into."""
    return [line for line in order.get("Line") or () if isinstance(line, dict)]


def links(order: Row) -> list[Row]:
    """The transactions that an order's header and lines are linked to."""
    return [link for holder in (order, *lines(order)) for link in own_links(holder)]


def own_links(holder: Row) -> list[Row]:
    """The transactions that a header, or a line, is linked to itself; a link without an id says nothing."""
    return [link for link in holder.get("LinkedTxn") or () if isinstance(link, dict) and link.get("TxnId")]


def detail(line: Row) -> Row:
    """The part of a line that its ``DetailType`` names."""
    found = line.get(str(line.get("DetailType")))
    return found if isinstance(found, dict) else NO_DETAIL


def value(holder: Row, name: str) -> str | None:
    """The id that a reference holds."""
    found = holder.get(name)
    return found.get("value") if isinstance(found, dict) else None


def names(holder: Row, name: str) -> set[str]:
    """Id and name of a reference."""
    found = holder.get(name)
    return {str(part) for part in found.values()} if isinstance(found, dict) else set()


def custom_fields(holder: Row) -> Row:
    """Custom fields by name, as ``custom_<name>``; QuickBooks gives a list of names with a value by type."""
    return {
        f"custom_{field['Name']}": field.get(f"{str(field.get('Type')).removesuffix('Type')}Value")
        for field in holder.get("CustomField") or ()
        if isinstance(field, dict) and field.get("Name")
    }
