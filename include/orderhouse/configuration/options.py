"""What one entry of `connections.yaml` may say, and how a mistake in it is told."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from include.orderhouse.http.tls import PIN
from include.orderhouse.model import ShortName, Table

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_FAULTS = {
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "dict_type": "is no mapping",
    "extra_forbidden": "there is no such option",
    "int_parsing": "is no whole number",
    "int_type": "is no whole number",
    "list_type": "is no list",
    "missing": "is required",
    "model_type": "is no mapping of options, each of which is indented below its name",
    "string_type": "is no text; a number, yes or no must stand in quotes to be one",
    "tuple_type": "is no list",
}
"""What the commonest findings of pydantic are called here."""
_TOLD_AT_MOST = 10
_OF_CREDENTIALS = re.compile(r"host|url|login|user|database|scope|extra|\w*(password|secret|token|key|_id|_url)")

FieldType = Literal["text", "decimal", "integer", "boolean", "date", "instant", "json"]
TableName = Literal["order", "line"]


LONGEST_DAYS = 36_500
"""No option holds more days: a few thousand years back there are no dates any more."""


def duration(value: Any) -> Any:
    """``15m``, ``6h``, ``2d`` as a timedelta."""
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,8})\s*([smhd])", value)):
        value = timedelta(**{UNITS[found[2]]: int(found[1])})
    if isinstance(value, timedelta) and value <= timedelta(days=LONGEST_DAYS):
        return value
    raise ValueError(f"write a number with s, m, h or d, such as 15m or 6h, at most {LONGEST_DAYS}d")


def spelled(span: timedelta) -> str:
    """A timedelta as ``duration`` reads it, in its largest whole unit."""
    wholes = (unit for unit, name in reversed(UNITS.items()) if not span % timedelta(**{name: 1}))
    unit = next(wholes, "s")
    return f"{span // timedelta(**{UNITS[unit]: 1})}{unit}"


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value!r} is no IANA time zone, such as Europe/Berlin")
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Zone = Annotated[str, AfterValidator(_zone)]
Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]


class Strict(BaseModel):
    """Options without room for others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomField(Strict):
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
        if self.pattern is not None and "type" in self.model_fields_set:
            raise ValueError("a pattern keeps the source's values as they are; leave type out")
        return self

    @property
    def key(self) -> str:
        """The name in `custom_fields`."""
        return self.name or str(self.source)


class Override(Strict):
    """Another source for a canonical column, for one connection."""

    source: str | None = None
    """Dotted path; None with ``constant``."""
    constant: str | None = None
    codes: dict[str, str] | None = None
    """Source value to canonical value, for code columns and those of true and false."""
    time_zone: Zone | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Override:
        if (self.source is None) == (self.constant is None):
            raise ValueError("give either source or constant")
        return self


class Retention(Strict):
    """How long what a connection leaves behind is kept."""

    raw: Duration | None = None
    """Raw records and the payloads of waiting rejects, from their fetch; None is as long as the order."""
    rejects: Duration = timedelta(days=90)
    """Closed rejects, from their closing; a dismissed one from when its order was last read."""
    staged: Duration = timedelta(days=7)
    """Staged files of syncs that did not come to their end, from the latest attempt."""
    reports: Duration = timedelta(days=90)
    """Validation reports, from their sync."""


class Tls(Strict):
    """How the source proves who it is, and who we are, where the machine's authorities do not do. Files are PEM."""

    authority: str | None = None
    """The authority that signed the source's certificate, where it is one of its own."""
    client_certificate: str | None = None
    """A certificate with its private key, for a source that asks for one."""
    pins: tuple[Annotated[str, Field(pattern=rf"^{PIN.pattern}$")], ...] = ()
    """Public keys of which the source must have one: ``sha256/`` and the digest in Base64."""
    revocation_list: str | None = None
    """The authority's list of revoked certificates, kept fresh by whoever runs it."""


