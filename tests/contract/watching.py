"""Records that note which of their members are looked at."""

from __future__ import annotations

from typing import Any

from include.orderhouse.mapping import Derived, Record


def looked_at(place: Derived, records: tuple[Record, ...]) -> list[set[str]]:
    """The paths that a derived value looks at in each of the records it is given."""
    seen: list[set[str]] = [set() for _ in records]
    place.function(*(_watched(record, "", paths) for record, paths in zip(records, seen, strict=True)))
    return seen


class _Watched(dict[str, Any]):
    """A JSON object at a path, which notes in ``seen`` what is asked of it, be it there or not."""

    def __init__(self, members: Record, path: str, seen: set[str]) -> None:
        super().__init__({name: _watched(value, _joined(path, name), seen) for name, value in members.items()})
        self._path, self._seen = path, seen

    def __getitem__(self, name: str) -> Any:
        self._note(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._note(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._note(name)
        return super().get(name, default)

    def values(self) -> Any:
        self._seen.update(_joined(self._path, name) for name in self)
        return super().values()

    def items(self) -> Any:
        self._seen.update(_joined(self._path, name) for name in self)
        return super().items()

    def _note(self, name: str) -> None:
        self._seen.add(_joined(self._path, name))


def _watched(value: Any, path: str, seen: set[str]) -> Any:
    if isinstance(value, dict):
        return _Watched(value, path, seen)
    return [_watched(each, path, seen) for each in value] if isinstance(value, list) else value


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
