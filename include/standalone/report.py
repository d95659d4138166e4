"""What the launcher prints: one line per step, on a screen and in a log alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console


class Report:
    """Prints the steps of a start with the seconds that each took."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Run the block as a step; what it appends to the list is printed beside the name when it has ended."""
        began = time.monotonic()
        details: list[str] = []
        waiting = self.console.status(f"{name} ...") if self.console.is_terminal else nullcontext()
        with waiting:
            yield details
        seconds = time.monotonic() - began
        self.console.print(f"[green]ok[/] {name:<12} {', '.join(details)} [dim]({seconds:.1f} s)[/]")

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text)
