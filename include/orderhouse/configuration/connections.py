"""The registry of connections: `connections.yaml`, read and checked. Secrets are not here but in Airflow Connections.

Values may hold ``${NAME}`` or ``${NAME:-default}``, taken from the environment. A variable that is not set stops the
connection whose entry uses it, and no other.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from include.orderhouse import wire
from include.orderhouse.configuration.options import Options, Strict, all_problems, duration, elsewhere
from include.orderhouse.configuration.variables import expand, is_unset, refuse_unset
from include.orderhouse.configuration.yaml_file import read_yaml
from include.orderhouse.configuration.yaml_text import parse_yaml
from include.orderhouse.connector import Connector
from include.orderhouse.connectors import load
from include.orderhouse.errors import ConfigurationInvalid

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "connections.yaml"
SECTIONS = ("connections", "customers", "webhooks", "alerts")
"""What `connections.yaml` may hold at the top."""
_WHOSE = ("connector", "customer")


class Connection(Strict):
    """One system of one customer, checked against its connector."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: str
    options: Options
    connector: Connector
    settings: Any
    is_apart: bool = False
    """Its customer has DAGs of its own, since the section `customers` lists it."""

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process goes what was configured; the connector is code, and already there."""
        return _connection, (self.name, self.options, self.is_apart)

    @property
    def customer(self) -> str:
        """The customer that stands on every row."""
        return self.options.customer

    @property
    def credentials_id(self) -> str:
        """Id of the Airflow Connection that holds address and secrets."""
        return self.options.credentials or self.name

    @property
    def requests_per_minute(self) -> int:
        """The pace of all requests of the connection together."""
        return self.options.requests_per_minute or self.connector.requests_per_minute

    @property
    def concurrency(self) -> int:
        """How many requests of the connection may be under way at once."""
        return self.options.concurrency or self.connector.concurrency

    @property
    def page_size(self) -> int:
        """Orders asked for at a time."""
        return self.options.page_size or self.connector.page_size

    @property
    def mapping_fingerprint(self) -> str:
        """Changes whenever the connection's mapping does: connector version, custom fields, overrides, time zone."""
        parts = [
            self.connector.name,
            self.connector.version,
            self.options.time_zone,
            [field.model_dump() for field in self.options.custom_fields],
            {
                table: {name: o.model_dump() for name, o in found.items()}
                for table, found in self.options.overrides.items()
            },
        ]
        return hashlib.sha256(wire.encode(parts)).hexdigest()[:32]


@dataclass(frozen=True)
class Mistake:
    """What is wrong with an entry that cannot be used, and what it says of itself nevertheless."""

    error: ConfigurationInvalid
    connector: str | None
    customer: str | None
    is_apart: bool
    is_enabled: bool
    fresh_within: timedelta | None
    needs: frozenset[str]
    """The Airflow Connections that it may need, so that nobody forgets them."""

    def may_be_of(self, customer: str) -> bool:
        """Whether it is a customer's, for all that can be told."""
        return self.customer in (None, customer) or is_unset(str(self.customer))

    @property
    def has_unknown_needs(self) -> bool:
        """Nobody can tell which Airflow Connections it needs before a variable is set."""
        return any(map(is_unset, self.needs))


def connections_file() -> Path:
    """The file named by ORDERHOUSE_CONNECTIONS, else include/connections.yaml."""
    return Path(os.environ.get("ORDERHOUSE_CONNECTIONS") or DEFAULT_FILE)


def read_connections(path: Path | None = None, connector: str | None = None) -> dict[str, Connection]:
    """All connections by name, or those of a connector; the entries of others are not looked at.

    Raises ConfigurationInvalid naming the file, the entry and what to change.
    """
    found, mistakes = sort_connections(path, connector)
    for mistake in mistakes.values():
        raise mistake.error
    return found


def sort_connections(
    path: Path | None = None, connector: str | None = None
) -> tuple[dict[str, Connection], dict[str, Mistake]]:
    """The same, and the mistakes of entries that cannot be used, by name: they stop no other connection.

    Raises ConfigurationInvalid where the file itself cannot be read.
    """
    path = path or connections_file()
    document = read_document(path)
    apart = _apart(document)
    found: dict[str, Connection] = {}
    mistakes: dict[str, Mistake] = {}
    for name, entry in document["connections"].items():
        if connector is None or _may_be(connector, entry):
            try:
                found[name] = _check(name, entry, path, apart)
            except ConfigurationInvalid as error:
                mistakes[str(name)] = _mistake(str(name), error, entry, apart)
    return found, mistakes


def _mistake(name: str, error: ConfigurationInvalid, entry: Any, apart: Collection[str]) -> Mistake:
    told = entry if isinstance(entry, dict) else {}
    connector, customer = (value if isinstance(value := told.get(key), str) else None for key in _WHOSE)
    needs = frozenset(str(need) for need in (name, told.get("credentials"), told.get("notifications")) if need)
    is_enabled = told.get("enabled") is not False
    return Mistake(error, connector, customer, customer in apart, is_enabled, _fresh_within(told), needs)


