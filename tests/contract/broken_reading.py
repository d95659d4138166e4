"""Connectors that read wrongly: copies of a good one with one of its reading functions replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from include.orderhouse.connector import Connector, Keys, Page, Source, Window
from include.orderhouse.errors import OrderhouseError
from include.orderhouse.mapping import Record


def drops_the_last_order_of_each_page(good: Connector) -> Connector:
    """Like a page read with an offset that is one too large."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            yield replace(page, records=page.records[:-1])

    return replace(good, fetch=fetch)


def gives_an_order_twice(good: Connector) -> Connector:
    """Like pages that overlap by one order."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            yield replace(page, records=[*page.records[:-2], *page.records[-1:], *page.records[-1:]])

    return replace(good, fetch=fetch)


def keeps_a_page(good: Connector) -> Connector:
    """Leaves a page in its name while it goes on."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            yield replace(page, expected=page.expected)

    return replace(good, fetch=fetch)


def stumbles_over_a_missing_buyer(good: Connector) -> Connector:
    """Takes for granted what an order may be without."""

    def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
        for page in good.read(source, ids):
            yield replace(page, records=[{**order, "buyer": order["user_id"]["name"]} for order in page.records])

    return replace(good, read=read)


def skips_orders_without_a_buyer(good: Connector) -> Connector:
    """Leaves out what it cannot read, and tells nobody."""

    def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
        for page in good.read(source, ids):
            yield replace(page, records=[order for order in page.records if order["user_id"]])

    return replace(good, read=read)


def skips_lines_without_a_price(good: Connector) -> Connector:
    """Leaves out lines that it cannot read, and tells nobody."""

    def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
        for page in good.read(source, ids):
            yield replace(page, records=[_priced(order) for order in page.records])

    return replace(good, read=read)


def _priced(order: Record) -> Record:
    return {**order, "order_line": [line for line in order["order_line"] if line["price_unit"] is not None]}


def starts_after_the_first_instant(good: Connector) -> Connector:
    """Asks for later than the start instead of from it on."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        start = None if window.start is None else window.start + timedelta(seconds=1)
        yield from good.fetch(source, replace(window, start=start))

    return replace(good, fetch=fetch)


def ends_with_the_last_instant(good: Connector) -> Connector:
    """Asks for up to the end instead of before it."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        end = None if window.end is None else window.end + timedelta(seconds=1)
        yield from good.fetch(source, replace(window, end=end))

    return replace(good, fetch=fetch)


def asks_in_another_zone(good: Connector) -> Connector:
    """Writes the bounds of a window as hours of Mumbai, and means UTC."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        start, end = (at and at - timedelta(hours=5, minutes=30) for at in (window.start, window.end))
        yield from good.fetch(source, replace(window, start=start, end=end))

    return replace(good, fetch=fetch)


def asks_in_the_zone_of_the_connection(good: Connector) -> Connector:
    """Writes the bounds of a window as local times, for a source that tells UTC."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        def local(at: datetime) -> datetime:
            return at.astimezone(ZoneInfo(source.time_zone)).replace(tzinfo=UTC)

        yield from good.fetch(source, window.rounded(local, local))

    return replace(good, fetch=fetch)


def begins_as_if_told_in_the_zone_of_the_connection(good: Connector) -> Connector:
    """Takes the start of a window for a local time: east of UTC it only asks for more."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        start = window.start and window.start.replace(tzinfo=ZoneInfo(source.time_zone)).astimezone(UTC)
        yield from good.fetch(source, replace(window, start=start))

    return replace(good, fetch=fetch)


def asks_more_precisely_than_is_told(good: Connector) -> Connector:
    """Compares the fraction of a second with instants that are told without one."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        start = window.start and window.start + timedelta(microseconds=-1, seconds=1)
        yield from good.fetch(source, replace(window, start=start))

    return replace(good, fetch=fetch)


def asks_for_all_in_place_of_open_ones(good: Connector) -> Connector:
    """Takes no notice of ``open_only``."""
    return replace(good, fetch=lambda source, window: good.fetch(source, replace(window, open_only=False)))


