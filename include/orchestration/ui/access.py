"""What a user may see and do, as Airflow's auth manager says: a connection is as its DAG."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity, DagDetails
from airflow.models.dag import DagModel
from fastapi import Depends, Request

from include.orchestration.shares import dag_id, dag_id_of, dag_id_of_mistake
from include.orchestration.ui.failures import Failure
from include.orchestration.ui.known_connections import known_connections, mistakes
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.connectors import CONNECTORS


class Access:
    """One user's rights during one request. Reading a DAG shows its connections and mapping; triggering it acts."""

    def __init__(self, user: Any) -> None:
        self.user = user

    @property
    def name(self) -> str:
        """The user, as Airflow calls them in its audit log."""
        return str(self.user.get_name())

    def may_look(self) -> bool:
        """Whether the user may see what plugins show at all."""
        return bool(get_auth_manager().is_authorized_view(access_view=AccessView.PLUGINS, user=self.user))

    @cached_property
    def readable(self) -> frozenset[str]:
        """The DAGs whose connections the user may see, by their ids."""
        return frozenset(found for found in self._teams if self._is_allowed("GET", found, None))

    @cached_property
    def connectors(self) -> frozenset[str]:
        """The connectors of these DAGs, whose mapping the user may see."""
        known = {dag_id(name): name for name in CONNECTORS}
        known |= {dag_id_of(found): found.connector.name for found in known_connections().values()}
        return frozenset(name for dag, name in known.items() if dag in self.readable)

    @cached_property
    def triggerable(self) -> frozenset[str]:
        """The DAGs whose connections the user may sync, by their ids."""
        return frozenset(found for found in self._teams if self._is_allowed("POST", found, DagAccessEntity.RUN))

    def require_trigger(self, connection: Connection) -> None:
        """Raise unless the user may sync this connection."""
        wanted = dag_id_of(connection)
        if wanted not in self.triggerable:
            raise Failure(403, "FORBIDDEN", f"Your role in Airflow may not trigger {wanted}; ask its administrator.")

    @cached_property
    def _teams(self) -> dict[str, str | None]:
        """Every DAG, with the team that owns it where Airflow is shared between teams."""
        ids = {*map(dag_id, CONNECTORS), *map(dag_id_of, known_connections().values())}
        ids |= {found for found in map(dag_id_of_mistake, mistakes().values()) if found}
        return dict.fromkeys(ids) | DagModel.get_dag_id_to_team_name_mapping(list(ids))

    def _is_allowed(self, method: Any, dag: str, entity: DagAccessEntity | None) -> bool:
        details = DagDetails(id=dag, team_name=self._teams[dag])
        return bool(
            get_auth_manager().is_authorized_dag(method=method, access_entity=entity, details=details, user=self.user)
        )


def access_of(request: Request) -> Access:
    """The rights that the gate found."""
    access: Access = request.state.access
    return access


AccessDep = Annotated[Access, Depends(access_of)]
