"""Copies of an order within one sync: only the latest of them counts.

An order that moves while the source is paged through, or that lies in two slices, comes more than once. A copy without
a time of the source's counts as of its fetch, so that any number of copies has one order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.frames import Frames

Version = tuple[str, datetime | None, datetime]
"""Key, ``version_at`` and ``fetched_at`` of an order. A reject of an order without a key counts by its payload."""


def keys_of(frames: Frames) -> list[str]:
    """The keys of a batch's orders, good and rejected ones."""
    return [*frames["version"].column("order_id").to_pylist(), *_reject_keys(frames).to_pylist()]


def versions(frames: Frames) -> list[Version]:
    """What decides among the copies of a batch's orders, good and rejected ones."""
    found: list[Version] = []
    for name, keys in (("version", frames["version"].column("order_id")), ("reject", _reject_keys(frames))):
        instants = (frames[name].column(part).to_pylist() for part in ("version_at", "fetched_at"))
        found.extend(zip(keys.to_pylist(), *instants, strict=True))
    return found


def outdated(batches: Iterable[tuple[int, Iterable[Version]]]) -> Mapping[int, set[str]]:
    """By the number of a batch, the keys of the orders of which another batch holds a later copy."""
    latest: dict[str, tuple[datetime, datetime, int]] = {}
    older: defaultdict[int, set[str]] = defaultdict(set)
    for number, batch in batches:
        for key, version_at, fetched_at in batch:
            version = (version_at or fetched_at, fetched_at, number)
            known = latest.get(key)
            if known is not None:
                older[min(known, version)[2]].add(key)
            latest[key] = version if known is None else max(known, version)
    return older


def without(frames: Frames, keys: Collection[str]) -> Frames:
    """The batch without all of these orders, their rejects included."""
    gone = pa.array(list(keys), pa.string())
    rejects = frames["reject"].filter(pc.invert(pc.is_in(_reject_keys(frames), value_set=gone)))
    return Frames({**frames.without_orders(keys).tables, "reject": rejects})


def without_repeated_rejects(frames: Frames) -> Frames:
    """The batch with each reject once; orders without a key repeat where they say the same."""
    ids = frames["reject"].column("reject_id").to_pylist()
    if len(set(ids)) == len(ids):
        return frames
    first = [row for row, own in enumerate(ids) if ids.index(own) == row]
    return Frames({**frames.tables, "reject": frames["reject"].take(first)})


def _reject_keys(frames: Frames) -> pa.ChunkedArray:
    return pc.coalesce(frames["reject"].column("order_id"), frames["reject"].column("reject_id"))
