"""What a pod lets a connection ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from include.orderhouse import adf
from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.oracle_fusion import queries
from include.orderhouse.connectors.oracle_fusion.queries import DRAFTS, KEY, ORDERS, SCHEDULES
from include.orderhouse.connectors.oracle_fusion.settings import Settings
from include.orderhouse.errors import ConfigurationInvalid, PermissionDenied


def discover(source: Source) -> Catalogue:
    """What may be asked of the resources and which children they have, by the pod's own description."""
    settings, head = source.settings, queries.headers(source)
    details: dict[str, Any] = {}
    for resource in (ORDERS, *([DRAFTS] if settings.read_drafts else []), SCHEDULES):
        try:
            told = adf.describe(source.api, queries.path(source, resource), head)
        except PermissionDenied as error:
            if resource == DRAFTS:
                error.action = "Give the user the right to view draft orders, or set settings.read_drafts to false."
            raise
        details[resource] = {"queryable": list(told.queryable), "children": list(told.children)}
        if missing := sorted(_needed(settings, resource, told.queryable) - set(told.queryable)):
            raise ConfigurationInvalid(
                f"{resource} cannot be queried by {', '.join(missing)}, as its description says.",
                action="Ask who runs the source whether a personalisation hides it; without it no page is complete.",
            )
    return Catalogue(settings.legal_entities or ("everything",), details)


def _needed(settings: Settings, resource: str, queryable: Sequence[str]) -> set[str]:
    """What q must be able to name: the key that pages follow, and the scope."""
    if resource == SCHEDULES:
        is_read_whole = settings.watch_schedules and queries.CHANGED not in queryable
        return {queries.SCHEDULE_KEY if is_read_whole else KEY}
    return {KEY, queries.ENTITY} if settings.legal_entities else {KEY}
