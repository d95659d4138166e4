"""What requests work with: the warehouse, and the connections that the user may see."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from include.orchestration.shares import dag_id, dag_id_of, dag_id_of_mistake
from include.orchestration.ui.access import Access
from include.orchestration.ui.failures import not_found
from include.orchestration.ui.known_connections import known_connections, mistakes
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.connectors import CONNECTORS
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.engine import connect


@cache
def warehouse() -> sa.Engine:
    """The process's engine; its sessions are pooled."""
    return connect()


def visible_connections(access: Access) -> dict[str, Connection]:
    """The connections of connections.yaml whose DAG the user may read, by name."""
    return {name: found for name, found in known_connections().items() if dag_id_of(found) in access.readable}


def visible_names(access: Access, chosen: str | None) -> list[str]:
    """The names of all of them, or of the chosen one alone, which the user must see."""
    return [visible_connection(access, chosen).name] if chosen else list(visible_connections(access))


def visible_mistakes(access: Access) -> dict[str, ConfigurationInvalid]:
    """What is wrong with the other entries, by name; those that name no connector are for who may see all."""
    sees_all = access.readable >= set(map(dag_id, CONNECTORS))
    placed = {name: (mistake.error, dag_id_of_mistake(mistake)) for name, mistake in mistakes().items()}
    return {name: error for name, (error, dag) in placed.items() if (dag in access.readable if dag else sees_all)}


def visible_connection(access: Access, name: str) -> Connection:
    """One of them. A connection that the user may not see is not told from one that is not there.

    Raises ConfigurationInvalid where its entry cannot be used.
    """
    found = visible_connections(access).get(name)
    if found is None and (mistake := visible_mistakes(access).get(name)):
        raise mistake
    if found is None:
        raise not_found(f"There is no connection {name!r} in connections.yaml, or you may not see it.")
    return found