def asks_for_open_ones_of_any_time(good: Connector) -> Connector:
    """Takes no notice of the end of a window of open orders."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        yield from good.fetch(source, replace(window, end=None) if window.open_only else window)

    return replace(good, fetch=fetch)


def takes_drafts_for_finished(good: Connector) -> Connector:
    """Leaves drafts out of the open orders."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            kept = [record for record in page.records if not window.open_only or record["state"] != "draft"]
            yield replace(page, records=kept)

    return replace(good, fetch=fetch)


def forgets_where_it_was(good: Connector) -> Connector:
    """Starts from the beginning, whatever the resume says."""
    return replace(good, fetch=lambda source, window: good.fetch(source, replace(window, resume=None)))


def prefetches(good: Connector) -> Connector:
    """Reads every page when the first is asked for."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        yield from list(good.fetch(source, window))

    return replace(good, fetch=fetch)


def reads_at_the_call(good: Connector) -> Connector:
    """Reads before a page is asked for."""
    return replace(good, fetch=lambda source, window: iter(list(good.fetch(source, window))))


def reads_more_than_asked(good: Connector) -> Connector:
    """Ignores the keys."""
    return replace(good, read=lambda source, ids: good.fetch(source, Window(None, None)))


def takes_an_outage_for_an_order_that_is_gone(good: Connector) -> Connector:
    """Reads whatever error comes as an order that does not exist."""

    def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
        with suppress(OrderhouseError):
            yield from good.read(source, ids)

    return replace(good, read=read)


def reads_a_shell_for_what_is_gone(good: Connector) -> Connector:
    """Answers every key, also those that do not exist."""

    def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
        shell = next(good.fetch(source, Window(None, None))).records[0]
        found = [record for page in good.read(source, ids) for record in page.records]
        yield Page([*found, *[shell] * (len(ids) - len(found))])

    return replace(good, read=read)


def leaves_keys_out_of_a_scan(good: Connector) -> Connector:
    """Loses the last key of each page, whatever the count says."""

    def scan(source: Source) -> Iterator[Keys]:
        for page in good.scan(source):
            yield replace(page, keys=page.keys[:-1])

    return replace(good, scan=scan)


def scans_without_times(good: Connector) -> Connector:
    """Lists keys whose versions nobody can compare."""

    def scan(source: Source) -> Iterator[Keys]:
        for page in good.scan(source):
            yield replace(page, keys=[replace(key, source_modified_at=None) for key in page.keys])

    return replace(good, scan=scan)


def tells_naive_times(good: Connector) -> Connector:
    """Leaves the zone out of the times of a scan."""

    def scan(source: Source) -> Iterator[Keys]:
        for page in good.scan(source):
            yield replace(
                page, keys=[replace(key, source_modified_at=_naive(key.source_modified_at)) for key in page.keys]
            )

    return replace(good, scan=scan)


def _naive(at: datetime | None) -> datetime | None:
    return at and at.replace(tzinfo=None)


def ends_only_where_it_does_not_begin(good: Connector) -> Connector:
    """Asks for one end of a window at most."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        yield from good.fetch(source, window if window.start is None else replace(window, end=None))

    return replace(good, fetch=fetch)


def forgets_where_it_was_among_changed_orders(good: Connector) -> Connector:
    """Starts from the beginning where the window has a start."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        yield from good.fetch(source, window if window.start is None else replace(window, resume=None))

    return replace(good, fetch=fetch)


def counts_again_where_it_goes_on(good: Connector) -> Connector:
    """Tells a count with the first page of every call."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for number, page in enumerate(good.fetch(source, window)):
            yield replace(page, expected=None if number else 1)

    return replace(good, fetch=fetch)


def takes_a_short_page_for_the_last(good: Connector) -> Connector:
    """Stops at a page with fewer orders than it asked for; the source gives 50 at most."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(replace(source, page_size=min(source.page_size, 50)), window):
            is_last = len(page.records) < source.page_size
            yield replace(page, resume=None if is_last else page.resume)
            if is_last:
                return

    return replace(good, fetch=fetch)


def asks_beside_the_api(good: Connector) -> Connector:
    """Sends a request with a client of its own."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        httpx.get(source.api.address, trust_env=False)
        yield from good.fetch(source, window)

    return replace(good, fetch=fetch)
