"""The registry of connections: `connections.yaml`, read and checked. Secrets are not here but in Airflow Connections.

Values may hold ``${NAME}`` or ``${NAME:-default}``, taken from the environment.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from include.orderhouse import wire
from include.orderhouse.connector import Connector
from include.orderhouse.connectors import load
from include.orderhouse.errors import ConfigurationInvalid

DEFAULT_FILE = Path(__file__).resolve().parents[1] / "connections.yaml"
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_FAULTS = {
    "dict_type": "is no mapping",
    "extra_forbidden": "there is no such option",
    "list_type": "is no list",
    "missing": "is required",
    "model_type": "is no mapping of options",
    "tuple_type": "is no list",
}
"""What the commonest findings of pydantic are called here."""

FieldType = Literal["text", "decimal", "integer", "boolean", "date", "instant", "json"]
TableName = Literal["order", "line"]


def _duration(value: Any) -> Any:
    """``15m``, ``6h``, ``2d`` as a timedelta."""
    if isinstance(value, str) and (found := re.fullmatch(r"(\d+)\s*([smhd])", value)):
        return timedelta(**{UNITS[found[2]]: int(found[1])})
    if isinstance(value, timedelta):
        return value
    raise ValueError("write a number with s, m, h or d, such as 15m or 6h")


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value!r} is no IANA time zone, such as Europe/Berlin")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Zone = Annotated[str, AfterValidator(_zone)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomField(_Strict):
    """One source field, or all of a pattern, under `custom_fields` in the warehouse."""

    table: TableName
    source: str | None = None
    """Dotted path of one field in the raw record."""
    pattern: str | None = None
    """Shell pattern of top-level field names, such as ``YY1_*``; each lands under its own name."""
    name: str | None = None
    type: FieldType = "text"

    @model_validator(mode="after")
    def _one_way(self) -> CustomField:
        if (self.source is None) == (self.pattern is None):
            raise ValueError("give either source (one field) or pattern (all fields that match)")
        if self.pattern is not None and self.name is not None:
            raise ValueError("a pattern keeps the source's names; leave name out")
        return self

    @property
    def key(self) -> str:
        """The name in `custom_fields`."""
        return self.name or str(self.source)


class Override(_Strict):
    """Another source for a canonical column, for one connection."""

    source: str | None = None
    """Dotted path; None with ``constant``."""
    constant: str | None = None
    codes: dict[str, str] | None = None
    """Source value to canonical value, for code columns."""
    time_zone: Zone | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Override:
        if (self.source is None) == (self.constant is None):
            raise ValueError("give either source or constant")
        return self


class Options(_Strict):
    """One entry of connections.yaml."""

    connector: str
    customer: str
    credentials: str | None = None
    """Id of the Airflow Connection; None means the connection's own name."""
    enabled: bool = True
    sync_every: Duration = timedelta(hours=1)
    rediscover_every: Duration = timedelta(hours=1)
    """How long incremental syncs go by what an earlier one learned of the source: its companies, units, fields."""
    initial_days: Annotated[int, Field(ge=1)] = 90
    include_open_orders: bool = True
    """The initial sync also fetches orders that are open at the source, however old."""
    overlap: Duration = timedelta(minutes=10)
    """How far before the watermark a window starts, for rows that were committed late."""
    safety_delay: Duration = timedelta(seconds=60)
    """How far behind the source's clock the watermark stays."""
    slice_days: Annotated[int, Field(ge=1)] = 15
    """Longer windows are fetched as concurrent slices of this many days."""
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=64)] | None = None
    page_size: Annotated[int, Field(ge=1)] | None = None
    timeout_seconds: Annotated[int, Field(ge=1)] = 120
    certificate_authority: str | None = None
    """PEM file of the authority that signed the source's certificate, where it is one of its own."""
    time_zone: Zone = "UTC"
    """The zone of the source's business days, where its API does not tell."""
    max_reject_share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.05")
    max_outside_window: Annotated[int, Field(ge=0)] = 10_000
    """More orders outside the window than this mean that the source ignores its filter."""
    on_drift: Literal["note", "stop"] = "note"
    """What to do where fields that the mapping reads have vanished from the source: note it, or load nothing."""
    settings: dict[str, Any] = {}
    custom_fields: tuple[CustomField, ...] = ()
    overrides: dict[Literal["order", "line", "schedule", "distribution"], dict[str, Override]] = {}


