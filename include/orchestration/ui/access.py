"""What a user may see and do, as Airflow's auth manager says: a connector is its DAG."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity, DagDetails
from airflow.models.dag import DagModel
from fastapi import Depends, Request

from include.orchestration.ui.failures import Failure
from include.orderhouse.connectors import CONNECTORS


def dag_id(connector: str) -> str:
    """The DAG that syncs a connector's connections."""
    return f"purchase_orders__{connector}"


class Access:
    """One user's rights during one request. Reading a connector's DAG shows its connections; triggering it acts."""

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
        """The connectors whose connections the user may see."""
        return frozenset(name for name in CONNECTORS if self._is_allowed("GET", name, None))

    @cached_property
    def triggerable(self) -> frozenset[str]:
        """The connectors whose connections the user may sync."""
        return frozenset(name for name in CONNECTORS if self._is_allowed("POST", name, DagAccessEntity.RUN))

    def require_trigger(self, connector: str) -> None:
        """Raise unless the user may sync this connector's connections."""
        if connector not in self.triggerable:
            raise Failure(
                403, "FORBIDDEN", f"Your role in Airflow may not trigger {dag_id(connector)}; ask its administrator."
            )

    @cached_property
    def _teams(self) -> dict[str, str | None]:
        """The teams that own the DAGs, where Airflow is shared between teams."""
        return DagModel.get_dag_id_to_team_name_mapping([dag_id(name) for name in CONNECTORS])

    def _is_allowed(self, method: Any, connector: str, entity: DagAccessEntity | None) -> bool:
        found = dag_id(connector)
        details = DagDetails(id=found, team_name=self._teams.get(found))
        return bool(
            get_auth_manager().is_authorized_dag(method=method, access_entity=entity, details=details, user=self.user)
        )


def access_of(request: Request) -> Access:
    """The rights that the gate found."""
    access: Access = request.state.access
    return access


AccessDep = Annotated[Access, Depends(access_of)]
