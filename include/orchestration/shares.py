"""Which connections a DAG syncs: those of one customer with DAGs of its own, or those of all others."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from include.orderhouse.configuration.connections import unchecked_document
from include.orderhouse.configuration.customers import NAME, Customer
from include.orderhouse.connectors import CONNECTORS

if TYPE_CHECKING:
    from include.orderhouse.configuration.connections import Connection, Mistake


OURS = "purchase_orders__"
"""How the ids of the DAGs begin that sync."""


def dag_id(connector: str, customer: str | None = None) -> str:
    """The DAG that syncs a connector's connections: a customer's own, or that of all others."""
    return f"{OURS}{connector}" + (f"__{customer}" if customer else "")


def dag_id_of(connection: Connection) -> str:
    """The DAG that syncs a connection."""
    return dag_id(connection.connector.name, connection.customer if connection.is_apart else None)


def dag_id_of_mistake(mistake: Mistake) -> str | None:
    """The DAG that would sync the connection of an entry that cannot be used; None where it names no connector."""
    if mistake.connector not in CONNECTORS:
        return None
    return dag_id(mistake.connector, mistake.customer if mistake.is_apart else None)


def airflow_run(run_id: str) -> tuple[str, str] | None:
    """The ids of DAG and DAG run of a sync's run; None where Airflow does not know it: the command line's, say."""
    dag, _, dag_run = run_id.partition("/")
    return (dag, dag_run) if dag.startswith(OURS) and dag_run else None


@dataclass(frozen=True)
class Share:
    """What one DAG syncs of a connector, or of all."""

    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Its connections as connections.yaml lists them, unchecked."""
    customer: str | None = None
    """Whose they are, where it has DAGs of its own."""
    runs_on: Customer = field(default_factory=Customer)

    @property
    def arguments(self) -> dict[str, Any]:
        """What the customer's tasks are made with: their pool and, where it has its own workers, their queue."""
        return {name: value for name, value in self.runs_on.model_dump().items() if value is not None}

    def named(self, text: str) -> str:
        """What a DAG is called by, so that people can tell the customer's own."""
        return f"{text} ({self.customer})" if self.customer else text


def shares(connector: str | None = None) -> list[Share]:
    """That of all customers without DAGs of their own, then each of the others that has such connections.

    ``connector`` None is all of them. The file is read unchecked, at the parse of the DAG files: a mistake there must
    not break a DAG; its runs tell it.
    """
    with suppress(OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError):
        document = unchecked_document()
        section = document.get("customers", {})
        apart = {name: _runs_on(options) for name, options in section.items() if NAME.match(name)}
        owned = {name: entry for name, entry in document["connections"].items() if _is_of(entry, connector)}
        found = [Share({name: entry for name, entry in owned.items() if str(entry.get("customer")) not in apart})]
        for customer, runs_on in apart.items():
            own = {name: entry for name, entry in owned.items() if entry.get("customer") == customer}
            found += [Share(own, customer, runs_on)] if own else []
        return found
    return [Share()]


def _runs_on(options: Any) -> Customer:
    with suppress(ValidationError):
        return Customer.model_validate(options)
    return Customer()


def _is_of(entry: Any, connector: str | None) -> bool:
    return isinstance(entry, dict) and connector in (None, entry.get("connector"))


def is_in_share(connection: Connection | Mistake, customer: str | None) -> bool:
    """Whether the DAG of a customer, or None for that of all others, syncs a connection."""
    return connection.customer == customer if customer else not connection.is_apart
