"""Libraries that are loaded when something of them is used, for what imports them and mostly does without."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

OF_OTHER_EXPECTATIONS = ("altair", "scipy.stats")
"""What Great Expectations imports for expectations about distributions, which nobody has here: half of the time that
its own import takes, and 77 MB."""


@contextmanager
def absent(name: str) -> Iterator[None]:
    """Imports of this library inside of the block fail, as where it is not installed, unless it is loaded already."""
    refusing = _Refusing(name)
    sys.meta_path.insert(0, refusing)
    try:
        yield
    finally:
        sys.meta_path.remove(refusing)


class _Refusing(MetaPathFinder):
    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == self._name:
            raise ModuleNotFoundError(f"{fullname} is not wanted here", name=fullname)


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Imports of these modules inside of the block get a stand-in, which loads them at the first look into them.

    A module that is loaded already is taken as it is. Behind the block nobody else meets a stand-in.
    """
    stand_ins = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for stand_in in stand_ins.values():
            _make_way(stand_in)


class _StandIn(ModuleType):
    def __getattr__(self, name: str) -> Any:
        _make_way(self)
        return getattr(import_module(self.__name__), name)


def _make_way(stand_in: ModuleType) -> None:
    if sys.modules.get(stand_in.__name__) is stand_in:
        del sys.modules[stand_in.__name__]
