"""What a connection to ERPNext may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """Every option has a default that fits a standard installation."""

    companies: tuple[str, ...] = ()
    """Names of the companies to read; empty means all that the user may see."""
    lines: Literal["auto", "tables", "documents"] = "auto"
    """How child tables are read: ``tables`` asks for those of a whole page at once, ``documents`` for one order at a
    time; ``auto`` does the former where the site lets the user and tells all fields."""
    undated: bool = True
    """Whether to look for orders without a modification time too, as imports by SQL leave them."""
