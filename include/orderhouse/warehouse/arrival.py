"""A batch as it arrives at the warehouse, made ready for COPY: of each order no more than the warehouse lacks.

All versions are staged, for the counts; the rows of those alone whose content is new to the warehouse; and a raw record
only where it differs from the one that the warehouse has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.frames import SCHEMAS, Frames
from include.orderhouse.model import LINE, TABLES
from include.orderhouse.warehouse.binary_rows import binary_rows, instant_field, uuid_field
from include.orderhouse.warehouse.coherence import copy_keys
from include.orderhouse.warehouse.copying import Rows, csv_rows
from include.orderhouse.warehouse.payloads import HASH, Payloads
from include.orderhouse.warehouse.standing import WINNING, WRITTEN, Held, Standing, Version

_RAW = ("connection", "order_id", "source_order_id", "fetched_at", "payload", HASH, "sync_id")


@dataclass(frozen=True)
class Arrival:
    """A batch, and how each of its versions stands to what the warehouse held before the load."""

    number: int
    frames: Frames
    versions: Sequence[Version]
    standings: Sequence[Standing]
    held: Held

    def of(self, *wanted: Standing) -> list[Version]:
        """The versions that stand so."""
        pairs = zip(self.versions, self.standings, strict=True)
        return [version for version, standing in pairs if standing in wanted]

    def unrecorded(self) -> Set[str]:
        """The orders of which the warehouse has no raw record yet; theirs need not be staged."""
        return {version.order_id for version in self.of(Standing.NEW)} - self.held.payloads.keys()

    def ready(self, payloads: Payloads, sync_id: str) -> list[Rows]:
        """What is copied, and where to."""
        plain = self.frames["version"].column("payload").to_pylist()
        hashes = [payloads.cipher.fingerprint(payload) for payload in plain]
        return [
            csv_rows("version", self._versions(hashes)),
            *(csv_rows(table.name, self._rows(table.name)) for table in TABLES),
            csv_rows("issue", self._issues()),
            csv_rows("reject", payloads.sealed_rejects(self.frames["reject"])),
            *self._raw(payloads, sync_id, plain, hashes),
        ]

    def _versions(self, hashes: Sequence[str]) -> pa.Table:
        lines = Counter(copy_keys(self.frames[LINE.name]).to_pylist())
        frame = self.frames["version"].drop_columns(["payload", "is_deleted"])
        known = self.held.versions
        added = {
            "is_deleted": [version.is_deleted for version in self.versions],
            "is_newly_deleted": [
                version.is_deleted and not (version.order_id in known and known[version.order_id].is_deleted)
                for version in self.versions
            ],
            "standing": [str(standing) for standing in self.standings],
            "line_count": [lines[key] for key in copy_keys(frame).to_pylist()],
            HASH: hashes,
        }
        for name, values in added.items():
            frame = frame.append_column(name, pa.array(values))
        return self._numbered(frame)

    def _rows(self, name: str) -> pa.Table:
        """The rows to write. Those of an order that its source flags as deleted are deleted with it."""
        frame = self.frames[name].select(SCHEMAS[name].names)
        written = [standing in WRITTEN for standing in self.standings]
        if not all(written):
            frame = frame.filter(_among(copy_keys(frame), copy_keys(self.frames["version"]).filter(pa.array(written))))
        order_ids = frame.column("order_id")
        flagged = [version.order_id for version in self.of(*WRITTEN) if version.is_deleted]
        is_deleted = pc.or_(pc.fill_null(frame.column("is_deleted"), False), _among(order_ids, _texts(flagged)))
        frame = frame.set_column(frame.schema.get_field_index("is_deleted"), "is_deleted", is_deleted)
        new = [version.order_id for version in self.of(Standing.NEW)]
        return self._numbered(frame.append_column("is_new", _among(order_ids, _texts(new))))

    def _issues(self) -> pa.Table:
        frame = self.frames["issue"].select(SCHEMAS["issue"].names)
        winners = _texts([version.order_id for version in self.of(*WINNING)])
        return self._numbered(frame.filter(_among(frame.column("order_id"), winners)))

    def _numbered(self, frame: pa.Table) -> pa.Table:
        return frame.append_column("batch", pa.repeat(pa.scalar(self.number, pa.int32()), frame.num_rows))

    def _raw(self, payloads: Payloads, sync_id: str, plain: Sequence[bytes], hashes: Sequence[str]) -> Iterator[Rows]:
        """Raw records of orders that have none go straight into their table, others wait for the winners."""
        source_ids = self.frames["version"].column("source_order_id").to_pylist()
        unrecorded = self.unrecorded()
        rows: dict[str, list[Sequence[bytes]]] = {"ops.order_raw": [], "raw": []}
        for version, standing, source_id, payload, fingerprint in zip(
            self.versions, self.standings, source_ids, plain, hashes, strict=True
        ):
            if standing in WINNING and self.held.payloads.get(version.order_id) != fingerprint:
                sealed = payloads.seal("version", version.order_id, payload)
                table = "ops.order_raw" if version.order_id in unrecorded else "raw"
                rows[table].append(
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


def _among(values: pa.ChunkedArray, known: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.is_in(values, value_set=known)


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array(values, pa.string())
