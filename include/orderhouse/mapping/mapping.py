"""A connector's mapping: canonical tables on the left, source expressions on the right, and what the source lacks.

A mapping is checked when its module is imported: every canonical column is either mapped or named in ``not_in_source``,
so that nothing is forgotten, and an expression's kind and codes fit its column. The same object drives the transform,
the mapping page and the generated documentation.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any

from include.orderhouse.mapping.expression import Expression
from include.orderhouse.model import (
    DISTRIBUTION,
    LINE,
    ORDER,
    SCHEDULE,
    CodeList,
    PurchaseOrder,
    PurchaseOrderDistribution,
    PurchaseOrderLine,
    PurchaseOrderSchedule,
    Slot,
    Table,
)

Form = (
    PurchaseOrder[Expression]
    | PurchaseOrderLine[Expression]
    | PurchaseOrderSchedule[Expression]
    | PurchaseOrderDistribution[Expression]
)


class MappingError(TypeError):
    """A mapping forgets, misspells or mistypes a canonical column. Raised while its module is imported."""


@dataclass(frozen=True)
class Rows:
    """Where a table's rows stand inside their parent's raw record, and how they map.

    ``at`` holds alternative paths of the list; the first that is present counts. A parent without any
    of them is incomplete.
    """

    at: tuple[str, ...]
    form: Form
    not_in_source: str = ""


@dataclass(frozen=True)
class Binding:
    """One canonical column and its source; ``expression`` is None where the source does not have it."""

    slot: Slot
    expression: Expression | None


@dataclass(frozen=True)
class TableMapping:
    """One canonical table as a connector fills it."""

    table: Table
    at: tuple[str, ...]
    bindings: tuple[Binding, ...]

    def expression(self, column: str) -> Expression | None:
        """The source of a canonical column by its name."""
        return next(binding.expression for binding in self.bindings if binding.slot.column.name == column)


def rows(at: str | tuple[str, ...], form: Form, not_in_source: str = "") -> Rows:
    """The rows of a child table: ``rows("purchaseOrderLines", PurchaseOrderLine(...))``."""
    return Rows((at,) if isinstance(at, str) else at, form, not_in_source)


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How raw orders of one kind of source become canonical rows."""

    order: PurchaseOrder[Expression]
    not_in_source: str = ""
    """Names of the order's columns or groups that the source does not have, separated by blanks."""
    lines: Rows
    schedules: Rows | None = None
    """Rows inside a line's raw record; None where the source has no schedules."""
    distributions: Rows | None = None
    """Rows inside a line's raw record; None where the source has no account assignments."""
    empty: tuple[Any, ...] = ()
    """Wire values that mean "nothing" beside null and the empty text, such as ``0001-01-01``. Booleans keep false."""

    tables: tuple[TableMapping, ...] = field(init=False, repr=False)
    """The mapped tables, parents before children."""

    def __post_init__(self) -> None:
        """Bind and check every table, at import. Raises MappingError."""
        found = {
            ORDER: Rows((), self.order, self.not_in_source),
            LINE: self.lines,
            SCHEDULE: self.schedules,
            DISTRIBUTION: self.distributions,
        }
        bound = (_bind(table, source) for table, source in found.items() if source is not None)
        object.__setattr__(self, "tables", tuple(bound))


def _bind(table: Table, source: Rows) -> TableMapping:
    absent = set(source.not_in_source.split())
    bindings = tuple(Binding(slot, _expression(source.form, slot)) for slot in table.slots)
    _check_completeness(table, source.form, bindings, absent)
    for binding in bindings:
        _check_kind(table, binding)
        _check_codes(table, binding)
    return TableMapping(table, source.at, bindings)


def _expression(form: Any, slot: Slot) -> Expression | None:
    for step in slot.path:
        form = getattr(form, step) if form is not None else None
    if form is not None and not isinstance(form, Expression):
        raise MappingError(f"{'.'.join(slot.path)}: {form!r} is not a source expression such as text('field')")
    return form


def _check_completeness(table: Table, form: Form, bindings: tuple[Binding, ...], absent: set[str]) -> None:
    mapped = {b.slot.path[0] for b in bindings if b.expression is not None}
    forgettable = {slot.path[0] for slot in table.slots if slot.column.optional_to_map}
    known = {slot.path[0] for slot in table.slots}
    problems = {
        "is no canonical column": absent - known,
        "is both mapped and named in not_in_source": absent & mapped,
        "is neither mapped nor named in not_in_source": known - mapped - absent - forgettable,
        "is required and cannot be left out": {b.slot.column.name for b in bindings if b.slot.column.required} - mapped,
    }
    for problem, names in problems.items():
        if names:
            raise MappingError(f"{table.name} ({type(form).__name__}): {', '.join(sorted(names))} {problem}")


def _check_kind(table: Table, binding: Binding) -> None:
    expression, column = binding.expression, binding.slot.column
    if expression is None or expression.kind is None or expression.kind is column.kind:
        return
    raise MappingError(f"{table.name}.{column.name} is {column.kind}, but its source reads {expression.kind}")


def _check_codes(table: Table, binding: Binding) -> None:
    """Codes of which the model itself has the list. Those of standards are looked up value by value."""
    expression, column = binding.expression, binding.slot.column
    if expression is None or not column.codes or isinstance(column.codes, CodeList):
        return
    told = {f"leads {said!r} to {code!r}": code for said, code in (expression.table or {}).items()}
    if expression.constant is not None and expression.table is None:
        told[f"is always {expression.constant!r}"] = expression.constant
    for says, code in told.items():
        if code not in column.codes:
            raise MappingError(f"{table.name}.{column.name} {says}, which is none of {', '.join(column.codes)}")


def columns_without_source(mapping: Mapping) -> MappingType[str, tuple[str, ...]]:
    """By table, the canonical columns that stay NULL because the source does not have them."""
    return {
        entry.table.name: tuple(b.slot.column.name for b in entry.bindings if b.expression is None)
        for entry in mapping.tables
    }
