"""What requests work with: the warehouse, and the connections that the user may see."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import sqlalchemy as sa

from include.orchestration.ui.access import Access
from include.orchestration.ui.failures import not_found
from include.orderhouse.connections import Connection, connections_file, read_connections
from include.orderhouse.warehouse.engine import connect


@cache
def warehouse() -> sa.Engine:
    """The process's engine; its sessions are pooled."""
    return connect()


def visible_connections(access: Access) -> dict[str, Connection]:
    """The connections of connections.yaml whose DAG the user may read, by name."""
    return {name: found for name, found in known_connections().items() if found.connector.name in access.readable}


def visible_connection(access: Access, name: str) -> Connection:
    """One of them. A connection that the user may not see is not told from one that is not there."""
    found = visible_connections(access).get(name)
    if found is None:
        raise not_found(f"There is no connection {name!r} in connections.yaml, or you may not see it.")
    return found


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
