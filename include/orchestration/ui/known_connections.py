"""The connections of connections.yaml, read once for as long as the file stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from include.orderhouse.configuration.connections import Connection, Mistake, connections_file, sort_connections


def known_connections() -> Mapping[str, Connection]:
    """All connections of connections.yaml by name, without those whose entry cannot be used."""
    return _known()[0]


def mistakes() -> Mapping[str, Mistake]:
    """What is wrong with the others, by name."""
    return _known()[1]


def _known() -> tuple[Mapping[str, Connection], Mapping[str, Mistake]]:
    file = connections_file()
    try:
        stamp = file.stat()
    except OSError:
        return sort_connections(file)
    return _read(file, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=1)
def _read(file: Path, _changed_at: int, _size: int) -> tuple[Mapping[str, Connection], Mapping[str, Mistake]]:
    """The file as it was at that moment; hundreds of entries take longer to parse than a page may take."""
    return sort_connections(file)
