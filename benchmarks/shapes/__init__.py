"""Made-up sources of any size, each in the shape of one ERP; the same number always gives the same order."""

from __future__ import annotations

from importlib import import_module

from benchmarks.shapes.shape import Shape

SHAPES = ("business_central", "sap_s4hana")


def load(name: str) -> Shape:
    """A shape by its name."""
    shape: Shape = import_module(f"{__name__}.{name}").SHAPE
    return shape
