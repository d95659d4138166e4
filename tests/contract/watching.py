"""Records that note which of their members are looked at."""

from __future__ import annotations

from typing import Any

from include.orderhouse.mapping import Derived, Record
from include.orderhouse.transform.rows import RawRows


class Watch:
    """The raw rows of a table and their parents, watched: each is copied once for all derived values."""

    def __init__(self, rows: RawRows) -> None:
        self._seen: set[str] = set()
        self._records = [_watched(record, "", self._seen) for record in rows.records]
        self._parents = self._watched_parents(rows.ancestors[0]) if rows.ancestors else []

    def looked_at(self, place: Derived) -> set[str]:
        """The paths that a derived value looks at, from its row on; those of the parent behind a ``^``."""
        self._seen.clear()
        for given in zip(self._records, *([self._parents] if place.reads_parent else []), strict=True):
            place.function(*given)
        return self._seen.copy()

    def _watched_parents(self, parents: list[Record]) -> list[Record]:
        distinct = {id(parent): parent for parent in parents}
        copies = {key: _watched(parent, "^", self._seen) for key, parent in distinct.items()}
        return [copies[id(parent)] for parent in parents]


class _Watched(dict[str, Any]):
    """A JSON object, which notes in ``seen`` what is asked of it, be it there or not, behind where it stands."""

    def __init__(self, members: Record, prefix: str, seen: set[str]) -> None:
        super().__init__({name: _watched(value, f"{prefix}{name}.", seen) for name, value in members.items()})
        self._prefix, self._seen = prefix, seen

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
        self._note(*self)
        return super().values()

    def items(self) -> Any:
        self._note(*self)
        return super().items()

    def _note(self, *names: str) -> None:
        self._seen.update(f"{self._prefix}{name}" for name in names)


def _watched(value: Any, prefix: str, seen: set[str]) -> Any:
    if isinstance(value, dict):
        return _Watched(value, prefix, seen)
    return [_watched(each, prefix, seen) for each in value] if isinstance(value, list) else value
