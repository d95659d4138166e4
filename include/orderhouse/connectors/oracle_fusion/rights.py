"""Rights that a connection can do without: what their lack is answered with names the setting that does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from include.orderhouse.errors import PermissionDenied


@contextmanager
def needed_for(setting: str, what: str) -> Iterator[None]:
    """Tells a user who may not view something which setting leaves it out."""
    try:
        yield
    except PermissionDenied as error:
        error.action = f"Give the user the right to view {what}, or set settings.{setting} to false."
        raise
