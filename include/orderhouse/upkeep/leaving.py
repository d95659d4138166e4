"""A connection leaves: disconnected it keeps its data, erased it leaves a certificate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.files import file_system, is_there, outages_named
from include.orderhouse.reports import reports_url
from include.orderhouse.staging import staging_url
from include.orderhouse.warehouse.access.audit import Event, record_now
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.keys.token_store import forget_tokens
from include.orderhouse.warehouse.keys.vault import Vault
from include.orderhouse.warehouse.records.erasure import (
    KEPT,
    connections_of,
    erase_rows,
    forget_analysts,
    holds,
    owners_of,
)
from include.orderhouse.warehouse.syncs.status import DISCONNECTED, set_status

NOT_REACHED = (
    "backups of the database and of the folder or bucket of staged files, until they are gone: what is sealed in them "
    "opens no more where the customer's keys are destroyed and not in the same backup",
    "the source itself, and what others copied from the warehouse",
    "credentials that the environment, another secrets backend or Airflow's own database has",
    "sealed files that a sync under way stages after this; it loads nothing, and to erase again removes them",
    "logs of Airflow, which name connections and count orders",
)


@dataclass(frozen=True)
class Leaver:
    """A connection that leaves. ``credentials`` and ``notifications``, the ids of what the vault has for it, are None
    where another connection still needs them.
    """

    name: str
    customer: str
    connector: str
    credentials: str | None
    notifications: str | None = None


def disconnect(engine: sa.Engine, leaver: Leaver, actor: str) -> None:
    """Stop a connection's syncs, and forget its credentials and tokens in the vault and the warehouse."""
    set_status(engine, leaver.name, leaver.customer, leaver.connector, DISCONNECTED)
    if leaver.notifications is not None:
        Vault.of(engine).revoke(leaver.notifications)
    if leaver.credentials is not None:
        Vault.of(engine).revoke(leaver.credentials)
        forget_tokens(engine, leaver.credentials)
    record_now(engine, Event("connection.disconnected", actor, leaver.name, leaver.customer))


def erase(
    engine: sa.Engine, leavers: Collection[Leaver], customer: str, actor: str, *, is_whole: bool = False
) -> dict[str, Any]:
    """Remove all that is of these connections; the certificate. With a customer's last connection go their keys, and
    no restricted analyst may see any more what comes under that name.

    ``is_whole``: the customer leaves, and what else the vault has of them, such as a webhook's secret, goes as well.
    """
    erased = {leaver.name: _erase(engine, leaver, actor) for leaver in leavers}
    vault = Vault.of(engine)
    further = vault.erase_customer(customer) if is_whole else 0
    is_last = not holds(engine, customer) and not vault.holds(customer)
    keys = Keyring.of(engine).destroy(customer) if is_last else 0
    analysts = forget_analysts(engine, customer) if is_last else 0
    certificate = {
        "customer": customer,
        "erased_at": warehouse_now(engine).isoformat(),
        "erased_by": actor,
        "removed": erased,
        "further_credentials": further,
        "data_keys_destroyed": keys,
        "analysts_unlisted": analysts,
        "kept": KEPT if is_last else {**KEPT, "vault.data_key": "the customer has other connections or credentials"},
        "not_reached": NOT_REACHED,
    }
    action = "customer.erased" if is_last else "connections.erased"
    record_now(engine, Event(action, actor, customer=customer, details=certificate))
    return certificate


def leavers_of(
    engine: sa.Engine, customer: str, known: Collection[Leaver], others: Mapping[str, Collection[str]] | None = None
) -> list[Leaver]:
    """All connections of a customer: those that are known, and those that only the warehouse still has.

    ``others`` is what other customers' connections may need of the vault, by their names. ConfigurationInvalid where
    one of these was the customer's earlier: its rows cannot be told apart.
    """
    others = others or {}
    forgotten = sorted(set(connections_of(engine, customer)) - {leaver.name for leaver in known})
    if shared := sorted(others.keys() & set(forgotten)):
        raise ConfigurationInvalid(
            f"{', '.join(shared)} has rows of {customer!r}, but is another customer's in connections.yaml.",
            action="Nothing was erased. Erase that connection by its name first, with the rows of both; or give it "
            f"back to {customer!r} in connections.yaml.",
        )
    if not known and not forgotten and customer not in (owners := Keyring.of(engine).customers()):
        raise ConfigurationInvalid(
            f"There is nothing of a customer {customer!r}.", action=f"Known are: {', '.join(owners) or 'none'}."
        )
    return [*known, *(_forgotten(name, customer, others) for name in forgotten)]


def forgotten_leaver(engine: sa.Engine, connection: str, others: Mapping[str, Collection[str]]) -> Leaver:
    """A connection that only the warehouse still has. ConfigurationInvalid where it has none, or one of several
    customers. ``others`` is what other connections may need of the vault.
    """
    owners = owners_of(engine, connection)
    if len(owners) == 1:
        return _forgotten(connection, owners[0], others)
    known, action = "the warehouse has nothing of it", "Correct its name."
    if owners:
        known = f"several customers have had it: {', '.join(owners)}"
        action = "Nothing was erased. Give it its entry back, with the latest customer."
    raise ConfigurationInvalid(
        f"There is no connection {connection!r} in connections.yaml, and {known}.", action=action
    )


def _forgotten(name: str, customer: str, others: Mapping[str, Collection[str]]) -> Leaver:
    """A connection without an entry. Its credentials most often have its own name."""
    is_needed = any(name in keys for keys in others.values())
    return Leaver(name, customer, "unknown", None if is_needed else name)


def _erase(engine: sa.Engine, leaver: Leaver, actor: str) -> dict[str, int]:
    disconnect(engine, leaver, actor)
    removed = erase_rows(engine, leaver.name, leaver.credentials)
    if leaver.credentials is not None:
        removed["vault.secret"] = int(Vault.of(engine).erase(leaver.credentials))
    if leaver.notifications is not None:
        removed["secrets of notifications"] = int(Vault.of(engine).erase(leaver.notifications))
    removed["staged files"] = _remove(staging_url(), leaver.name)
    removed["report files"] = _remove(reports_url(), leaver.name)
    return removed


def _remove(url: str, connection: str) -> int:
    """Remove a connection's folder; how many files it had."""
    files, root = file_system(url)
    place = f"{root}/{connection}"
    with outages_named(place):
        files.invalidate_cache()
        if not is_there(files, place):
            return 0
        number = len(files.find(place))
        files.rm(place, recursive=True)
    return number