class Connection(_Strict):
    """One system of one customer, checked against its connector."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: str
    options: Options
    connector: Connector
    settings: Any

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process goes what was configured; the connector is code, and already there."""
        return _connection, (self.name, self.options)

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


def connections_file() -> Path:
    """The file named by ORDERHOUSE_CONNECTIONS, else include/connections.yaml."""
    return Path(os.environ.get("ORDERHOUSE_CONNECTIONS") or DEFAULT_FILE)


def read_connections(path: Path | None = None) -> dict[str, Connection]:
    """All connections by name. Raises ConfigurationInvalid naming the file, the entry and what to change."""
    path = path or connections_file()
    document = _read_yaml(path)
    entries = document.get("connections") if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise ConfigurationInvalid(
            f"{path} has no mapping called 'connections'.", action="See docs/add-a-connection.md for its form."
        )
    return {name: _check(name, entry, path) for name, entry in entries.items()}


def read_connection(name: str, path: Path | None = None) -> Connection:
    """One connection by name."""
    known = read_connections(path)
    if name not in known:
        raise ConfigurationInvalid(
            f"There is no connection {name!r} in {path or connections_file()}.",
            action=f"Known are: {', '.join(sorted(known)) or 'none'}.",
        )
    return known[name]


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(_expand(path, os.environ))
    except OSError as error:
        raise ConfigurationInvalid(
            f"{path} cannot be read: {error.strerror}.", action="Create it, or point ORDERHOUSE_CONNECTIONS at yours."
        ) from error
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigurationInvalid(
            f"{path}{place}, is not valid YAML: {error.problem}.", action="Correct it at or before that line."
        ) from error


def _expand(path: Path, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        if name not in environment and default is None:
            raise ConfigurationInvalid(
                f"{path} uses ${{{name}}}, which the environment does not have.",
                action=f"Set {name}, or write ${{{name}:-default}}.",
            )
        return environment.get(name, default or "")

    return re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}", value, path.read_text(encoding="utf-8"))


def _check(name: str, entry: Any, path: Path) -> Connection:
    try:
        if not re.fullmatch(r"[a-z0-9_]{1,63}", str(name)):
            raise ValueError("a connection's name has lower-case letters, digits and underscores, 63 at most")
        options = Options.model_validate(entry)
        return _connection(name, options)
    except ValidationError as error:
        problem = _problem(error)
    except ConfigurationInvalid as error:
        raise ConfigurationInvalid(f"{path}, connection {name!r}: {error.message}", action=error.action) from error
    except ValueError as error:
        problem = str(error)
    raise ConfigurationInvalid(f"{path}, connection {name!r}, {problem}.", action="Correct the entry, then run again.")


def _connection(name: str, options: Options) -> Connection:
    connector = load(options.connector)
    return Connection(name=name, options=options, connector=connector, settings=_settings(connector, options))


def _settings(connector: Connector, options: Options) -> Any:
    known = [field.name for field in dataclasses.fields(connector.settings)]
    if unknown := sorted(options.settings.keys() - set(known)):
        raise ValueError(f"settings has no {', '.join(unknown)}; there are: {', '.join(known)}")
    try:
        return TypeAdapter(connector.settings).validate_python(options.settings)
    except ValidationError as error:
        raise ValueError(f"settings.{_problem(error)}") from error


def _problem(error: ValidationError) -> str:
    """Where the first fault is, and what it is."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"]) or "the entry"
    return f"{place}: {_FAULTS.get(first['type'], first['msg'].removeprefix('Value error, '))}"
