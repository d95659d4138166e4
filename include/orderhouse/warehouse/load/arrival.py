"""A batch as it arrives at the warehouse, made ready for COPY: of each order no more than the warehouse lacks.

Versions that are later than what the warehouse has; the rows of those alone whose content is new to it; a raw record
only where it differs from the one that is there. What is kept of new orders goes straight into its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.frames import SCHEMAS, Frames
from include.orderhouse.model import LINE, TABLES
from include.orderhouse.warehouse.load.copying import Rows, new, rows_of, staged
from include.orderhouse.warehouse.load.standing import REPLACING, WINNING, Held, Standing, Version
from include.orderhouse.warehouse.records.payloads import HASH, Payloads

_VERSIONS, _RAW_RECORDS = "ops.order_version", "ops.order_raw"
_PLACES = {Standing.NEW: new, Standing.CHANGED: staged}
"""Where rows are copied to, by how their order stands; of others none are written."""


@dataclass(frozen=True)
class Arrival:
    """A batch, and how each of its versions stands to what the warehouse held before the load."""

    frames: Frames
    versions: Sequence[Version]
    standings: Sequence[Standing]
    held: Held
    fingerprints: Sequence[str]
    """Those of the versions' raw records."""

    def ready(self, payloads: Payloads, sync_id: str) -> list[Rows]:
        """What is copied, and where to."""
        return [
            *self._versions(sync_id),
            *(rows for table in TABLES for rows in self._rows(table.name)),
            rows_of(staged("issue"), self._issues()),
            rows_of(staged("reject"), payloads.sealed_rejects(self.frames["reject"])),
            *self._raw(payloads, sync_id),
        ]

    def standings_of_lines(self) -> dict[Standing, int]:
        """How many lines belong to versions that stand so."""
        counts = self._standings_of(self.frames[LINE.name]).value_counts().to_pylist()
        return {Standing(each["values"]): each["counts"] for each in counts}

    def newly_deleted(self) -> list[Version]:
        """The winners that their source flags as deleted, and that were not before."""
        known = self.held.versions
        return [
            version
            for version in self._of(*WINNING)
            if version.is_deleted and not (version.order_id in known and known[version.order_id].is_deleted)
        ]

    def _of(self, *wanted: Standing) -> list[Version]:
        """The versions that stand so."""
        pairs = zip(self.versions, self.standings, strict=True)
        return [version for version, standing in pairs if standing in wanted]

    def _standings_of(self, frame: pa.Table) -> pa.ChunkedArray:
        """How the order of each row stands."""
        positions = pc.index_in(frame.column("order_id"), value_set=self.frames["version"].column("order_id"))
        return pc.take(_texts(self.standings), positions)

    def _versions(self, sync_id: str) -> Iterator[Rows]:
        frame, length = self.frames["version"].drop_columns(["payload", "is_deleted"]), len(self.versions)
        standings = _texts(self.standings)
        added = {
            "is_deleted": pa.array([version.is_deleted for version in self.versions], pa.bool_()),
            "mapping_version": pa.array([version.mapping_version for version in self.versions], pa.int64()),
            "is_stale": pa.repeat(False, length),
            "sync_id": pa.repeat(sync_id, length),
        }
        for name, values in added.items():
            frame = frame.append_column(name, values)
        yield rows_of(_VERSIONS, frame.filter(pc.equal(standings, str(Standing.NEW))))
        frame = frame.append_column("standing", standings)
        yield rows_of(staged("version"), frame.filter(_among(standings, _texts(REPLACING))))

    def _rows(self, name: str) -> Iterator[Rows]:
        """The rows to write. Those of an order that its source flags as deleted are deleted with it."""
        frame = self.frames[name].select(SCHEMAS[name].names)
        standings = self._standings_of(frame)
        flagged = _texts([version.order_id for version in self.versions if version.is_deleted])
        is_deleted = pc.or_(pc.fill_null(frame.column("is_deleted"), False), _among(frame.column("order_id"), flagged))
        frame = frame.set_column(frame.schema.get_field_index("is_deleted"), "is_deleted", is_deleted)
        for standing, place in _PLACES.items():
            yield rows_of(place(name), frame.filter(pc.equal(standings, str(standing))))

    def _issues(self) -> pa.Table:
        frame = self.frames["issue"].select(SCHEMAS["issue"].names)
        winners = _texts([version.order_id for version in self._of(*WINNING)])
        return frame.filter(_among(frame.column("order_id"), winners))

    def _raw(self, payloads: Payloads, sync_id: str) -> Iterator[Rows]:
        """Raw records of orders that have none go straight into their table, others replace what is there."""
        kept, places = self.held.payloads, []
        for version, standing, fingerprint in zip(self.versions, self.standings, self.fingerprints, strict=True):
            is_kept = standing is Standing.NEW or (standing in REPLACING and kept.get(version.order_id) != fingerprint)
            place = _RAW_RECORDS if version.order_id not in kept else staged("raw")
            places.append(place if is_kept else None)
        told = self.frames["version"].select(["connection", "order_id", "source_order_id", "fetched_at", "payload"])
        told = told.append_column(HASH, _texts(self.fingerprints))
        told = told.append_column("sync_id", pa.repeat(sync_id, told.num_rows))
        for place in (_RAW_RECORDS, staged("raw")):
            yield rows_of(
                place, payloads.sealed("version", told.filter(pc.equal(pa.array(places, pa.string()), place)))
            )


def _among(values: pa.ChunkedArray, known: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(values, value_set=known)


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array(map(str, values), pa.string())
