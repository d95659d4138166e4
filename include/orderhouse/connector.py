"""What an ERP looks like to Orderhouse: a value with a few functions and a mapping.

A connector reads; it writes no database and does not know Airflow. ``fetch``, ``read`` and ``scan`` are generators:
one page is fetched, handed over and staged before the next is asked for. So memory stays flat, and a sync that crashed
goes on after the last page that was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx

from include.orderhouse.credentials import Credentials
from include.orderhouse.http import Answer, Api, Explain
from include.orderhouse.mapping import Mapping, Record
from include.orderhouse.notification import Notifications

Rounding = Callable[[datetime], datetime]
"""An instant made less precise: `include.orderhouse.values.precision`."""


@dataclass(frozen=True)
class Window:
    """Which orders to fetch: those in which anything changed in ``[start, end)``, by the source's own clock, in UTC."""

    start: datetime | None
    """First instant, included; None means since ever."""
    end: datetime | None
    """First instant no longer included; None means up to whatever there is, records dated in the future too."""
    open_only: bool = False
    """Only the orders that are still open at the source."""
    resume: Any = None
    """`Page.resume` of the last page that was kept: go on after it."""

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant lies in the window; one that is not told does not."""
        return at is not None and (self.start is None or at >= self.start) and (self.end is None or at < self.end)

    def rounded(self, start: Rounding, end: Rounding) -> Window:
        """The window as a source keeps instants, which may be less precise than ours."""
        return replace(self, start=self.start and start(self.start), end=self.end and end(self.end))


@dataclass(frozen=True)
class Page:
    """Whole raw orders, each a JSON object with all that the source gives, its lines and their parts inside."""

    records: Sequence[Record]
    resume: Any = None
    """JSON that lets a later call go on after this page; None where the page is the last one of the window."""
    expected: int | None = None
    """Told once per section of the window (a company, say): how many orders it holds by the source's own count."""
    deleted: Sequence[str] = ()
    """Ids of orders that the source itself tells were deleted in the window, where it has such a feed."""
    is_reread: bool = False
    """Its orders were asked for whatever their own modification time: that they lie outside the window is no wonder."""
    misses_deletions: bool = False
    """The source's feed does not reach back to the start of the window; a scan of all keys finds what was deleted."""


@dataclass(frozen=True)
class Key:
    """One order as a key scan sees it."""

    source_order_id: str
    source_modified_at: datetime | None


@dataclass(frozen=True)
class Keys:
    """A page of a key scan; ``expected`` as in `Page`."""

    keys: Sequence[Key]
    expected: int | None = None


@dataclass(frozen=True)
class Absent:
    """An order that the source shows no more, as the warehouse has it."""

    status: str | None = None
    is_begun: bool = False
    """Whether something of it was received or invoiced."""


@dataclass(frozen=True)
class Catalogue:
    """What a connection's source turned out to hold. Asked once per sync, staged with it, handed to every fetch."""

    scope: tuple[str, ...] = ("everything",)
    """What is read, for example companies. When it grows, the new part has no history and the next sync is initial."""
    details: dict[str, Any] = field(default_factory=dict)
    """JSON of the connector's own: field names, versions, companies, look-up tables."""


@dataclass(frozen=True)
class Source:
    """A connection as its connector's functions see it."""

    api: Api
    settings: Any
    """The connector's own settings dataclass, validated."""
    catalogue: Catalogue
    page_size: int
    time_zone: str = "UTC"
    """The connection's IANA zone: that of the source's own clock where its API tells local times."""


@dataclass(frozen=True)
class NoSettings:
    """Connections to this kind of ERP have nothing to set."""


def by_status(answer: Answer) -> None:
    """An error response means what its HTTP status says, no more."""


@dataclass(frozen=True)
class Revocation:
    """Where a vendor takes refresh tokens back (RFC 7009); ``revocation_url`` in the extra JSON replaces the URL."""

    url: str
    takes_json: bool = False
    """Whether it wants JSON in place of a form."""


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One kind of ERP."""

    name: str
    label: str
    """The vendor's name of the product."""
    documentation: str
    """Vendor documents the connector follows, as Markdown."""
    settings: type[Any] = NoSettings
    """A frozen dataclass of the options a connection may set; its field docstrings or metadata explain them."""
    authenticate: Callable[[Credentials, Any], httpx.Auth]
    discover: Callable[[Source], Catalogue]
    """One or two cheap calls: checks credentials, learns companies and fields. Its source has an empty catalogue."""
    fetch: Callable[[Source, Window], Iterator[Page]]
    read: Callable[[Source, Sequence[str]], Iterator[Page]]
    """The orders with these source ids, as many as exist; those that are gone are simply absent."""
    scan: Callable[[Source], Iterator[Keys]]
    """Every order of the scope by key and modification time, with the source's own count where it tells one."""
    explain: Explain = by_status
    """What an error response means, where the HTTP status does not say it."""
    mapping: Mapping
    page_size: int
    largest_page: int | None = None
    """How many orders the vendor gives at a time at most; None where it documents no such limit."""
    requests_per_minute: int
    """The vendor's limit with a margin; a connection may set its own."""
    concurrency: int
    version: int = 1
    """Raised when the mapping changes, so that a remap supersedes what an older one made of the same payload."""
    custom_field_patterns: tuple[str, ...] = ()
    """How the system names custom fields, for example ``YY1_*``."""
    finds_open_orders: bool = True
    """Whether the source can be asked for the orders that are still open, however old."""
    explain_absence: Callable[[Source, dict[str, Absent]], dict[str, str]] | None = None
    """For systems where finished orders leave the list: of absent orders by source id, the canonical status of those
    that were not deleted."""
    rereads_open_orders: Callable[[Any], bool] | None = None
    """For systems that may tell no modification time: whether, by its settings, a connection's syncs read again the
    orders that the warehouse holds as open, so that those finished since then are found."""
    revocation: Revocation | None = None
    """Where rotating tokens are given back when a connection leaves."""
    notifications: Notifications | None = None
    """How the source tells of its own accord that orders have changed, where it can."""

    def __post_init__(self) -> None:
        """Raise ValueError where a page that nobody has set would be larger than the vendor gives."""
        if self.largest_page is not None and self.page_size > self.largest_page:
            raise ValueError(f"{self.name}: page_size is {self.page_size}, and largest_page {self.largest_page}")
