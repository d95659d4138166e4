"""What is asked of the orders' entities: the conditions of windows, whose bounds are whole seconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.finance_operations import Query

HEADERS, LINES = "PurchaseOrderHeadersV2", "PurchaseOrderLinesV2"
NUMBER, DATE = "PurchaseOrderNumber", "AccountingDate"
STATUS = "Microsoft.Dynamics.DataEntities.PurchStatus"
FINISHED = ("Invoiced", "Canceled")
FILLED_IN_SINCE = datetime(1900, 1, 2, tzinfo=UTC)
"""Empty dates and instants are told as the first of January 1900."""
NUMBERS_AT_ONCE = 25


def headers(source: Source, company: str, condition: str) -> Query:
    """Headers with all their properties, and with their lines where the site can expand them."""
    return Query(HEADERS, company, (NUMBER,), condition, expand=source.settings.expand_lines)


def still_open() -> str:
    """Orders that are neither invoiced nor cancelled; enums know nothing but equality."""
    return odata.all_of(*(f"PurchaseOrderStatus ne {STATUS}'{name}'" for name in FINISHED))


def within(settings: Settings, window: Window) -> str:
    """The headers of a window: by their change time, or by their date where they tell none."""
    by_date = _between_days(settings, window)
    field = settings.header_change_field
    if not field:
        return by_date
    changed = odata.between(field, window.start, window.end)
    undated = odata.all_of(f"{field} lt {odata.literal(FILLED_IN_SINCE)}", by_date)
    return odata.any_of([f"({changed})", f"({undated})"]) if changed else ""


def before(settings: Settings, window: Window) -> str:
    """The headers that changed, were created, or are dated before a window."""
    if field := settings.header_change_field or settings.created_field:
        return f"{field} lt {odata.literal(window.start)}"
    return f"{DATE} lt {odata.literal(_first_day(window))}"


def lines_within(settings: Settings, window: Window) -> str:
    """The lines that changed in a window."""
    return odata.between(settings.line_change_field, window.start, window.end) or ""


def _between_days(settings: Settings, window: Window) -> str:
    """Dates are told as noon in UTC, and their zone is not told: a window holds a day more on either side."""
    if settings.created_field:
        return odata.between(settings.created_field, window.start, window.end) or ""
    last = window.end and _midnight(window.end.date() + timedelta(days=2))
    return odata.between(DATE, _first_day(window), last) or ""


def _first_day(window: Window) -> datetime | None:
    return window.start and _midnight(window.start.date() - timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
