"""The orders of a made-up source as JSON: written as they are asked for, or beforehand into files."""

from __future__ import annotations

import mmap
from array import array
from pathlib import Path
from typing import Protocol

import msgspec

from benchmarks.shapes.shape import Shape, Totals, encoded
from benchmarks.timeline import Timeline


class Orders(Protocol):
    """A source of orders by position."""

    def joined(self, found: range) -> bytes:
        """These orders, separated by commas."""


class WrittenOrders:
    """Orders that are written when they are asked for; ``totals`` adds up what was."""

    def __init__(self, shape: Shape, timeline: Timeline) -> None:
        self._shape, self._timeline = shape, timeline
        self.totals = Totals()

    def joined(self, found: range) -> bytes:
        """These orders, separated by commas."""
        return b",".join(map(self._order, found))

    def _order(self, position: int) -> bytes:
        timeline = self._timeline
        changed_at, is_later = timeline.changed_at(position), timeline.is_later(position)
        order = self._shape.write(timeline.number(position), changed_at, is_later)
        self.totals += self._shape.totals(order)
        return encoded(order)


class PreparedOrders:
    """Orders in a file, separated by commas, and their offsets in another: a page is a part of the file."""

    def __init__(self, folder: Path, shape: Shape, orders: int) -> None:
        place = folder / f"{shape.name}-{orders}"
        if not (place / "totals.json").exists():
            _prepare(place, shape, orders)
        self.totals = msgspec.json.decode((place / "totals.json").read_bytes(), type=Totals)
        self.bytes = (place / "orders.json").stat().st_size
        with (place / "orders.json").open("rb") as file:
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._offsets = array("Q", (place / "offsets").read_bytes())

    def joined(self, found: range) -> bytes:
        """These orders, separated by commas."""
        return self._content[self._offsets[found.start] : self._offsets[found.stop] - 1] if found else b""


def _prepare(place: Path, shape: Shape, orders: int) -> None:
    place.mkdir(parents=True, exist_ok=True)
    written, offsets = WrittenOrders(shape, Timeline(orders)), array("Q", [0])
    with (place / "orders.json").open("wb") as file:
        for position in range(orders):
            size = file.write(written.joined(range(position, position + 1)) + b",")
            offsets.append(offsets[-1] + size)
    (place / "offsets").write_bytes(offsets.tobytes())
    (place / "totals.json").write_bytes(msgspec.json.encode(written.totals))


def totals(shape: Shape, timeline: Timeline) -> Totals:
    """What a warehouse must hold when it has seen all changes: the latest version of each order."""
    later = timeline.whole[timeline.orders :]
    again = {timeline.number(position) for position in later}
    written = WrittenOrders(shape, timeline)
    for position in (*(each for each in range(timeline.orders) if each not in again), *later):
        written.joined(range(position, position + 1))
    return written.totals
