"""Staged files of one sync: the plan, raw pages and canonical frames, in a folder or a bucket.

Each is sealed as a whole under the customer's key before it leaves the process, as the file of that name of that sync,
and written whole or not at all, so that what can be read is whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import fsspec
import pyarrow as pa
import zstandard

from include.orderhouse import wire
from include.orderhouse.cipher import Cipher
from include.orderhouse.errors import StagedFilesMissing
from include.orderhouse.files import UNFINISHED, file_system, is_there, outages_named, put
from include.orderhouse.frames import SCHEMAS, Frames
from include.orderhouse.home import Home
from include.orderhouse.raw_order import FAST, RawOrder

PURPOSE = "staged file"
COMPRESSION = pa.ipc.IpcWriteOptions(compression="lz4")


def staging_url() -> str:
    """ORDERHOUSE_STAGING_URL, else a folder of the state folder."""
    return os.environ.get("ORDERHOUSE_STAGING_URL") or str(Home.from_environment().staging)


@dataclass(frozen=True)
class Staging:
    """The folder of one sync."""

    files: fsspec.AbstractFileSystem
    root: str
    sync: str
    """Connection and sync; below ``root``, the folder's name."""
    cipher: Cipher

    @classmethod
    def open(cls, connection: str, sync_id: str, cipher: Cipher, url: str | None = None) -> Staging:
        """The folder of a connection's sync below the staging URL; nothing is created yet."""
        files, root = file_system(url or staging_url())
        return cls(files, root, f"{connection}/{sync_id}", cipher)

    @property
    def folder(self) -> str:
        """Where the files lie."""
        return f"{self.root}/{self.sync}"

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        sealed = self.cipher.seal(content, PURPOSE, f"{self.sync}/{name}")
        with outages_named(self.folder):
            put(self.files, f"{self.folder}/{name}", sealed)

    def read(self, name: str) -> bytes:
        """A file's content. StagedFilesMissing where it is gone, SealBroken where it is not what was written."""
        try:
            with outages_named(self.folder):
                content: bytes = self.files.cat_file(f"{self.folder}/{name}")
        except FileNotFoundError as error:
            raise StagedFilesMissing(
                f"The staged file {self.folder}/{name} is gone.",
                action="Clear the run from its extract task on, so that it is made again.",
            ) from error
        return self.cipher.open(content, PURPOSE, f"{self.sync}/{name}")

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, in order; relative to the sync's folder."""
        return [name for name, kind in self._entries(folder) if kind == "file" and not name.endswith(UNFINISHED)]

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder, in order; relative to the sync's folder."""
        return [name for name, kind in self._entries(folder) if kind == "directory"]

    def _entries(self, folder: str) -> list[tuple[str, str]]:
        """What is in a folder, in order, and of which kind it is; nothing where there is no such folder."""
        self.files.invalidate_cache()
        with outages_named(self.folder):
            try:
                found = self.files.ls(f"{self.folder}/{folder}", detail=True)
            except FileNotFoundError:
                return []
        return sorted((f"{folder}/{entry['name'].rstrip('/').rpartition('/')[2]}", entry["type"]) for entry in found)

    def exists(self, name: str) -> bool:
        """Whether a file is there, whole."""
        return _is_there(self.files, self.folder, name)

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file."""
        self.write(name, wire.encode(value))

    def read_json(self, name: str) -> Any:
        """Read a JSON file."""
        return wire.decode(self.read(name))

    def remove(self, folder: str = "") -> None:
        """Remove the sync's folder, or one inside it."""
        place = f"{self.folder}/{folder}".rstrip("/")
        with outages_named(self.folder):
            if is_there(self.files, place):
                self.files.rm(place, recursive=True)


def is_staged(connection: str, sync_id: str, name: str, url: str | None = None) -> bool:
    """Whether a file of a connection's sync is there, whole; the key that opens it may be missing."""
    files, root = file_system(url or staging_url())
    return _is_there(files, f"{root}/{connection}/{sync_id}", name)


def _is_there(files: fsspec.AbstractFileSystem, folder: str, name: str) -> bool:
    with outages_named(folder):
        return is_there(files, f"{folder}/{name}")


def write_orders(staging: Staging, name: str, orders: Sequence[RawOrder]) -> tuple[int, int]:
    """Stage raw orders with the start of their fetch; how many bytes that takes, and how many their JSON has."""
    content = wire.encode([[order.fetched_at.isoformat(), order.record] for order in orders])
    packed = zstandard.compress(content, FAST)
    staging.write(name, packed)
    return len(packed), len(content)


def read_orders(staging: Staging, name: str) -> list[RawOrder]:
    """Raw orders as they were staged."""
    content = wire.decode_pairs(zstandard.decompress(staging.read(name)))
    return [RawOrder(datetime.fromisoformat(fetched_at), wire.decode(order), order) for fetched_at, order in content]


def batch_folder(stage: str, number: int) -> str:
    """Where a batch of a stage lies: ``frames``, or ``checked`` for those that the validation changed."""
    return f"{stage}/{number:06}"


def write_frames(staging: Staging, folder: str, frames: Frames) -> None:
    """Stage one batch: an Arrow file for each frame."""
    for name, frame in frames.tables.items():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, SCHEMAS[name], options=COMPRESSION) as writer:
            writer.write_table(frame)
        staging.write(f"{folder}/{name}.arrow", sink.getvalue().to_pybytes())


def staged_frames(staging: Staging, folders: Iterable[str]) -> Iterator[Frames]:
    """The batches of these folders, one at a time in memory."""
    for folder in folders:
        yield read_frames(staging, folder)


def read_frames(staging: Staging, folder: str) -> Frames:
    """One batch."""
    return Frames({name: _read_frame(staging, f"{folder}/{name}.arrow") for name in SCHEMAS})


def _read_frame(staging: Staging, name: str) -> pa.Table:
    return pa.ipc.open_file(pa.BufferReader(staging.read(name))).read_all()
