"""Connectors that follow wrongly what people do: copies of a good one with its fetch replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from include.orderhouse.connector import Connector, Page, Source, Window


def pages_by_offset(good: Connector) -> Connector:
    """Counts the rows that it has read, in a list that is made anew for every page."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        number, size = 0, source.page_size
        while listed := [each for page in good.fetch(source, window) for each in page.records][number:]:
            number += size
            yield Page(listed[:size], resume=number if len(listed) > size else None)

    return replace(good, fetch=fetch)


def takes_the_creation_for_the_change(good: Connector) -> Connector:
    """Asks for orders that were made in the window."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            made = [datetime.fromisoformat(f"{record['create_date']}Z") for record in page.records]
            kept = [record for record, at in zip(page.records, made, strict=True) if window.holds(at)]
            yield replace(page, records=page.records if window.start is None else kept)

    return replace(good, fetch=fetch)


def takes_one_page_of_changed_orders(good: Connector) -> Connector:
    """Asks once where the window has a start."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            is_last = window.start is not None and bool(page.records)
            yield replace(page, resume=None if is_last else page.resume)
            if is_last:
                return

    return replace(good, fetch=fetch)


def tells_its_orders_as_deleted(good: Connector) -> Connector:
    """Takes every order that changed for one that is gone."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, replace(window, start=None)):
            yield replace(page, deleted=[str(record["id"]) for record in page.records])

    return replace(good, fetch=fetch)


def tells_the_first_deletion_alone(good: Connector) -> Connector:
    """Reads one page of a feed."""
    return replace(good, fetch=partial(_with_deletions, good, 1, False))


def tells_all_deletions_again(good: Connector) -> Connector:
    """Starts its feed from the beginning, whatever the resume says."""
    return replace(good, fetch=partial(_with_deletions, good, None, True))


def _with_deletions(
    good: Connector, at_most: int | None, again: bool, source: Source, window: Window
) -> Iterator[Page]:
    """A fetch whose last pages tell, one by one, the ids that no order has any more."""
    if not (window.resume or {}).get("feed"):
        for page in good.fetch(source, window):
            yield replace(page, resume=page.resume or {"feed": 1})
    living = {int(key.source_order_id) for page in good.scan(source) for key in page.keys}
    gone = sorted(set(range(1, max(living))) - living)[:at_most]
    done = 0 if again else (window.resume or {}).get("feed", 1) - 1
    for number, one in enumerate(gone[done:], done + 2):
        yield Page((), {"feed": number} if number <= len(gone) else None, deleted=[str(one)])
