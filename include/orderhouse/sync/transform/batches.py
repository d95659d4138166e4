"""Staged raw pages to staged batches of frames, of which each order's latest copy stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress

import numpy as np

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.order_keys import Digests, repeated
from include.orderhouse.staging import Staging, batch_folder, read_frames
from include.orderhouse.sync.transform.batching import Pages, batches_of
from include.orderhouse.sync.transform.copies import Version, outdated, versions, without
from include.orderhouse.sync.transform.worker import STAGE, Counts, Made, count, map_batches, stage
from include.orderhouse.transform.source_fields import SourceFields


@dataclass(frozen=True)
class Early:
    """Batches that are made already: the pages of each and what became of them, by number; and the fields of all."""

    pages: Sequence[Pages] = ()
    made: Sequence[Made] = ()
    fields: SourceFields = field(default_factory=SourceFields)


def make_batches(connection: Connection, staging: Staging, early: Early | None = None) -> tuple[Counts, SourceFields]:
    """Stage frames and outcomes of all pages but those of ``early``; of copies in several batches the latest stays.

    Gives how many batches, orders, lines, rejects and further copies there are, and the fields of all orders.
    """
    early = early or Early()
    fields, read = early.fields, 0
    counts: list[Counts] = []
    keys: list[Digests] = []
    batches = batches_of(staging, without=set(chain.from_iterable(early.pages)))
    for made in chain(early.made, map_batches(connection, staging, batches, len(early.made))):
        read += made.read
        counts.append(made.counts)
        keys.append(made.keys)
        fields.merge(made.fields)
    for number, older in outdated(_copies(staging, keys)).items():
        frames = without(read_frames(staging, batch_folder(STAGE, number)), older)
        stage(staging, number, frames)
        counts[number] = count(frames)
    total = {name: sum(each[name] for each in counts) for name in ("orders", "lines", "rejects")}
    return {"batches": len(counts), **total, "copies": read - total["orders"]}, fields


def _copies(staging: Staging, keys: Sequence[Digests]) -> Iterator[tuple[int, list[Version]]]:
    """The versions of the orders that came more than once, by the number of their batch."""
    often = repeated(keys)
    for number, own in enumerate(keys):
        came_often = np.isin(own, often)
        if came_often.any():
            yield number, list(compress(versions(read_frames(staging, batch_folder(STAGE, number))), came_often))
