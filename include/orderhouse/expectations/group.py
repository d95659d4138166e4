"""Batches that are judged together: to Great Expectations a row costs little, and a call much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from include.orderhouse.expectations.check import Finding
from include.orderhouse.expectations.expected import CHECKS, required
from include.orderhouse.expectations.outcomes import Odd, Outcomes
from include.orderhouse.model import Table

KEY_MISSING = "KEY_MISSING"
ROWS_AT_ONCE = 50_000
"""So many rows of a table, in whole batches, are judged at a time: a hundred bytes each while it lasts."""
ODD_AT_ONCE = 20_000
"""Where so many of the rows are odd, it is fewer: each of these is told in words."""


class Group:
    """The outcomes of a table in several batches, as if they were one."""

    def __init__(self, table: Table, batches: Sequence[Outcomes]) -> None:
        self.table = table
        self.rows = 0
        self._odd: dict[str, dict[int, tuple[int, Odd]]] = {}
        for number, batch in enumerate(batches):
            for odd in batch.odd[table.name]:
                self._odd.setdefault(odd.column, {})[self.rows + odd.row] = number, odd
            self.rows += batch.rows[table.name]

    def frame(self) -> pa.Table:
        """What the table's suite looks at: True where a key is there, and what each check found; else NULL."""
        there = {name: self._column(name, True) for name in required(self.table)}
        return pa.table(there | {check.column: self._column(check.column, None) for check in CHECKS[self.table.name]})

    def findings(self, unexpected: Iterable[tuple[str, int]]) -> Iterator[tuple[int, Finding]]:
        """The findings of each column, of which so many rows are unexpected, with the number of their batch.

        Raises RuntimeError where that are not as many as its odd rows.
        """
        checks = {check.column: check for check in CHECKS[self.table.name]}
        for column, count in unexpected:
            found, check = self._odd.get(column, {}), checks.get(column)
            if count != len(found):
                raise RuntimeError(
                    f"Great Expectations counts {count} odd rows in {column!r} of {self.table.name}, not {len(found)}"
                )
            for number, odd in found.values():
                yield (
                    number,
                    Finding(
                        table=self.table.name,
                        order_id=odd.order_id,
                        row_id=odd.row_id,
                        field=check.field if check else column,
                        code=check.code if check else KEY_MISSING,
                        reason=odd.reason,
                        source_value=odd.source_value,
                        critical=check.critical if check else True,
                    ),
                )

    def _column(self, name: str, met: bool | None) -> pa.Array:
        """``met`` in every row but the odd ones: these have their words, or NULL where a key is missing."""
        kind = pa.bool_() if met else pa.string()
        if name not in self._odd:
            return pa.repeat(pa.scalar(met, kind), self.rows)
        values: list[bool | str | None] = [met] * self.rows
        for position, (_, odd) in self._odd[name].items():
            values[position] = None if odd.label is None else f"{odd.label}: {odd.reason}"
        return pa.array(values, kind)


def groups(batches: Iterable[Outcomes]) -> Iterator[list[Outcomes]]:
    """The batches, as many at a time as are judged together."""
    group: list[Outcomes] = []
    rows = odd = 0
    for batch in batches:
        group.append(batch)
        rows += max(batch.rows.values())
        odd += sum(map(len, batch.odd.values()))
        if rows >= ROWS_AT_ONCE or odd >= ODD_AT_ONCE:
            yield group
            group, rows, odd = [], 0, 0
    if group:
        yield group
