"""What a pod lets a connection ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.oracle_fusion import queries
from include.orderhouse.connectors.oracle_fusion.queries import DRAFTS, KEY, ORDERS, SCHEDULES
from include.orderhouse.connectors.oracle_fusion.rights import needed_for
from include.orderhouse.connectors.oracle_fusion.settings import Settings
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.protocols import adf


def discover(source: Source) -> Catalogue:
    """What may be asked of the resources and which children they have, by the pod's own description."""
    settings = source.settings
    details = {ORDERS: _described(source, ORDERS)}
    if settings.read_drafts:
        with needed_for("read_drafts", "draft orders"):
            details[DRAFTS] = _described(source, DRAFTS)
    if settings.watch_schedules:
        with needed_for("watch_schedules", "the schedules of orders"):
            details[SCHEDULES] = _described(source, SCHEDULES)
    return Catalogue(settings.legal_entities or ("everything",), details)


def _described(source: Source, resource: str) -> dict[str, Any]:
    told = adf.describe(source.api, queries.path(source, resource), queries.headers(source))
    if missing := sorted(_needed(source.settings, resource, told.queryable) - set(told.queryable)):
        raise ConfigurationInvalid(
            f"{resource} cannot be queried by {', '.join(missing)}, as its description says.",
            action="Ask who runs the source whether a personalisation hides it; without it no page is complete.",
        )
    return {"queryable": list(told.queryable), "children": list(told.children)}


def _needed(settings: Settings, resource: str, queryable: Sequence[str]) -> set[str]:
    """What q must be able to name: the key that pages follow, and the scope."""
    if resource == SCHEDULES:
        return {KEY if queries.CHANGED in queryable else queries.SCHEDULE_KEY}
    return {KEY, queries.ENTITY} if settings.legal_entities else {KEY}
