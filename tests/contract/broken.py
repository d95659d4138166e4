"""Connectors that break one promise each: copies of a good one with one function or field replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from include.orderhouse.connector import Catalogue, Connector, Keys, Page, Source, Window
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import AuthenticationFailed, RequestRefused, UnexpectedShape
from include.orderhouse.mapping import Record, code, derived, text
from tests.contract import checks
from tests.contract.checks import Check

Break = Callable[[Connector], Connector]


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


def gives_python_objects(good: Connector) -> Connector:
    """Hands over values that JSON does not have."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            yield replace(page, records=[{**record, "read_at": datetime(2026, 1, 1)} for record in page.records])

    return replace(good, fetch=fetch)


def looks_up_outside_the_record(good: Connector) -> Connector:
    """Keeps a look-up table in memory that only the record's own process has."""
    names: dict[int, str] = {}

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            names.update({id(record): "a term" for record in page.records})
            yield page

    def term(record: Record) -> str | None:
        return names.get(id(record))

    order = replace(good.mapping.order, payment_terms_text=text(derived(term, "payment terms", "terms")))
    return replace(good, fetch=fetch, mapping=_with_order(good, order, "payment_terms_text"))


def maps_a_required_column_to_nothing(good: Connector) -> Connector:
    """Reads the order's number from a field that is not there."""
    return replace(good, mapping=replace(good.mapping, order=replace(good.mapping.order, order_number=text("nummer"))))


def derives_what_it_cannot(good: Connector) -> Connector:
    """Computes a status from a field that is not there."""

    def status(record: Record) -> Any:
        return record["no_such_field"]

    order = replace(good.mapping.order, status=code(derived(status, "status", "no_such_field")))
    return replace(good, mapping=_with_order(good, order, "status"))


def takes_a_refused_login_for_a_bad_request(good: Connector) -> Connector:
    """Explains every refusal as a wrong request."""
    return replace(good, authenticate=_refusing(good, RequestRefused))


def takes_a_wrong_shape_for_no_orders(good: Connector) -> Connector:
    """Reads whatever it does not know as the end."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        try:
            yield from good.fetch(source, window)
        except UnexpectedShape:
            yield Page([])

    return replace(good, fetch=fetch)


def names_the_password_in_its_errors(good: Connector) -> Connector:
    """Quotes what it sent."""
    return replace(good, authenticate=_refusing(good, AuthenticationFailed))


def keeps_objects_in_its_catalogue(good: Connector) -> Connector:
    """Remembers the time of the discovery as Python has it."""

    def discover(source: Source) -> Catalogue:
        found = good.discover(source)
        return replace(found, details={**found.details, "scope": set(found.scope)})

    return replace(good, discover=discover)


def _refusing(good: Connector, error: type[RequestRefused] | type[AuthenticationFailed]) -> Any:
    def authenticate(credentials: Credentials, settings: Any) -> httpx.Auth:
        if "wr0ng" in (credentials.password or ""):
            raise error(f"The password {credentials.password} was refused.", action="Look at it.")
        return good.authenticate(credentials, settings)

    return authenticate


def _with_order(good: Connector, order: Any, column: str) -> Any:
    absent = " ".join(name for name in good.mapping.not_in_source.split() if name != column)
    return replace(good.mapping, order=order, not_in_source=absent)


BROKEN: tuple[tuple[Check, Break], ...] = (
    (checks.every_order_comes_exactly_once, drops_the_last_order_of_each_page),
    (checks.every_order_comes_exactly_once, gives_an_order_twice),
    (checks.a_window_is_closed_below_and_open_above, starts_after_the_first_instant),
    (checks.a_window_is_closed_below_and_open_above, ends_with_the_last_instant),
    (checks.after_each_page_the_rest_is_fetched, forgets_where_it_was),
    (checks.a_page_is_read_when_it_is_asked_for, prefetches),
    (checks.a_page_is_read_when_it_is_asked_for, reads_at_the_call),
    (checks.read_gives_exactly_the_orders_asked_for, reads_more_than_asked),
    (checks.read_gives_exactly_the_orders_asked_for, reads_a_shell_for_what_is_gone),
    (checks.a_scan_agrees_with_a_fetch_and_its_own_count, leaves_keys_out_of_a_scan),
    (checks.a_scan_agrees_with_a_fetch_and_its_own_count, scans_without_times),
    (checks.a_record_is_json_and_holds_all_it_takes, gives_python_objects),
    (checks.a_record_is_json_and_holds_all_it_takes, looks_up_outside_the_record),
    (checks.every_order_can_be_mapped, maps_a_required_column_to_nothing),
    (checks.every_order_can_be_mapped, derives_what_it_cannot),
    (checks.wrong_credentials_are_told_as_such, takes_a_refused_login_for_a_bad_request),
    (checks.a_wrong_shape_is_never_no_orders, takes_a_wrong_shape_for_no_orders),
    (checks.errors_hold_no_secret, names_the_password_in_its_errors),
    (checks.the_catalogue_is_json, keeps_objects_in_its_catalogue),
)
"""Each check with a connector that must fail it."""
