"""The upkeep of all connections: what is older than their retention goes, in the warehouse and among the files."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.errors import OrderhouseError
from include.orderhouse.files import file_system, outages_named
from include.orderhouse.reports import reports_url
from include.orderhouse.staging import staging_url
from include.orderhouse.sync.extract.discovery import FOLDER as DISCOVERED
from include.orderhouse.warehouse.records.retention import enforce, syncs_over

Removed = dict[str, dict[str, int]]
"""By connection and kind, how much was removed."""

BEYOND_THE_FETCH = timedelta(days=1)
"""How long an attempt may take for what follows the fetch, which has a bound of its own."""


def maintain(engine: sa.Engine, connections: Iterable[Connection]) -> tuple[Removed, dict[str, OrderhouseError]]:
    """Enforce the retention of these connections; what was removed of each, and by name why one could not be done.

    One that cannot be done holds up no other.
    """
    removed: Removed = {}
    failures: dict[str, OrderhouseError] = {}
    for found in connections:
        try:
            removed[found.name] = _maintain(engine, found)
        except OrderhouseError as error:
            failures[found.name] = error
    return removed, failures


def _maintain(engine: sa.Engine, connection: Connection) -> dict[str, int]:
    keep = connection.options.retention
    return {
        **enforce(engine, connection.name, keep),
        "staged syncs": _remove_folders(engine, staging_url(), connection, keep.staged),
        "reports": _remove_folders(engine, reports_url(), connection, keep.reports),
    }


def _remove_folders(engine: sa.Engine, url: str, connection: Connection, kept: timedelta) -> int:
    """Remove the folders of syncs that were over that long ago, or that the ledger does not know.

    A sync's row is written before its first file, so one that is unknown belongs to a warehouse that is no more.
    """
    files, root = file_system(url)
    place = f"{root}/{connection.name}"
    at_work = timedelta(hours=connection.options.max_extract_hours) + BEYOND_THE_FETCH
    with outages_named(place):
        try:
            found = [entry["name"] for entry in files.ls(place, detail=True) if entry["type"] == "directory"]
        except FileNotFoundError:
            return 0
        over = syncs_over(engine, connection.name, kept, at_work)
        names = {path: path.rstrip("/").rpartition("/")[2] for path in found}
        gone = [path for path, name in names.items() if name != DISCOVERED and over.get(name, True)]
        for path in gone:
            with suppress(FileNotFoundError):
                files.rm(path, recursive=True)
    return len(gone)
