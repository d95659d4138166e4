"""What the launcher prints: one line per step, on a screen and in a log alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console, RenderableType
from rich.markup import escape


class Report:
    """Prints the steps of a start with the seconds that each took."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        if not self._console.is_terminal:
            self._console.width = 160

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Run the block as a step; what it appends to the list is printed beside the name when it has ended."""
        began = time.monotonic()
        details: list[str] = []
        with self._console.status(f"{name} ...") if self._console.is_terminal else nullcontext():
            yield details
        seconds = time.monotonic() - began
        self.say(f"[green]ok[/] {name:<22} {', '.join(details)} [dim]({seconds:.1f} s)[/]")

    def say(self, text: str) -> None:
        """Print a line; square brackets are rich's markup."""
        self._console.print(text)

    def show(self, table: RenderableType) -> None:
        """Print a table."""
        self._console.print()
        self._console.print(table)

    def error(self, text: str) -> None:
        """Print what went wrong."""
        self._console.print(f"[red]{escape(text)}[/]")
