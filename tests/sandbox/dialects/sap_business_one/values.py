"""How the Service Layer tells dates, times and numbers, and amounts in two currencies."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox import arithmetic
from tests.sandbox.company import Company
from tests.sandbox.drafts import RATES
from tests.sandbox.order import CustomValue, Order

Row = dict[str, Any]
LANGUAGES = {"en": 3, "pl": 5, "de": 9, "it": 13, "zh": 15, "nl": 16, "pt": 19, "sv": 20, "fr": 22, "es": 23, "ja": 30}
"""Numbers of languages (BoSuppLangs)."""


def local_currency(company: Company) -> str:
    """The one local currency of the company database: that of the group's first company."""
    return min(company.entities.values(), key=lambda entity: entity.id).currency


def rate(company: Company, order: Order) -> Decimal:
    """Local currency per one unit of the order's."""
    local, own = local_currency(company), company.entity_of(order).currency
    if order.currency == local:
        return Decimal(1)
    return order.exchange_rate if own == local else round(order.exchange_rate * RATES[own] / RATES[local], 6)


def told_rate(company: Company, order: Order, options: Mapping[str, str]) -> Decimal:
    """The rate as documents tell it: foreign amounts are multiplied by it or, with ``rates=indirect``, divided."""
    direct = rate(company, order)
    return arithmetic.rounded(1 / direct, 6) if options.get("rates") == "indirect" else direct


def in_local(company: Company, order: Order, amount: Decimal) -> Decimal:
    """An amount of the order in local currency."""
    return arithmetic.rounded(amount * rate(company, order), company.digits(local_currency(company)))


def number_in(text: str | None) -> int | None:
    """The digits of a document number, for systems where it is a whole number."""
    digits = re.sub(r"\D", "", text or "")
    return int(digits) if digits else None


def minute(instant: datetime) -> datetime:
    """The instant in whole minutes, in which the Service Layer tells times."""
    return instant.replace(second=0, microsecond=0)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the server's clock."""
    return instant.astimezone(zone).date()


def local_time(instant: datetime, zone: ZoneInfo) -> time:
    """The time on the server's clock, in whole minutes."""
    return minute(instant).astimezone(zone).time()


def user_value(value: CustomValue) -> Any:
    """A user-defined field: flags are Y and N, and there is no kind for an instant."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def user_fields(fields: dict[str, type], values: dict[str, CustomValue]) -> Row:
    """`project_phase` as `U_ProjectPhase`; null where nobody filled it in."""
    return {
        "U_" + "".join(part.capitalize() for part in name.split("_")): user_value(values.get(name)) for name in fields
    }


def wire(value: Any, version: str, binary: bool) -> Any:
    """A property's value as JSON: version 2 tells dates as instants, and times with seconds."""
    match value:
        case dict():
            return {name: wire(inner, version, binary) for name, inner in value.items()}
        case list():
            return [wire(inner, version, binary) for inner in value]
        case Decimal() if binary:
            return math.nextafter(float(value), math.inf)
        case date():
            return value.isoformat() if version == "v1" else f"{value.isoformat()}T00:00:00Z"
        case time():
            return f"{value:%H:%M}" if version == "v1" else f"{value:%H:%M:%S}"
    return value


def plain(value: Any) -> Any:
    """A property's value as filters compare it: dates and times as the text they are told in."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:%H:%M:%S}" if isinstance(value, time) else value
