"""How rows are printed: as a table, or field by field where the screen is too narrow for one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any


def print_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows in columns; on a screen that they do not fit, each row by itself. No id is cut, no text is markup."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    told = [[Text(_text(value)) for value in row] for row in rows]
    table = Table(*(Column(Text(name)) for name in header), box=None, padding=(0, 2, 0, 0))
    for row in told:
        table.add_row(*row)
    screen = Console()
    width = screen.measure(table, options=screen.options.update(max_width=sys.maxsize)).maximum
    if not sys.stdout.isatty() or width <= screen.width:
        Console(width=width).print(table)
        return
    for row in told:
        fields = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2, 0, 0))
        for name, value in zip(header, row, strict=True):
            fields.add_row(Text(name, style="bold"), value)
        screen.print(fields)
        screen.print()


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}" if value.tzinfo is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
    return "" if value is None else str(value)
