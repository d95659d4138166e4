"""The contract of a connector: one function for each promise, failing with an AssertionError where it is broken.

Its message says to whoever writes a connector what came, and what was to come.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.frames import Frames
from include.orderhouse.mapping import Record
from include.orderhouse.raw_order import RawOrder, pack, unpack
from include.orderhouse.transform.columns import UNKNOWN_CODE
from tests.contract.differences import assert_counted, assert_same, assert_unchanged, shown
from tests.contract.subject import EVER, Subject, records

Check = Callable[[Subject], None]
FETCHED_AT = datetime(2030, 1, 1, tzinfo=UTC)
STATUSES = ("status", "line_status", "receipt_status", "invoice_status")
WAITING = ("draft", "pending_approval", "approved", "sent", "acknowledged", "partially_received")
FINISHED = ("closed", "cancelled")


def every_order_comes_exactly_once(subject: Subject) -> None:
    """A window without bounds holds each order of the source once, in pages no larger than asked for."""
    pages, size = list(subject.connector.fetch(subject.source, EVER)), subject.source.page_size
    assert_same(subject.keys(records(pages)), subject.expected_keys, "a fetch without bounds")
    longest = max(len(page.records) for page in pages)
    assert longest <= size, f"a page has {longest} orders, more than the {size} of source.page_size"
    assert_counted([page.expected for page in pages], len(subject.expected_keys), "a fetch without bounds")


def a_window_is_closed_below_and_open_above(subject: Subject) -> None:
    """Orders that changed at an instant or later are in the window that starts there, the others in that up to it."""
    dated = {key: at for key, at in subject.identified(subject.fetch()) if at is not None}
    instants = sorted(dated.values())
    for edge in (instants[0], instants[len(instants) // 2], instants[-1]):
        since, until = (set(subject.keys(subject.fetch(window))) for window in (Window(edge, None), Window(None, edge)))
        later = {key for key, at in dated.items() if at >= edge}
        hint = "a bound may be of the wrong sign, precision or time zone, or not be asked for"
        lost = later - since
        assert not lost, f"{shown(lost)} changed at {edge} or later, but not in the window from there: {hint}"
        early = later & until
        assert not early, f"{shown(early)} changed at {edge} or later, but in the window up to there: {hint}"
        lost = dated.keys() - later - until
        assert not lost, f"{shown(lost)} changed before {edge}, but not in the window up to there: {hint}"


def both_ends_of_a_window_count(subject: Subject) -> None:
    """A window with a start and an end, as slices have, holds what changed in between, and nothing else."""
    dated = {key: at for key, at in subject.identified(subject.fetch()) if at is not None}
    instants = sorted(dated.values())
    window = Window(instants[len(instants) // 3], instants[2 * len(instants) // 3])
    pages = list(subject.connector.fetch(subject.source, window))
    lost = {key for key, at in dated.items() if window.holds(at)} - set(subject.keys(records(pages)))
    assert not lost, f"{shown(lost)} changed in {window}, but not in it"
    asked_by_time = records(page for page in pages if not page.is_reread)
    outside = {key for key in subject.keys(asked_by_time) if key in dated and not window.holds(dated[key])}
    assert not outside, f"{shown(outside)} did not change in {window}, but in it: one of its ends may not be asked for"


def no_order_falls_between_the_instants_a_source_tells(subject: Subject) -> None:
    """H10: what is told in whole seconds or milliseconds may have changed at any moment of them."""
    dated = {key: at for key, at in subject.identified(subject.fetch()) if at is not None}
    told = dated.values()
    if any(at.microsecond % 1000 for at in told):
        return
    step = timedelta(milliseconds=1) if any(at.microsecond for at in told) else timedelta(seconds=1)
    latest, start = max(told), max(told) + step / 2
    lost = {key for key, at in dated.items() if at == latest} - set(subject.keys(subject.fetch(Window(start, None))))
    assert not lost, (
        f"{shown(lost)} changed at {latest} by what the source tells, so perhaps after {start}, but not in the window "
        "from there: its start must be rounded down (Window.rounded)"
    )


def open_orders_are_found_however_old(subject: Subject) -> None:
    """Asked for open orders only, a source gives all that wait for something, not all orders, and none from the end on.

    Nothing is promised where the source cannot be asked for them.
    """
    if not subject.connector.finds_open_orders:
        return
    status = statuses(subject)
    dated = subject.identified(subject.fetch(Window(None, None, open_only=True)))
    found = {key for key, _ in dated}
    missing = {key for key, told in status.items() if told in WAITING} - found
    assert not missing, f"{shown(missing)} wait for something, but are not among the open orders"
    finished = {key for key, told in status.items() if told in FINISHED}
    assert not finished or finished - found, "every finished order is among the open ones: window.open_only is ignored"
    instants = sorted(at for _, at in dated if at is not None)
    end = instants[len(instants) // 2]
    part = set(subject.keys(subject.fetch(Window(None, end, open_only=True))))
    late = {key for key, at in dated if at is not None and at >= end} & part
    assert not late, f"{shown(late)} changed at {end} or later, but among the open orders up to there"
    lost = {key for key, at in dated if at is not None and at < end} - part
    assert not lost, f"{shown(lost)} changed before {end}, but not among the open orders up to there"


def after_each_page_the_rest_is_fetched(subject: Subject) -> None:
    """H30: with a page's resume, as JSON keeps it, a fetch gives exactly the orders of the pages that follow.

    Whatever the window: one with a start may be read in more ways than one without.
    """
    pages = list(subject.connector.fetch(subject.source, EVER))
    assert len(pages) > 2, f"only {len(pages)} pages came of {len(subject.expected_keys)} orders"
    assert_resumed(subject, subject.source, EVER, pages)
    first = min(at for _, at in subject.identified(records(pages)) if at is not None)
    windows = [Window(first, None)] + [Window(None, None, open_only=True)] * subject.connector.finds_open_orders
    for window in windows:
        assert_resumed(subject, subject.source, window, list(subject.connector.fetch(subject.source, window)))


def read_gives_exactly_the_orders_asked_for(subject: Subject) -> None:
    """Orders that do not exist are absent; the others come once, as they do in a fetch."""
    fetched = dict(zip(subject.keys(found := subject.fetch()), found, strict=True))
    asked = sorted(subject.expected_keys)[::7]
    nowhere = f"{asked[0][:-6]}999999"
    read = records(subject.connector.read(subject.source, [*asked, nowhere]))
    assert_same(subject.keys(read), asked, f"read, asked for orders and for {nowhere}, which does not exist")
    alone = records(subject.connector.read(subject.source, [nowhere]))
    assert alone == [], f"read, asked for {nowhere} alone, which does not exist, gives {len(alone)} orders"
    hashes = content_hashes(subject, read), content_hashes(subject, [fetched[key] for key in asked if key in fetched])
    unlike = {key for key in asked if hashes[0].get(key) != hashes[1].get(key)}
    assert not unlike, f"{shown(unlike)} become something else when they are read than when they are fetched"


def a_scan_agrees_with_a_fetch_and_its_own_count(subject: Subject) -> None:
    """A key scan lists the fetched orders once each, with the modification times they are loaded with."""
    pages = list(subject.connector.scan(subject.source))
    scanned = [key for page in pages for key in page.keys]
    fetched = dict(subject.identified(subject.fetch()))
    assert_same([key.source_order_id for key in scanned], fetched, "a scan, beside a fetch")
    for key in scanned:
        told, loaded = key.source_modified_at, fetched[key.source_order_id]
        assert told == loaded, f"{key.source_order_id}: a scan tells {told!r}, the order itself {loaded!r}"
    assert_counted([page.expected for page in pages], len(scanned), "a scan")


def windows_scans_and_orders_are_of_one_time_zone(subject: Subject) -> None:
    """H1: wherever a connection's source is, its windows, its scans and its orders' times are read in the same zone.

    Whether local times are told at all, and in whose zone, is the connector's to say. East and west of UTC: on one side
    a wrong zone makes windows wider, which loses nothing.
    """
    for zone in ("Asia/Tokyo", "Pacific/Honolulu"):
        elsewhere = replace(subject, time_zone=zone)
        a_scan_agrees_with_a_fetch_and_its_own_count(elsewhere)
        a_window_is_closed_below_and_open_above(elsewhere)


def a_record_is_json_and_holds_all_it_takes(subject: Subject) -> None:
    """What is made of the copy that was kept is what is made of the record that was fetched."""
    fetched = subject.fetch()
    kept = [unpack(pack(record)) for record in fetched]
    assert_unchanged(fetched, kept, "raw orders")
    assert_unchanged(tables(subject, fetched), tables(subject, kept), "what is made of them")


def every_order_can_be_mapped(subject: Subject) -> None:
    """Every order of the source is read without a reject."""
    made = made_of(subject, subject.fetch())
    rejects = made["reject"].select(["source_order_id", "field", "reason"]).to_pylist()
    assert rejects == [], f"{len(rejects)} orders are rejected, such as {rejects[0]}"
    assert_same(made["purchase_order"].column("source_order_id").to_pylist(), subject.expected_keys, "what was mapped")


def every_status_has_a_code(subject: Subject) -> None:
    """The code tables know each status of orders and lines that the source tells."""
    issues = made_of(subject, subject.fetch())["issue"].to_pylist()
    unknown = {(row["field"], row["source_value"]) for row in issues if row["code"] == UNKNOWN_CODE}
    told = sorted(f"{field} {value!r}" for field, value in unknown if field in STATUSES)
    assert not told, f"in no code table: {', '.join(told)}"


def the_catalogue_is_json(subject: Subject) -> None:
    """The catalogue is staged and read back as it was; it names its scope."""
    catalogue = subject.source.catalogue
    assert catalogue.scope, "the catalogue has no scope"
    assert all(isinstance(part, str) for part in catalogue.scope), f"the scope is not of texts: {catalogue.scope!r}"
    assert_unchanged(catalogue.details, json.loads(json.dumps(catalogue.details, default=repr)), "the details")


CHECKS_OF_ORDERS: tuple[Check, ...] = (
    every_order_comes_exactly_once,
    a_window_is_closed_below_and_open_above,
    both_ends_of_a_window_count,
    no_order_falls_between_the_instants_a_source_tells,
    open_orders_are_found_however_old,
    after_each_page_the_rest_is_fetched,
    read_gives_exactly_the_orders_asked_for,
    a_scan_agrees_with_a_fetch_and_its_own_count,
    windows_scans_and_orders_are_of_one_time_zone,
    a_record_is_json_and_holds_all_it_takes,
    every_order_can_be_mapped,
    every_status_has_a_code,
    the_catalogue_is_json,
)


def assert_resumed(subject: Subject, source: Source, window: Window, pages: Sequence[Page]) -> None:
    """Fail unless, after each page, the pages that follow come once more from its resume, as JSON keeps it."""
    assert pages[-1].resume is None, f"{window}: the last page tells a resume, {pages[-1].resume!r}"
    for number, page in enumerate(pages[:-1], 1):
        assert page.resume is not None, f"{window}: page {number} of {len(pages)} tells no resume, as the last one may"
        resumed = replace(window, resume=json.loads(json.dumps(page.resume)))
        rest = list(subject.connector.fetch(source, resumed))
        came, follows = subject.keys(records(rest)), subject.keys(records(pages[number:]))
        assert_same(came, follows, f"{window}: after page {number}, from its resume {page.resume!r} on")
        assert came == follows, f"{window}: after page {number} the same orders come in another order: fix it"
        gone = [[key for each in them for key in each.deleted] for them in (rest, pages[number:])]
        assert_same(*gone, f"{window}: deleted after page {number}, from its resume {page.resume!r} on")
        counted = [sum(each.expected or 0 for each in them) for them in (pages, [*pages[:number], *rest])]
        assert counted[0] == counted[1], (
            f"{window}: `expected` adds up to {counted[0]}, but to {counted[1]} where the fetch went on after page "
            f"{number}: tell it once per section, not again with a resume"
        )


def made_of(subject: Subject, found: list[Record]) -> Frames:
    """The frames of raw orders."""
    return subject.transform.frames([RawOrder(FETCHED_AT, record) for record in found])


def statuses(subject: Subject) -> dict[str, str | None]:
    """What the status of each order becomes, by its source id."""
    orders = made_of(subject, subject.fetch())["purchase_order"].select(["source_order_id", "status"])
    return {row["source_order_id"]: row["status"] for row in orders.to_pylist()}


def tables(subject: Subject, found: list[Record]) -> dict[str, list[dict[str, Any]]]:
    """The rows of every frame that raw orders become, without the payloads."""
    return {
        name: frame.drop_columns([c for c in ("payload",) if c in frame.column_names]).to_pylist()
        for name, frame in made_of(subject, found).tables.items()
    }


def content_hashes(subject: Subject, found: list[Record]) -> dict[str, str]:
    """The hash of what each order becomes, by its source id."""
    versions = made_of(subject, found)["version"].select(["source_order_id", "content_hash"]).to_pylist()
    return {row["source_order_id"]: row["content_hash"] for row in versions}