def _fresh_within(entry: Mapping[str, Any]) -> timedelta | None:
    with suppress(ValueError):
        found: timedelta = duration(entry.get("fresh_within"))
        return found
    return None


def _may_be(connector: str, entry: Any) -> bool:
    named = entry.get("connector") if isinstance(entry, dict) else None
    return named == connector or (isinstance(named, str) and is_unset(named))


def _apart(document: dict[str, Any]) -> Collection[str]:
    """The customers with DAGs of their own."""
    section = document.get("customers")
    return section.keys() if isinstance(section, dict) else ()


def read_document(path: Path) -> dict[str, Any]:
    """The file as it stands: its sections by name, `connections` among them. Names with ``x-`` are the user's own."""
    document = read_yaml(path)
    if not isinstance(document, dict) or not isinstance(document.get("connections"), dict):
        raise ConfigurationInvalid(
            f"{path} has no mapping called 'connections'.", action="See docs/add-a-connection.md for its form."
        )
    shared = {name: part for name, part in document.items() if name != "connections" and not str(name).startswith("x-")}
    refuse_unset(str(path), [shared, list(document), list(document["connections"])])
    if unknown := sorted(str(name) for name in document if name not in SECTIONS and not str(name).startswith("x-")):
        raise ConfigurationInvalid(
            f"{path} has no section called {', '.join(unknown)}.", action=f"There are: {', '.join(SECTIONS)}."
        )
    return document


def read_section_alone(name: str, path: Path) -> Any:
    """One section from the line with its name to the next line that is not indented, whatever the rest of the file is.

    None where there is no such line. Raises ConfigurationInvalid, ValueError or yaml.YAMLError where it cannot be read.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    if found := re.search(rf"^{name}:.*?(?=^[\w\"'$]|\Z)", text, re.MULTILINE | re.DOTALL):
        section = parse_yaml(expand(found[0], os.environ))[name]
        refuse_unset(str(path), section)
        return section
    return None


def unchecked_document() -> Any:
    """The file as it stands, variables too, for the parse of a DAG file; a mistake in it must not break the DAG."""
    return parse_yaml(connections_file().read_text(encoding="utf-8"))


def read_connection(name: str, path: Path | None = None) -> Connection:
    """One connection by name. Only its own entry is checked: a mistake in another does not stop it."""
    path = path or connections_file()
    document = read_document(path)
    return _check(name, _entry(name, document["connections"], path), path, _apart(document))


def check_name(name: str) -> None:
    """Raise ConfigurationInvalid where there is no entry of that name, whether it can be used or not."""
    path = connections_file()
    _entry(name, read_document(path)["connections"], path)


def _entry(name: str, entries: Mapping[str, Any], path: Path) -> Any:
    if name not in entries:
        if name in map(str, entries):
            raise _unquoted(name, path)
        raise ConfigurationInvalid(
            f"There is no connection {name!r} in {path}.",
            action=f"Known are: {', '.join(sorted(map(str, entries))) or 'none'}.",
        )
    return entries[name]


def _unquoted(name: Any, path: Path) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"{path}, connection {name}: YAML takes this name for a number or another value that is no text.",
        action=f"Write it in quotes there: '{name}'.",
    )


def _check(name: Any, entry: Any, path: Path, apart: Collection[str]) -> Connection:
    refuse_unset(f"{path}, connection {name!r},", entry)
    if not isinstance(name, str):
        raise _unquoted(name, path)
    try:
        if not re.fullmatch(r"[a-z0-9_]{1,63}", name):
            raise ValueError("a connection's name has lower-case letters, digits and underscores, 63 at most")
        options = Options.model_validate(entry)
        return _connection(name, options, options.customer in apart)
    except ValidationError as error:
        problem = all_problems(error)
    except ConfigurationInvalid as error:
        raise ConfigurationInvalid(f"{path}, connection {name!r}: {error.message}", action=error.action) from error
    except ValueError as error:
        problem = str(error)
    raise ConfigurationInvalid(
        f"{path}, connection {name!r}, {problem}.",
        action="Correct the entry, then run again; docs/add-a-connection.md lists the options.",
    )


def _connection(name: str, options: Options, is_apart: bool) -> Connection:
    connector = load(options.connector)
    if options.notifications and connector.notifications is None:
        raise ValueError(f"notifications: {connector.label} sends none that are understood here")
    if connector.largest_page and (options.page_size or 0) > connector.largest_page:
        raise ValueError(f"page_size: {connector.label} gives {connector.largest_page} orders at a time at most")
    settings = _settings(connector, options)
    return Connection(name=name, options=options, connector=connector, settings=settings, is_apart=is_apart)


def _settings(connector: Connector, options: Options) -> Any:
    known = [field.name for field in dataclasses.fields(connector.settings)]
    if unknown := sorted(options.settings.keys() - set(known)):
        wrong = ", ".join(f"{name}{elsewhere(name)}" for name in unknown)
        raise ValueError(f"settings has no {wrong}; there are: {', '.join(known) or 'none'}")
    try:
        return TypeAdapter(connector.settings).validate_python(options.settings)
    except ValidationError as error:
        raise ValueError(all_problems(error, under=("settings",))) from error
