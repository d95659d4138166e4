"""The connections of connections.yaml, read once for as long as the file stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from include.orderhouse.connections import Connection, connections_file, read_connections


def known_connections() -> Mapping[str, Connection]:
    """All connections of connections.yaml by name."""
    file = connections_file()
    try:
        stamp = file.stat()
    except OSError:
        return read_connections(file)
    return _read(file, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=1)
def _read(file: Path, _changed_at: int, _size: int) -> Mapping[str, Connection]:
    """The file as it was at that moment; hundreds of entries take longer to parse than a page may take."""
    return read_connections(file)
