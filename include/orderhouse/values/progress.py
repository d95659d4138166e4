"""How far an order has come by the quantities of its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

Line = TypeVar("Line")


def expected(lines: list[Line], is_void: Callable[[Line], bool]) -> list[Line]:
    """The lines of which something comes, or came; void ones, such as cancelled lines, only where there are no others.

    A line that was closed is void if nothing came of it before: systems that cancel no lines close them.
    """
    return [line for line in lines if not is_void(line)] or lines


def progress(quantities: Iterable[tuple[Decimal, Decimal]]) -> str | None:
    """``none``, ``partial`` or ``full`` by what each line has and what it wants; None where there are no lines.

    Negative quantities go back. Lines of them hold up nothing that is to come beside them; an order that has no others
    returns goods, and is as far as these have gone.
    """
    lines = list(quantities)
    if not lines:
        return None
    if _goes_back(lines):
        lines = [(-actual, -wanted) for actual, wanted in lines]
    if not any(actual > 0 for actual, _ in lines):
        return "none"
    return "full" if all(actual >= wanted for actual, wanted in lines) else "partial"


def _goes_back(lines: list[tuple[Decimal, Decimal]]) -> bool:
    extents = [wanted for _, wanted in lines]
    return min(extents) < 0 >= max(extents)


def reached(steps: Mapping[str, str | None], partly: str = "partially") -> str | None:
    """The step that an order or line has reached, in words: ``invoiced``, ``partially received``; None without any.

    ``steps`` tells the progress of each by its word, the last step first: what is invoiced in part counts as that,
    not as received.
    """
    for word, come in steps.items():
        if come in ("full", "partial"):
            return word if come == "full" else f"{partly} {word}"
    return None
