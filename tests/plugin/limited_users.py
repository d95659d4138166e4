"""An auth manager of Airflow's with users whose rights end at single DAGs, as those of large installations have."""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

ODOO, SAP, INITECH = "purchase_orders__odoo", "purchase_orders__sap_s4hana", "purchase_orders__odoo__initech"
TEAM = "buyers"
LIMITED = {"oda": "USER", "sal": "USER", "ini": "USER", "tom": "USER", "run": "USER", "tea": "USER", "nix": "ADMIN"}
"""Users by their role: oda knows Odoo's DAG only, sal SAP's, ini one of a customer's own; tom reads all and triggers
Odoo's; run reads and triggers all, and changes none; tea knows those of her team; nix sees no plugins."""
_KNOWS = {"oda": ODOO, "sal": SAP, "ini": INITECH}


class LimitedAuthManager(SimpleAuthManager):
    """The simple auth manager, with them."""

    def is_authorized_dag(self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None) -> bool:
        """Whether the user may do this with the DAG."""
        dag_id = details.id if details else None
        if user.username in _KNOWS and dag_id != _KNOWS[user.username]:
            return False
        if user.username == "tom" and method != "GET" and dag_id != ODOO:
            return False
        if user.username == "run" and method != "GET" and access_entity is not DagAccessEntity.RUN:
            return False
        if user.username == "tea":
            return details is not None and details.team_name == TEAM
        return super().is_authorized_dag(method=method, user=user, access_entity=access_entity, details=details)

    def is_authorized_view(self, *, access_view: Any, user: Any) -> bool:
        """Whether the user may see this part of the UI."""
        return user.username != "nix" and super().is_authorized_view(access_view=access_view, user=user)
