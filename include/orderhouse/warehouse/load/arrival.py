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
from include.orderhouse.warehouse.load.binary_rows import binary_rows, instant_field, uuid_field
from include.orderhouse.warehouse.load.copying import Rows, csv_rows, new, staged
from include.orderhouse.warehouse.load.standing import REPLACING, WINNING, Held, Standing, Version
from include.orderhouse.warehouse.records.payloads import HASH, Payloads

_VERSIONS, _RAW_RECORDS = "ops.order_version", "ops.order_raw"
_RAW = ("connection", "order_id", "source_order_id", "fetched_at", "payload", HASH, "sync_id")
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
            csv_rows(staged("issue"), self._issues()),
            csv_rows(staged("reject"), payloads.sealed_rejects(self.frames["reject"])),
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
        yield csv_rows(_VERSIONS, frame.filter(pc.equal(standings, str(Standing.NEW))))
        frame = frame.append_column("standing", standings)
        yield csv_rows(staged("version"), frame.filter(_among(standings, _texts(REPLACING))))

    def _rows(self, name: str) -> Iterator[Rows]:
        """The rows to write. Those of an order that its source flags as deleted are deleted with it."""
        frame = self.frames[name].select(SCHEMAS[name].names)
        standings = self._standings_of(frame)
        flagged = _texts([version.order_id for version in self.versions if version.is_deleted])
        is_deleted = pc.or_(pc.fill_null(frame.column("is_deleted"), False), _among(frame.column("order_id"), flagged))
        frame = frame.set_column(frame.schema.get_field_index("is_deleted"), "is_deleted", is_deleted)
        for standing, place in _PLACES.items():
            yield csv_rows(place(name), frame.filter(pc.equal(standings, str(standing))))

    def _issues(self) -> pa.Table:
        frame = self.frames["issue"].select(SCHEMAS["issue"].names)
        winners = _texts([version.order_id for version in self._of(*WINNING)])
        return frame.filter(_among(frame.column("order_id"), winners))

    def _raw(self, payloads: Payloads, sync_id: str) -> Iterator[Rows]:
        """Raw records of orders that have none go straight into their table, others replace what is there."""
        plain, source_ids = (self.frames["version"].column(name).to_pylist() for name in ("payload", "source_order_id"))
        kept = self.held.payloads
        rows: dict[str, list[Sequence[bytes]]] = {_RAW_RECORDS: [], staged("raw"): []}
        for version, standing, source_id, payload, fingerprint in zip(
            self.versions, self.standings, source_ids, plain, self.fingerprints, strict=True
        ):
            is_new = standing is Standing.NEW
            if is_new or (standing in REPLACING and kept.get(version.order_id) != fingerprint):
                sealed = payloads.seal("version", version.order_id, payload)
                rows[_RAW_RECORDS if is_new and version.order_id not in kept else staged("raw")].append(
                    (
                        payloads.connection.encode(),
                        uuid_field(version.order_id),
                        source_id.encode(),
                        instant_field(version.fetched_at),
                        sealed,
                        uuid_field(fingerprint),
                        uuid_field(sync_id),
                    )
                )
        for table, records in rows.items():
            yield Rows(table, _RAW, len(records), [binary_rows(records)], "binary")


def _among(values: pa.ChunkedArray, known: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(values, value_set=known)


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array(map(str, values), pa.string())
