"""What is asked of Fusion: the queries of windows, of orders by their ids, and of keys; and what rows say of these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.oracle_fusion.settings import Settings
from include.orderhouse.protocols import adf
from include.orderhouse.protocols.adf import Part, Query, Row
from include.orderhouse.values.precision import since, until

ORDERS, DRAFTS, SCHEDULES = "purchaseOrders", "draftPurchaseOrders", "purchaseOrderSchedules"
CHANGED, KEY, LINE_KEY, STATUS, ENTITY = "LastUpdateDate", "POHeaderId", "POLineId", "StatusCode", "SoldToLegalEntity"
SCHEDULE_KEY = "LineLocationId"

DISTRIBUTIONS = Part("distributions", "PODistributionId")


def headers(source: Source) -> dict[str, str]:
    """The framework version, on which syntax and shapes depend."""
    return {"REST-Framework-Version": str(source.settings.framework_version)}


def path(source: Source, resource: str) -> str:
    """Where a resource lives."""
    return f"{source.settings.root.strip('/')}/{resource}"


def can_filter(source: Source, resource: str, attribute: str) -> bool:
    """Whether q may name the attribute, by the source's own description."""
    return attribute in source.catalogue.details[resource]["queryable"]


def orders(source: Source, resource: str, conditions: Sequence[str]) -> Query:
    """Whole orders, with those of their children that the pod has."""
    children = source.catalogue.details[resource]["children"]
    flexfield = [Part("DFF")] if source.settings.flexfields else []
    schedules = Part("schedules", SCHEDULE_KEY, (DISTRIBUTIONS,))
    line_parts = (schedules, *(part for part in flexfield if "lines.DFF" in children))
    parts = (Part("lines", LINE_KEY, line_parts), *(part for part in flexfield if "DFF" in children))
    return Query(path(source, resource), KEY, tuple(conditions), parts, headers=headers(source))


def keys(source: Source, resource: str, conditions: Sequence[str], fields: str = f"{KEY},{CHANGED}") -> Query:
    """Little more than the ids of orders."""
    return Query(path(source, resource), KEY, tuple(conditions), fields=fields, headers=headers(source))


def line_keys(source: Source, window: Window) -> Query:
    """When the lines of open orders changed. Orders whose header changed since then are in the window anyway."""
    conditions = [*scope(source), *still_open(source)]
    if window.end is None and window.start and can_filter(source, ORDERS, CHANGED):
        conditions += adf.between(CHANGED, None, window.start)
    return keys(source, ORDERS, conditions, f"{KEY},{CHANGED};lines:{LINE_KEY},{CHANGED}")


def schedule_keys(source: Source, window: Window) -> Query:
    """The orders of the schedules that changed in a window; where q cannot ask for these, of all schedules.

    One changed schedule is enough to find its order, so pages of those may go on behind the order. Of all schedules
    any may be the one that changed, so none is passed over.
    """
    if can_filter(source, SCHEDULES, CHANGED):
        return keys(source, SCHEDULES, adf.between(CHANGED, window.start, window.end))
    fields = f"{SCHEDULE_KEY},{KEY},{CHANGED}"
    return Query(path(source, SCHEDULES), SCHEDULE_KEY, fields=fields, headers=headers(source))


def scope(source: Source) -> list[str]:
    """The legal entities that the connection is about."""
    settings: Settings = source.settings
    return [adf.one_of(ENTITY, settings.legal_entities)] if settings.legal_entities else []


def still_open(source: Source) -> list[str]:
    """Orders that are not closed or cancelled, as far as q may ask for it."""
    closed = source.settings.closed_statuses
    return [adf.none_of(STATUS, closed)] if closed and can_filter(source, ORDERS, STATUS) else []


def within(source: Source, resource: str, window: Window) -> list[str]:
    """The conditions of a window on headers."""
    conditions = scope(source)
    if window.open_only and resource == ORDERS:
        conditions += still_open(source)
    if can_filter(source, resource, CHANGED):
        conditions += adf.between(CHANGED, window.start, window.end)
    return conditions


def id_of(row: Row) -> int:
    """The id of the order that a row is, or belongs to."""
    return adf.number(row, KEY, of="a key")


def changed_at(row: Row) -> datetime:
    """When a row changed."""
    return adf.instant(row, CHANGED, of="an order or a part of it")


def is_inside(row: Row, window: Window) -> bool:
    """Whether a row changed in a window, by the whole seconds that it tells."""
    return window.rounded(since, until).holds(changed_at(row))
