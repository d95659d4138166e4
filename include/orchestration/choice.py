"""Which connections a run syncs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from airflow.sdk import Context
from airflow.sdk.configuration import conf

from include.orchestration.form import run_form
from include.orchestration.secrets import task_credentials
from include.orchestration.shares import dag_id, is_in_share
from include.orderhouse.errors import ConfigurationInvalid

if TYPE_CHECKING:
    import sqlalchemy as sa

    from include.orderhouse.configuration.connections import Connection, Mistake

log = logging.getLogger(__name__)


def connections_to_sync(connector: str, customer: str | None, context: Context) -> list[str]:
    """The chosen connections; without a choice the due ones in a scheduled run, all enabled ones in any other. One
    whose refused credentials rest is not due.

    They are those of a customer with a DAG of its own, or of all others where ``customer`` is None. Entries of
    connections.yaml that cannot be used are among them: their own tasks fail and tell why, and the others go on.

    Of more than Airflow maps over, a scheduled run takes so many, and the next runs take the rest; any other run is
    ConfigurationInvalid, since nothing would sync the rest.
    """
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.configuration.customers import read_customers

    _check_form(context)
    read_customers()
    every, wrong = sort_connections(connector=connector)
    known = {name: found for name, found in every.items() if is_in_share(found, customer)}
    mistakes = {name: found for name, found in wrong.items() if is_in_share(found, customer)}
    if chosen := context["params"]["connections"]:
        return _all_of(_usable(dag_id(connector, customer), chosen, known, mistakes))
    enabled = [found for found in known.values() if found.options.enabled]
    wrong_ones = [name for name, mistake in mistakes.items() if mistake.is_enabled]
    if context["dag_run"].run_type == "scheduled":
        return [*_due(enabled), *wrong_ones][: _most()]
    return _all_of([*_connected(enabled), *wrong_ones])


def _check_form(context: Context) -> None:
    """Raise ConfigurationInvalid where the run was given what its form does not have.

    Airflow takes any name; a misspelled one would leave the default standing, such as all connections in place of one.
    """
    fields = run_form(())
    if unknown := sorted(context["params"].keys() - fields.keys()):
        raise ConfigurationInvalid(
            f"The run was given {', '.join(unknown)}, which its form does not have; it syncs nothing.",
            action=f"Trigger it again with what there is: {', '.join(fields)}.",
        )


def _most() -> int:
    return int(conf.getint("core", "max_map_length", fallback=1024))


def _all_of(names: list[str]) -> list[str]:
    if len(names) > _most():
        raise ConfigurationInvalid(
            f"The run is to sync {len(names)} connections, and Airflow lets it sync {_most()} at most; it syncs none.",
            action="Choose fewer in the form, or set AIRFLOW__CORE__MAX_MAP_LENGTH higher. Scheduled runs take turns.",
        )
    return names


def _usable(dag: str, chosen: list[str], known: Mapping[str, Connection], mistakes: Mapping[str, Mistake]) -> list[str]:
    """The chosen ones, each once; ConfigurationInvalid where the DAG has no such connection, or may not sync it."""
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


def _connected(enabled: list[Connection]) -> list[str]:
    from include.orderhouse.warehouse.engine import connected

    with connected() as engine:
        return [found.name for found in _still_there(enabled, engine)]


def _due(enabled: list[Connection]) -> list[str]:
    from include.orderhouse.upkeep.due import due
    from include.orderhouse.warehouse.clock import warehouse_now
    from include.orderhouse.warehouse.engine import connected

    with connected() as engine:
        there = _still_there(enabled, engine)
        names = due(there, engine, warehouse_now(engine))
        return _in_turns(_awake([found for found in there if found.name in names], engine), engine)


def _still_there(enabled: list[Connection], engine: sa.Engine) -> list[Connection]:
    """Those that nobody has disconnected."""
    from include.orderhouse.warehouse.syncs.status import disconnected

    gone = disconnected(engine)
    return [found for found in enabled if found.name not in gone]


def _awake(connections: list[Connection], engine: sa.Engine) -> list[str]:
    """Those whose credentials do not rest. The log tells of the others.

    That their data grows stale is told here: Airflow drops the deadlines of this run, which may succeed without them.
    """
    from include.orderhouse.sync.failed.resting import ACTION, explained, resting
    from include.orderhouse.upkeep.freshness import tell_if_stale

    found = resting(connections, engine, task_credentials)
    for connection in connections:
        if connection.name in found:
            log.warning("%s", explained(connection.name, found[connection.name]))
            log.warning("What to do: %s", ACTION)
            tell_if_stale(engine, connection.name, connection)
    return [connection.name for connection in connections if connection.name not in found]


def _in_turns(names: list[str], engine: sa.Engine) -> list[str]:
    from include.orderhouse.upkeep.due import longest_untried

    if len(names) <= _most():
        return names
    log.warning(
        "%d connections are due, and Airflow lets a run sync %d at most (AIRFLOW__CORE__MAX_MAP_LENGTH): this one "
        "syncs those that were tried longest ago, the next ones sync the others.",
        len(names),
        _most(),
    )
    return longest_untried(names, engine, _most())
