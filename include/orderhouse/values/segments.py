"""Accounts and sets of dimensions that come as one text, taken apart by the names a connection gives their segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def segments(text: Any, names: Sequence[str], separator: str) -> dict[str, str] | None:
    """The segments that are filled in, by name; None where the text does not have as many as there are names."""
    parts = text.split(separator) if isinstance(text, str) and text else []
    if not names or len(parts) != len(names):
        return None
    return {name: part for name, part in zip(names, parts, strict=True) if part}
