"""What a check of the contract is given: a connector, a source it may read, and what the source is known to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from include.orderhouse.connections import Connection
from include.orderhouse.connector import Connector, Page, Source, Window
from include.orderhouse.credentials import Credentials
from include.orderhouse.mapping import Record
from include.orderhouse.options import Options
from include.orderhouse.transform.batch import Transform
from tests.sandbox.dialect import World

EVER = Window(None, None)


@dataclass(frozen=True)
class Subject:
    """A connector under test. ``connect`` makes a source, its catalogue discovered, from credentials."""

    connector: Connector
    world: World
    right: Credentials
    wrong: Credentials
    connect: Callable[[Connector, Credentials], Source]
    expected_keys: frozenset[str]
    """The source ids of all orders that the source lists."""

    @cached_property
    def source(self) -> Source:
        """A source that may be read."""
        return self.connect(self.connector, self.right)

    @cached_property
    def connection(self) -> Connection:
        """A connection to the source, without changes of its own to the mapping."""
        options = Options(connector=self.connector.name, customer="Contract")
        return Connection(name="contract", options=options, connector=self.connector, settings=self.source.settings)

    @cached_property
    def transform(self) -> Transform:
        """The transform of the connection."""
        return Transform(self.connection)

    def fetch(self, window: Window = EVER) -> list[Record]:
        """The raw orders of a window."""
        return records(self.connector.fetch(self.source, window))

    def identified(self, found: Sequence[Record]) -> list[tuple[str, datetime | None]]:
        """Source id and modification time of raw orders."""
        keys, modified_at = self.transform.identify(found)
        names = ["(no key)" if key is None else str(key) for key in keys]
        return list(zip(names, modified_at.to_pylist(), strict=True))

    def keys(self, found: Sequence[Record]) -> list[str]:
        """The source ids of raw orders."""
        return [key for key, _ in self.identified(found)]

    def calls(self) -> dict[str, Callable[[], Any]]:
        """Every function that reads the source, by name."""
        connector, source = self.connector, self.source
        key = sorted(self.expected_keys)[0]
        return {
            "discover": lambda: connector.discover(source),
            "fetch": lambda: list(connector.fetch(source, EVER)),
            "read": lambda: list(connector.read(source, [key])),
            "scan": lambda: list(connector.scan(source)),
        }


def records(pages: Iterable[Page]) -> list[Record]:
    """The raw orders of pages."""
    return [record for page in pages for record in page.records]
