"""Made-up sources of any size, each in the shape of one ERP; the same number always gives the same order."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

SHAPES = ("business_central",)


def load(name: str) -> ModuleType:
    """The module of a shape: ``asked``, ``page`` and ``other``."""
    return import_module(f"{__name__}.{name}")