class Options(Strict):
    """One entry of connections.yaml."""

    connector: str
    customer: Annotated[str, AfterValidator(_filled)]
    credentials: str | None = None
    """Id of the Airflow Connection; None means the connection's own name."""
    enabled: bool = True
    sync_every: Duration = timedelta(hours=1)
    rediscover_every: Duration = timedelta(hours=6)
    """How long incremental syncs go by what an earlier one learned of the source: its companies, units, fields."""
    initial_days: Days = 90
    include_open_orders: bool = True
    """The initial sync also fetches orders that are open at the source, however old."""
    overlap: Duration = timedelta(minutes=10)
    """How far before the watermark a window starts, for rows that were committed late."""
    safety_delay: Duration = timedelta(seconds=60)
    """How far behind the source's clock the watermark stays."""
    slice_days: Days = 15
    """Longer windows are fetched as concurrent slices of this many days."""
    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=64)] | None = None
    page_size: Annotated[int, Field(ge=1)] | None = None
    timeout_seconds: Annotated[int, Field(ge=1)] = 120
    max_response_mb: Annotated[int, Field(ge=1)] = 128
    """A larger answer of the source is not read; four times as much may make up one page of orders."""
    max_staged_mb: Annotated[int, Field(ge=1)] = 20_000
    """A sync that fetches more, packed, is stopped, and what it fetched is removed."""
    max_extract_hours: Annotated[int, Field(ge=1)] = 72
    """A sync that fetches for longer, retries and pauses included, is stopped, and what it fetched is removed."""
    max_orders: Annotated[int, Field(ge=1)] = 10_000_000
    """A load after which the connection held more orders is refused."""
    tls: Tls = Tls()
    plain_http: str | None = None
    """A host that may be called by plain HTTP although it is not this machine."""
    time_zone: Zone = "UTC"
    """The zone of the source's business days, where its API does not tell."""
    max_reject_share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.05")
    max_deleted_share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.2")
    """A sync that finds a larger share of the living orders gone stops: the rights it reads with may have shrunk."""
    max_outside_window: Annotated[int, Field(ge=0)] = 10_000
    """More orders outside the window than this mean that the source ignores its filter."""
    reject_alert: Annotated[int, Field(ge=0)] = 10
    """A sync that rejects more orders than this is told as `rejects.over_threshold`."""
    on_drift: Literal["note", "stop"] = "note"
    """What to do where fields that the mapping reads have vanished from the source: note it, or load nothing."""
    fresh_within: Duration | None = None
    """Data older than this is stale, which is told; None means that nobody minds."""
    notifications: str | None = None
    """Id of the Airflow Connection whose password proves that a notification is from the source; None takes none."""
    retention: Retention = Retention()
    settings: dict[str, Any] = {}
    custom_fields: tuple[CustomField, ...] = ()
    overrides: dict[ShortName, dict[str, Override]] = {}

    def overrides_of(self, table: Table) -> dict[str, Override]:
        """What stands in place of the mapping's expressions of a canonical table, by column."""
        return self.overrides.get(table.short_name, {})

    def custom_fields_of(self, table: Table) -> list[CustomField]:
        """The custom fields that a canonical table gets."""
        return [custom for custom in self.custom_fields if custom.table == table.short_name]


def all_problems(error: ValidationError, under: tuple[str, ...] = ()) -> str:
    """Where each fault is, and what it is, so that a person need not find one after the other."""
    found = [_told(fault, under) for fault in error.errors(include_url=False, include_input=False)]
    more = len(found) - _TOLD_AT_MOST
    return "; ".join(found[:_TOLD_AT_MOST]) + (f"; and {more} more" if more > 0 else "")


def elsewhere(name: str) -> str:
    """Where an option belongs that is none here, if it looks like one of the credentials; else nothing."""
    return " (it belongs into the Airflow Connection)" if _OF_CREDENTIALS.fullmatch(name) else ""


def _told(fault: ErrorDetails, under: tuple[str, ...]) -> str:
    steps = [str(step) for step in (*under, *fault["loc"])]
    said = _FAULTS.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    place = elsewhere(steps[-1]) if fault["type"] == "extra_forbidden" else ""
    return f"{'.'.join(steps) or 'the entry'}: {said}{place}"
