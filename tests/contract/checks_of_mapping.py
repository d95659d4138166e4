"""The contract of a connector, fourth part: its mapping tells of itself what is true."""

from __future__ import annotations

from collections.abc import Iterator

from include.orderhouse.mapping import Derived, TableMapping
from include.orderhouse.transform.batch import PARENTS
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.transform.rows import RawRows, children
from tests.contract.checks import Check, made_of
from tests.contract.differences import shown
from tests.contract.subject import Subject
from tests.contract.watching import Watch


def a_derived_value_names_what_it_reads(subject: Subject) -> None:
    """H22: every field that a function looks at counts as mapped: one that goes is missed, none seems to be unread."""
    mapped, rows, unnamed = Mapped(subject.connection), _rows(subject), dict[str, set[str]]()
    for table in subject.connector.mapping.tables:
        watch = Watch(rows[table.table.name])
        for place in _derived(table):
            for path in watch.looked_at(place):
                if not any(map(mapped.reads, _from_the_order(path, table, subject))):
                    unnamed.setdefault(path, set()).add(f"{table.table.name}: {place.says}")
    told = "; ".join(f"{path} ({', '.join(sorted(values))})" for path, values in sorted(unnamed.items()))
    assert not unnamed, f"looked at, and in no `derived_from`: {told}"


def a_mapped_column_is_proved(subject: Subject) -> None:
    """H22: a source field that is misspelt leaves its column NULL for ever, and nobody misses what never came.

    So some order fills each column, or the truth says what it must hold, be it nothing.
    """
    made, proved = made_of(subject, subject.fetch()), subject.proved
    empty = {
        f"{table.table.name}.{name}"
        for table in subject.connector.mapping.tables
        for name in (each.slot.column.name for each in table.bindings if each.expression is not None)
        if (column := made[table.table.name].column(name)).null_count == len(column)
    }
    told = shown(empty - proved)
    assert empty <= proved, (
        f"mapped, but NULL in every order, and not in the truth: {told}. A field may be misspelt; else let the dialect "
        "serve it, or name it in UNPROVED of the truth"
    )


CHECKS_OF_MAPPING: tuple[Check, ...] = (a_derived_value_names_what_it_reads, a_mapped_column_is_proved)


def _rows(subject: Subject) -> dict[str, RawRows]:
    """By canonical table, its raw rows of all orders."""
    orders = subject.fetch()
    first, *others = subject.connector.mapping.tables
    rows = {first.table.name: RawRows(list(orders), list(range(len(orders))))}
    for table in others:
        rows[table.table.name] = children(rows[PARENTS[table.table.name]], table.at, lambda position, reason: None)
    return rows


def _derived(table: TableMapping) -> Iterator[Derived]:
    expressions = (binding.expression for binding in table.bindings if binding.expression is not None)
    yield from {place for each in expressions for place in each.all_places if isinstance(place, Derived)}


def _from_the_order(path: str, table: TableMapping, subject: Subject) -> tuple[str, ...]:
    """The path from the raw order on, wherever the table's rows may stand."""
    if table.table.name not in PARENTS:
        return (path,)
    parent = next(each for each in subject.connector.mapping.tables if each.table.name == PARENTS[table.table.name])
    if path.startswith("^"):
        return _from_the_order(path[1:], parent, subject)
    return tuple(above for at in table.at for above in _from_the_order(f"{at}.{path}", parent, subject))
