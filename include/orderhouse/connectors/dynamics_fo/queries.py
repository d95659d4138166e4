"""What is asked of Finance & Operations: entities behind a key, and the conditions of windows.

Pages go on behind the last row's key; how the server words its own next links, and whether they count rows, does not
matter then. All companies are asked for at once only in form: each request names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from include.orderhouse import odata
from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.errors import FilterIgnored, UnexpectedShape
from include.orderhouse.precision import since, until

HEADERS, LINES = "PurchaseOrderHeadersV2", "PurchaseOrderLinesV2"
NUMBER, DATE = "PurchaseOrderNumber", "AccountingDate"
STATUS = "Microsoft.Dynamics.DataEntities.PurchStatus"
FINISHED = ("Invoiced", "Canceled")
FILLED_IN_SINCE = datetime(1900, 1, 2, tzinfo=UTC)
"""Empty dates and instants are told as the first of January 1900."""
ROWS_AT_ONCE = 5000
NUMBERS_AT_ONCE = 25

Row = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """Rows of an entity, the key behind which the next ones stand (None: there are none), and the source's count."""

    rows: list[Row]
    last: list[Any] | None
    count: int | None


@dataclass(frozen=True)
class Query:
    """What is asked of an entity within one company. ``keys`` tell its rows apart there, in this order."""

    entity: str
    company: str
    keys: tuple[str, ...]
    condition: str = ""
    select: str = ""
    expand: str = ""

    def params(self, size: int, after: list[Any] | None) -> dict[str, str]:
        """The query options of one page."""
        own = f"dataAreaId eq {odata.literal(self.company)}"
        params = {
            "cross-company": "true",
            "$filter": odata.all_of(own, self.condition, self._behind(after)),
            "$orderby": ",".join(("dataAreaId", *self.keys)),
            "$top": str(size),
        }
        params |= {"$select": self.select} if self.select else {}
        params |= {"$expand": self.expand} if self.expand else {}
        return params | ({"$count": "true"} if after is None else {})

    def _behind(self, after: list[Any] | None) -> str | None:
        if after is None:
            return None
        if len(self.keys) == 1:
            return f"{self.keys[0]} gt {odata.literal(after[0])}"
        return odata.after(self.keys[0], after[0], self.keys[1], after[1])


def walk(source: Source, query: Query, size: int, after: list[Any] | None = None) -> Iterator[Found]:
    """The pages of a query behind a key, each asked for when it is wanted. Only the first one tells the count."""
    while True:
        body = source.api.get(f"data/{query.entity}", params=query.params(size, after))
        page = odata.collection(body, of=query.entity)
        keys = [[_key(row, name, query.entity) for name in query.keys] for row in page.rows]
        if after is not None and keys and after in (keys[0], keys[-1]):
            raise FilterIgnored(
                f"{query.entity} does not go on behind {after}.",
                action="Nothing was loaded. A proxy or an update may drop the filter; try one request by hand.",
            )
        more = bool(keys) and (len(keys) >= size or page.next_link is not None)
        after = keys[-1] if more else None
        yield Found(page.rows, after, page.count)
        if after is None:
            return


def _key(row: Row, name: str, entity: str) -> Any:
    """A part of a row's key: text, or a number as it came."""
    value = row.get(name)
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise UnexpectedShape(
            f"A row of {entity} has {value!r} for {name}, a part of its key.",
            action="Nothing was loaded. Compare the response with the vendor's documentation.",
        )
    return value


def all_rows(source: Source, query: Query) -> list[Row]:
    """Every row of a query."""
    return [row for found in walk(source, query, ROWS_AT_ONCE) for row in found.rows]


def headers(source: Source, company: str, condition: str) -> Query:
    """Headers with all their properties, and with their lines where the site can expand them."""
    return Query(HEADERS, company, (NUMBER,), condition, expand=source.settings.expand_lines)


def one_of(field: str, values: Iterable[Any]) -> str:
    """The field has one of the values; the service knows no ``in``."""
    return odata.any_of(f"{field} eq {odata.literal(value)}" for value in values)


def still_open() -> str:
    """Orders that are neither invoiced nor cancelled; enums know nothing but equality."""
    return odata.all_of(*(f"PurchaseOrderStatus ne {STATUS}'{name}'" for name in FINISHED))


def within(settings: Settings, window: Window) -> str:
    """The headers of a window: by their change time, or by their date where they tell none."""
    by_date = _between_days(settings, window)
    field = settings.header_change_field
    if not field:
        return by_date
    changed = odata.between(field, _since(window), _until(window))
    undated = odata.all_of(f"{field} lt {odata.literal(FILLED_IN_SINCE)}", by_date)
    return odata.any_of([f"({changed})", f"({undated})"]) if changed else ""


def before(settings: Settings, window: Window) -> str:
    """The headers that changed, or are dated, before a window."""
    field = settings.header_change_field
    if field:
        return f"{field} lt {odata.literal(_since(window))}"
    return f"{DATE} lt {odata.literal(_first_day(window))}"


def lines_within(settings: Settings, window: Window) -> str:
    """The lines that changed in a window."""
    return odata.between(settings.line_change_field, _since(window), _until(window)) or ""


def _between_days(settings: Settings, window: Window) -> str:
    """Dates are told as noon in UTC, and their zone is not told: a window holds a day more on either side."""
    if settings.created_field:
        return odata.between(settings.created_field, _since(window), _until(window)) or ""
    last = window.end and _midnight(window.end.date() + timedelta(days=2))
    return odata.between(DATE, _first_day(window), last) or ""


def _first_day(window: Window) -> datetime | None:
    return window.start and _midnight(window.start.date() - timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _since(window: Window) -> datetime | None:
    return window.start and since(window.start)


def _until(window: Window) -> datetime | None:
    return window.end and until(window.end)
