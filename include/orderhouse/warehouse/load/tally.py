"""What a load brings, counted by how it stands to what the warehouse held."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from include.orderhouse.warehouse.load.arrival import Arrival
from include.orderhouse.warehouse.load.standing import REPLACING, Standing


@dataclass
class Tally:
    """The versions of a load, and their lines, by how they stand; and how many rows were copied, by table."""

    orders: Counter[Standing] = field(default_factory=Counter)
    lines: Counter[Standing] = field(default_factory=Counter)
    flagged: int = 0
    """Versions that their source flags as deleted, and that were not before."""
    copied: Counter[str] = field(default_factory=Counter)
    read_again: set[str] = field(default_factory=set)
    """The fingerprints of raw records that wait as rejects of unknown orders."""

    def add(self, arrival: Arrival) -> None:
        """Count a batch."""
        self.orders.update(arrival.standings)
        self.lines.update(arrival.standings_of_lines())
        self.flagged += len(arrival.newly_deleted())

    @property
    def replacing(self) -> int:
        """Versions of which the warehouse held something before the load, and which are later."""
        return sum(self.orders[standing] for standing in REPLACING)
