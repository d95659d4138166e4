"""Which connections a run syncs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from airflow.sdk import Context

from include.orchestration.shares import dag_id, is_in_share
from include.orderhouse.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from include.orderhouse.connections import Connection, Mistake


def connections_to_sync(connector: str, customer: str | None, context: Context) -> list[str]:
    """The chosen connections; without a choice the due ones in a scheduled run, all enabled ones in any other.

    They are those of a customer with a DAG of its own, or of all others where ``customer`` is None. Entries of
    connections.yaml that cannot be used are among them: their own tasks fail and tell why, and the others go on.
    """
    from include.orderhouse.connections import sort_connections
    from include.orderhouse.customers import read_customers

    read_customers()
    every, wrong = sort_connections(connector=connector)
    known = {name: found for name, found in every.items() if is_in_share(found, customer)}
    mistakes = {name: found for name, found in wrong.items() if is_in_share(found, customer)}
    if chosen := context["params"]["connections"]:
        return _check(dag_id(connector, customer), chosen, known, mistakes)
    enabled = [found for found in known.values() if found.options.enabled]
    return [
        *_connected(enabled, only_due=context["dag_run"].run_type == "scheduled"),
        *(name for name, mistake in mistakes.items() if mistake.is_enabled),
    ]


def _check(dag: str, chosen: list[str], known: Mapping[str, Connection], mistakes: Mapping[str, Mistake]) -> list[str]:
    every = known.keys() | mistakes.keys()
    if unknown := sorted(set(chosen) - every):
        raise ConfigurationInvalid(
            f"{', '.join(unknown)}: {dag} has no such connection.",
            action=f"Choose from: {', '.join(sorted(every)) or 'none'}.",
        )
    if disabled := sorted(name for name in known.keys() & set(chosen) if not known[name].options.enabled):
        raise ConfigurationInvalid(
            f"{', '.join(disabled)}: not enabled.", action="Set enabled: true in connections.yaml, or leave it out."
        )
    return list(dict.fromkeys(chosen))


def _connected(enabled: list[Connection], only_due: bool) -> list[str]:
    from include.orderhouse.sync.due import due
    from include.orderhouse.warehouse.clock import warehouse_now
    from include.orderhouse.warehouse.engine import connect
    from include.orderhouse.warehouse.status import disconnected

    engine = connect()
    try:
        gone = disconnected(engine)
        connected = [found for found in enabled if found.name not in gone]
        return due(connected, engine, warehouse_now(engine)) if only_due else [found.name for found in connected]
    finally:
        engine.dispose()
