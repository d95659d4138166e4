"""Fields that a connection's custom fields and overrides name, and that no order has had: most likely misspelled."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.staging import Staging
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.transform.drift import ENOUGH, FILE
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.warehouse.reading.fields import read_source_fields

log = logging.getLogger(__name__)


def warn_of_unknown_fields(runtime: Runtime, staging: Staging) -> None:
    """Tell in the log what is named in vain, where a sync has read enough orders to say so."""
    told, connection = staging.read_json(FILE), runtime.connection
    if told["objects"].get("", 0) < ENOUGH:
        return
    missing = {source: paths for source, paths in _named(connection) if not _has_come(paths, told["fields"])}
    known = read_source_fields(runtime.warehouse, connection.name) if missing else ()
    if unknown := sorted(source for source, paths in missing.items() if not _has_come(paths, known)):
        log.warning(
            "No order of %s has ever had %s, which its custom_fields or overrides name. What to do: correct the name "
            "in connections.yaml, then remap; the page Field mapping shows what the source gives.",
            connection.name,
            ", ".join(unknown),
        )


def _named(connection: Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sources that the connection's own entry names, and the paths where orders would have them."""
    mapped = Mapped(connection)
    yield from ((str(field.source), paths) for field, paths in mapped.custom.items() if paths)
    for entry in connection.connector.mapping.tables:
        for column, override in connection.options.overrides_of(entry.table).items():
            if override.source:
                yield override.source, mapped.columns[entry.table.name, column]


def _has_come(paths: Collection[str], seen: Collection[str]) -> bool:
    """Whether the field, or something in it, is among what was seen."""
    return any(found == path or found.startswith(f"{path}.") for path in paths for found in seen)
