"""What a source holds: asked for at the start of a sync, or known from one that asked a while ago.

Companies, units and fields seldom change, and asking for them takes more calls than an incremental sync that finds
nothing new. So what was learned is staged beside the connection's syncs, for as long as its option
``rediscover_every`` says and while the connection stays what it was.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.errors import KeyMissing, SealBroken, StagedFilesMissing
from include.orderhouse.staging import Staging
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.clock import warehouse_now

FOLDER, FILE = "discovered", "catalogue.json"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Discovery:
    """A source's catalogue, and its clock as it is now."""

    catalogue: Catalogue
    source_now: datetime
    clock_ahead: timedelta
    """How far that clock is ahead of the warehouse's; below zero where it is behind."""
    is_earlier: bool
    """An earlier sync asked for it; the source may have changed since."""


def discover(runtime: Runtime, source: Source) -> Discovery:
    """Ask the source, and keep what it tells for later syncs."""
    told = runtime.connection.connector.discover(source)
    catalogue = replace(told, scope=tuple(map(wire.storable, told.scope)))
    now = warehouse_now(runtime.warehouse)
    source_now = source.api.source_time or now
    clock_ahead = source_now - now
    content = {
        "of": _fingerprint(runtime, source),
        "discovered_at": now.isoformat(),
        "clock_ahead": clock_ahead.total_seconds(),
        "scope": catalogue.scope,
        "details": catalogue.details,
    }
    _staging(runtime).write_json(FILE, content)
    return Discovery(catalogue, source_now, clock_ahead, is_earlier=False)


def recall(runtime: Runtime, source: Source) -> Discovery | None:
    """What an earlier sync learned, if that is not too long ago and of this very source."""
    staging, now = _staging(runtime), warehouse_now(runtime.warehouse)
    try:
        content: dict[str, Any] = staging.read_json(FILE)
    except StagedFilesMissing:
        return None
    except (KeyMissing, SealBroken) as error:
        log.warning("What was discovered of %s before is asked for again: %s", runtime.connection.name, error)
        return None
    age = now - datetime.fromisoformat(content["discovered_at"])
    if content["of"] != _fingerprint(runtime, source) or not timedelta() <= age < _most(runtime):
        return None
    catalogue = Catalogue(tuple(content["scope"]), content["details"])
    clock_ahead = timedelta(seconds=float(content["clock_ahead"]))
    return Discovery(catalogue, now + clock_ahead, clock_ahead, is_earlier=True)


def _most(runtime: Runtime) -> timedelta:
    return runtime.connection.options.rediscover_every


def _fingerprint(runtime: Runtime, source: Source) -> str:
    """Changes with the connection's address, its connector and its settings."""
    connector = runtime.connection.connector
    parts = [source.api.address, connector.name, connector.version, repr(source.settings)]
    return hashlib.sha256(wire.encode(parts)).hexdigest()


def _staging(runtime: Runtime) -> Staging:
    return runtime.staging(FOLDER)
