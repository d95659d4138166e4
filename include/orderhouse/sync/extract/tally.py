"""What a slice of a sync has brought so far, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from include.orderhouse.order_keys import KeySet


@dataclass
class Tally:
    """What one slice has brought so far."""

    keys: KeySet = field(default_factory=KeySet)
    orders: int = 0
    keyless: int = 0
    """Orders without a key that can be read."""
    outside: int = 0
    expected: int | None = None
    pages: int = 0
    resume: Any = None
    is_done: bool = False
    deleted: set[str] = field(default_factory=set)
    misses_deletions: bool = False
    staged_bytes: int = 0
    stale_pages: int = 0
    """Pages that brought orders, none of which was new."""
    empty_pages: int = 0
    """Pages in succession, up to the latest, without any order."""

    @property
    def told_apart(self) -> int:
        """How many orders came, each once; of those without a key every copy."""
        return len(self.keys) + self.keyless

    @property
    def is_short(self) -> bool:
        """Whether fewer orders came than the source counts."""
        return self.expected is not None and self.told_apart < self.expected

    def __contains__(self, key: object) -> bool:
        return key in self.keys

    def complete(self, earlier: Tally) -> None:
        """Count what an earlier pass through the same slice brought, too.

        An order that changes meanwhile leaves its window: behind the count, and before its page is asked for. One that
        left it between the passes makes up for one that both have lost; only a reconcile finds that one.
        """
        self.keys.merge(earlier.keys)
        self.deleted |= earlier.deleted

    def add(self, checkpoint: dict[str, Any]) -> None:
        """Count a page by its checkpoint."""
        is_news = self.keys.add(checkpoint["keys"]) > 0 or len(checkpoint["keys"]) < checkpoint["orders"]
        self.stale_pages += not is_news and checkpoint["orders"] > 0
        self.empty_pages = 0 if checkpoint["orders"] else self.empty_pages + 1
        self.orders += checkpoint["orders"]
        self.keyless += checkpoint["orders"] - len(checkpoint["keys"])
        self.outside += checkpoint["outside"]
        if checkpoint["expected"] is not None:
            self.expected = (self.expected or 0) + checkpoint["expected"]
        self.pages += 1
        self.resume = checkpoint["resume"]
        self.is_done = checkpoint["resume"] is None
        self.deleted.update(checkpoint["deleted"])
        self.misses_deletions |= checkpoint["misses_deletions"]
        self.staged_bytes += checkpoint.get("bytes", 0)
