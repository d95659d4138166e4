"""What a check of the contract is given: a connector, a source it may read, and what the source is known to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Connector, Page, Source, Window
from include.orderhouse.credentials import Credentials
from include.orderhouse.mapping import Record
from include.orderhouse.transform.batch import Transform
from tests.sandbox.company import Company
from tests.sandbox.dialect import World
from tests.sandbox.running import Sandbox

EVER = Window(None, None)


@dataclass(frozen=True)
class Subject:
    """A connector under test. ``connect`` makes a source, its catalogue discovered, from credentials."""

    connector: Connector
    served: Sandbox
    """Shared by all checks: what changes its company is done `afresh`."""
    right: Credentials
    wrong: Credentials
    connect: Callable[[Connector, Credentials], Source]
    expected: Callable[[Company], Mapping[str, Any]]
    """By source id, all orders of a company that its source lists."""
    unproved: frozenset[str]
    """Mapped columns of which neither the dialect nor the truth tells anything, each behind its table's name."""
    afresh: Callable[[], AbstractContextManager[Subject]]
    """The connector with a source of its own, at which people may work."""
    time_zone: str = "UTC"
    """That of the connection; the sandbox's own clock is in UTC."""

    @property
    def world(self) -> World:
        """The connector's dialect in the sandbox."""
        return self.served.world(self.connector.name)

    @cached_property
    def expected_keys(self) -> frozenset[str]:
        """The source ids of all orders that the source lists."""
        return frozenset(self.expected(self.served.company))

    @cached_property
    def proved(self) -> set[str]:
        """The columns that the truth tells of, and those that nothing does, each behind its table's name."""
        orders = list(self.expected(self.served.company).values())
        lines = _parts(orders, "lines")
        rows = {"order": orders, "order_line": lines}
        rows |= {f"order_{part}": _parts(lines, f"{part}s") for part in ("schedule", "distribution")}
        return {
            f"purchase_{table}.{name}" for table, found in rows.items() for row in found for name in row
        } | self.unproved

    @cached_property
    def source(self) -> Source:
        """A source that may be read."""
        return replace(self.connect(self.connector, self.right), time_zone=self.time_zone)

    @cached_property
    def connection(self) -> Connection:
        """A connection to the source, without changes of its own to the mapping."""
        options = Options(connector=self.connector.name, customer="Contract", time_zone=self.time_zone)
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

    def order_ids(self) -> dict[str, int]:
        """By source id, the sandbox's own id of each order that the source lists."""
        company, found = copy(self.served.company), dict[str, int]()
        for order in self.served.company.orders.values():
            company.orders = {order.id: order}
            found |= dict.fromkeys(self.expected(company), order.id)
        return found

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


def _parts(rows: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return [part for row in rows for part in row.get(name) or ()]


def records(pages: Iterable[Page]) -> list[Record]:
    """The raw orders of pages."""
    return [record for page in pages for record in page.records]
