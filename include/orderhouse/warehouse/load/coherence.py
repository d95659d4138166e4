"""Whether the frames of a batch fit together, before any of it reaches the warehouse.

Every row must belong to one version of an order of this connection, or rows would be lost or mixed unseen.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.errors import CountMismatch
from include.orderhouse.frames import Frames
from include.orderhouse.model import ORDER, TABLES
from include.orderhouse.order_keys import KeySet
from include.orderhouse.warehouse.task import MAP_AGAIN


def _version_keys(frame: pa.Table) -> pa.ChunkedArray:
    """For each row of a canonical frame, or of ``version``, to which order it belongs, and to which fetch of it."""
    read_at = "extracted_at" if "extracted_at" in frame.column_names else "fetched_at"
    instants = frame.column(read_at).cast(pa.int64()).cast(pa.string())
    return pc.binary_join_element_wise(frame.column("order_id"), instants, "@")


def check_frames(frames: Frames, connection: str) -> None:
    """Raise CountMismatch unless every row belongs to one version of an order of this connection."""
    versions = frames["version"]
    if foreign := _number(pc.not_equal(versions.column("connection"), connection)):
        raise _mismatch(f"{foreign} orders belong to another connection than {connection}")
    order_ids, keys = versions.column("order_id"), _version_keys(versions)
    if len(order_ids.unique()) < len(order_ids):
        torn = versions.column("source_order_id")[_repeated(order_ids)]
        raise _mismatch(f"one batch holds two versions of order {torn}")
    if headless := _missing(keys, _version_keys(frames[ORDER.name])):
        raise _mismatch(f"{headless} versions have no order")
    for table in TABLES:
        if astray := _missing(_version_keys(frames[table.name]), keys):
            raise _mismatch(f"{astray} rows of {table.name} belong to no version of an order")


def check_once(versions: pa.Table, known: KeySet) -> None:
    """Raise CountMismatch where an order has come with a batch before; from now on these orders are ``known``."""
    order_ids = versions.column("order_id").to_pylist()
    if again := known.known(order_ids):
        source_id = versions.column("source_order_id")[order_ids.index(again[0])]
        raise _mismatch(f"two batches hold order {source_id}")
    known.add(order_ids)


def _repeated(keys: pa.ChunkedArray) -> int:
    """The first position of a key that was there before."""
    seen = keys.to_pylist()
    return next(position for position, key in enumerate(seen) if key in seen[:position])


def _missing(keys: pa.ChunkedArray, known: pa.ChunkedArray) -> int:
    return _number(pc.invert(pc.is_in(keys, value_set=known)))


def _number(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask).as_py() or 0)


def _mismatch(what: str) -> CountMismatch:
    return CountMismatch(f"The staged frames do not fit together: {what}.", action=MAP_AGAIN)
