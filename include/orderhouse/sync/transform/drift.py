"""Drift: a sync's fields against those of all syncs before and against what the mapping reads."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from include.orderhouse.errors import SchemaDrift
from include.orderhouse.staging import Staging
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.transform.source_fields import SourceFields
from include.orderhouse.warehouse.syncs.source_fields import Drift, KnownField, SeenField, observation

FILE = "fields.json"
ENOUGH = 20
"""A field that every object had has vanished when so many have come without it, in one sync or in several in a row."""
ENOUGH_ONE_BY_ONE = 100
"""The same where they came over more syncs than are looked at one by one: some of them may be one order, read again."""
ENOUGH_FOR_RARE = 500
"""A field that only some objects had has vanished when so many of those to come should have had it."""
TOLD_AT_MOST = 10


def stage_fields(staging: Staging, seen: SourceFields) -> None:
    """Keep what the transform saw for the validation."""
    fields = {
        path: [sorted(tally.json_types), seen.objects_around(path), tally.present, tally.sample]
        for path, tally in seen.fields.items()
    }
    staging.write_json(FILE, {"fields": fields, "objects": seen.objects})


def check_drift(runtime: Runtime, sync_id: str, staging: Staging) -> list[Drift]:
    """Note the fields of the sync and what has changed about them.

    Raises SchemaDrift where a field that the mapping reads is gone and the connection's ``on_drift`` is ``stop``.
    """
    told, connection = staging.read_json(FILE), runtime.connection
    if not told["fields"]:
        return []
    seen = {path: SeenField(tuple(entry[0]), *entry[1:]) for path, entry in told["fields"].items()}
    mapped = Mapped(connection)
    with observation(runtime.warehouse, connection.name, sync_id) as look:
        known = look.known()
        for path in known.keys() - seen.keys():
            seen[path] = SeenField((), told["objects"].get(path.rpartition(".")[0], 0), 0, None)
        missing = {path for path, field in known.items() if _is_missing(field, seen[path])}
        drifts = list(_drifts(known, seen, missing, mapped))
        look.keep({path: field for path, field in seen.items() if field.records}, missing, drifts)
    needed = sorted(path for path in missing if mapped.reads(path))
    if needed and connection.options.on_drift == "stop":
        raise _stopped(connection.name, needed)
    return drifts


def _drifts(
    known: Mapping[str, KnownField], seen: Mapping[str, SeenField], missing: Container[str], mapped: Mapped
) -> Iterator[Drift]:
    parents = {path.rpartition(".")[0] for path in known}
    for path, field in sorted(seen.items()):
        before = known.get(path)
        after = _told(field.json_types)
        if before is None:
            if path.rpartition(".")[0] in parents:
                yield Drift(path, "appeared", mapped.reads(path), None, after)
        elif before.is_gone and field.present:
            yield Drift(path, "appeared", mapped.reads(path), _told(before.json_types), after)
        elif path in missing and not before.is_gone:
            yield Drift(path, "vanished", mapped.reads(path), _told(before.json_types), None)
        elif before.json_types and set(field.json_types) - before.json_types:
            yield Drift(path, "retyped", mapped.reads(path), _told(before.json_types), after)


def _is_missing(known: KnownField, seen: SeenField) -> bool:
    """Whether the field should have come and did not. A field that is there and null is there."""
    if seen.present or not known.json_types or not known.records:
        return False
    if known.is_gone:
        return seen.records > 0
    lately, usual = known.lately_absent + seen.records, known.records - known.absent
    if known.present == usual and (usual >= ENOUGH or not known.absent):
        return lately >= ENOUGH or known.absent + seen.records >= ENOUGH_ONE_BY_ONE
    return lately * known.present >= ENOUGH_FOR_RARE * (known.records - known.lately_absent)


def _told(types: tuple[str, ...] | frozenset[str]) -> str | None:
    return ", ".join(sorted(types)) or None


def _stopped(connection: str, missing: list[str]) -> SchemaDrift:
    listed = ", ".join(missing[:TOLD_AT_MOST]) + (", ..." if len(missing) > TOLD_AT_MOST else "")
    return SchemaDrift(
        f"The orders of {connection} no longer have {listed}, which the mapping reads.",
        action="Nothing was loaded. Ask who runs the source for the field's new name and override it, "
        "or accept its loss with on_drift: note.",
    )
