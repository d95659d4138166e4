"""The upkeep of all connections: what is older than their retention goes, in the warehouse and among the files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from fsspec import AbstractFileSystem

from include.orderhouse.connections import Connection
from include.orderhouse.files import file_system, outages_named
from include.orderhouse.reports import reports_url
from include.orderhouse.staging import staging_url
from include.orderhouse.sync.discovery import FOLDER as DISCOVERED
from include.orderhouse.warehouse.retention import enforce, syncs_over

Removed = dict[str, dict[str, int]]
"""By connection and kind, how much was removed."""


def maintain(engine: sa.Engine, connections: Iterable[Connection]) -> Removed:
    """Enforce the retention of these connections; what was removed of each."""
    return {found.name: _maintain(engine, found) for found in connections}


def _maintain(engine: sa.Engine, connection: Connection) -> dict[str, int]:
    keep = connection.options.retention
    return {
        **enforce(engine, connection.name, keep),
        "staged syncs": _remove_folders(engine, staging_url(), connection.name, keep.staged),
        "reports": _remove_folders(engine, reports_url(), connection.name, keep.reports),
    }


def _remove_folders(engine: sa.Engine, url: str, connection: str, kept: timedelta) -> int:
    """Remove the folders of syncs that were over that long ago, or that the ledger does not know.

    A sync's row is written before its first file, so one that is unknown belongs to a warehouse that is no more. One
    that goes on after long tells that by its files alone: the ledger has when it was first started.
    """
    files, root = file_system(url)
    place = f"{root}/{connection}"
    with outages_named(place):
        try:
            found = [entry["name"] for entry in files.ls(place, detail=True) if entry["type"] == "directory"]
        except FileNotFoundError:
            return 0
        over = syncs_over(engine, connection, kept)
        names = {path: path.rstrip("/").rpartition("/")[2] for path in found}
        old = [path for path, name in names.items() if name != DISCOVERED and over.get(name, True)]
        since = datetime.now(UTC) - kept
        gone = [path for path in old if names[path] not in over or not _was_written(files, path, since)]
        for path in gone:
            files.rm(path, recursive=True)
    return len(gone)


def _was_written(files: AbstractFileSystem, folder: str, since: datetime) -> bool:
    """Whether something works on a folder, be it that its files vanish while they are looked at."""
    try:
        return any(files.modified(path) >= since for path in files.find(folder))
    except FileNotFoundError:
        return True
