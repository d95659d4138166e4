"""What requests work with: the warehouse, and the connections that the user may see."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from include.orchestration.shares import dag_id_of
from include.orchestration.ui.access import Access
from include.orchestration.ui.failures import not_found
from include.orchestration.ui.known_connections import known_connections
from include.orderhouse.connections import Connection
from include.orderhouse.warehouse.engine import connect


@cache
def warehouse() -> sa.Engine:
    """The process's engine; its sessions are pooled."""
    return connect()


def visible_connections(access: Access) -> dict[str, Connection]:
    """The connections of connections.yaml whose DAG the user may read, by name."""
    return {name: found for name, found in known_connections().items() if dag_id_of(found) in access.readable}


def visible_connection(access: Access, name: str) -> Connection:
    """One of them. A connection that the user may not see is not told from one that is not there."""
    found = visible_connections(access).get(name)
    if found is None:
        raise not_found(f"There is no connection {name!r} in connections.yaml, or you may not see it.")
    return found
