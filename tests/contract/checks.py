"""The contract of a connector: one function for each promise, failing with an AssertionError where it is broken."""

from __future__ import annotations

import json
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from include.orderhouse.connector import Window
from include.orderhouse.errors import AuthenticationFailed, OrderhouseError, UnexpectedShape
from include.orderhouse.frames import Frames
from include.orderhouse.mapping import Record, columns_without_source
from include.orderhouse.raw_order import RawOrder, pack, unpack
from tests.contract.subject import EVER, Subject, records

Check = Callable[[Subject], None]
FETCHED_AT = datetime(2030, 1, 1, tzinfo=UTC)
SECRETS = ("password", "client_secret", "private_key", "api_key", "refresh_token")


def every_order_comes_exactly_once(subject: Subject) -> None:
    """A window without bounds holds each order of the source once, in pages no larger than asked for."""
    pages = list(subject.connector.fetch(subject.source, EVER))
    assert Counter(subject.keys(records(pages))) == Counter(subject.expected_keys)
    assert max(len(page.records) for page in pages) <= subject.source.page_size
    told = [page.expected for page in pages if page.expected is not None]
    assert not told or sum(told) == len(subject.expected_keys)


def a_window_is_closed_below_and_open_above(subject: Subject) -> None:
    """An order that changed at an instant is in the window that starts there, and not in the one that ends there."""
    dated = [(modified_at, key) for key, modified_at in subject.identified(subject.fetch()) if modified_at is not None]
    for edge, key in (min(dated), sorted(dated)[len(dated) // 2], max(dated)):
        assert key in subject.keys(subject.fetch(Window(edge, None))), f"{key} is not in the window from {edge}"
        assert key not in subject.keys(subject.fetch(Window(None, edge))), f"{key} is in the window up to {edge}"


def after_each_page_the_rest_is_fetched(subject: Subject) -> None:
    """H30: with a page's resume, as JSON keeps it, a fetch gives exactly the orders of the pages that follow."""
    pages = list(subject.connector.fetch(subject.source, EVER))
    assert len(pages) > 2
    assert pages[-1].resume is None
    for number, page in enumerate(pages[:-1], 1):
        assert page.resume is not None
        rest = subject.fetch(replace(EVER, resume=json.loads(json.dumps(page.resume))))
        assert subject.keys(rest) == subject.keys(records(pages[number:]))


def a_page_is_read_when_it_is_asked_for(subject: Subject) -> None:
    """A fetch sends nothing before its first page is asked for, and nothing for a page that has not been."""
    log = subject.world.log
    source = subject.source
    log.clear()
    pages = subject.connector.fetch(source, EVER)
    sent = [log.count()]
    sent += [log.count() for _ in pages]
    assert sent[0] == 0
    assert all(before < after for before, after in pairwise(sent)), f"requests by page: {sent}"


def read_gives_exactly_the_orders_asked_for(subject: Subject) -> None:
    """Orders that do not exist are absent; the others come once, as they do in a fetch."""
    fetched = dict(zip(subject.keys(found := subject.fetch()), found, strict=True))
    asked = sorted(subject.expected_keys)[::7]
    nowhere = f"{asked[0][:-6]}999999"
    read = records(subject.connector.read(subject.source, [*asked, nowhere]))
    assert Counter(subject.keys(read)) == Counter(asked)
    assert content_hashes(subject, read) == content_hashes(subject, [fetched[key] for key in asked])
    assert records(subject.connector.read(subject.source, [nowhere])) == []


def a_scan_agrees_with_a_fetch_and_its_own_count(subject: Subject) -> None:
    """A key scan lists the fetched orders once each, with the modification times they are loaded with."""
    pages = list(subject.connector.scan(subject.source))
    scanned = [(key.source_order_id, key.source_modified_at) for page in pages for key in page.keys]
    assert sorted(scanned, key=str) == sorted(subject.identified(subject.fetch()), key=str)
    told = [page.expected for page in pages if page.expected is not None]
    assert not told or sum(told) == len(scanned)


def a_record_is_json_and_holds_all_it_takes(subject: Subject) -> None:
    """What is made of the copy that was kept is what is made of the record that was fetched."""
    fetched = subject.fetch()
    kept = [unpack(pack(record)) for record in fetched]
    assert kept == fetched
    assert tables(subject, kept) == tables(subject, fetched)


def every_order_can_be_mapped(subject: Subject) -> None:
    """Every canonical column is mapped or declared absent, and every order of the source is read without a reject."""
    for entry in subject.connector.mapping.tables:
        absent = columns_without_source(subject.connector.mapping)[entry.table.name]
        assert {b.slot.column.name for b in entry.bindings if b.expression is None} == set(absent)
        assert {slot.column.name for slot in entry.table.slots} == {b.slot.column.name for b in entry.bindings}
    made = made_of(subject, subject.fetch())
    assert made["reject"].select(["source_order_id", "field", "reason"]).to_pylist() == []
    assert set(made["purchase_order"].column("source_order_id").to_pylist()) == subject.expected_keys


def wrong_credentials_are_told_as_such(subject: Subject) -> None:
    """The first call with credentials the source does not accept raises AuthenticationFailed."""
    error = error_of(lambda: subject.connect(subject.connector, subject.wrong))
    assert isinstance(error, AuthenticationFailed), f"came {error!r}"


def a_wrong_shape_is_never_no_orders(subject: Subject) -> None:
    """H33: JSON of another shape raises UnexpectedShape, whatever was asked."""
    for name, call in subject.calls().items():
        subject.world.faults.add("wrong_shape", times=None)
        error = error_of(call)
        subject.world.faults.clear()
        assert isinstance(error, UnexpectedShape), f"{name}: came {error!r}"


def errors_hold_no_secret(subject: Subject) -> None:
    """No error, nor what is shown of it or of the source, holds a secret of the connection."""
    shown = [repr(subject.source), repr(subject.right)]
    shown += [_shown(error_of(lambda: subject.connect(subject.connector, subject.wrong)))]
    for kind in ("wrong_shape", "server_error", "rate_limited"):
        for call in subject.calls().values():
            subject.world.faults.add(kind, times=None)
            shown.append(_shown(error_of(call)))
            subject.world.faults.clear()
    for secret in _secrets(subject):
        assert not any(secret in text for text in shown)


def the_catalogue_is_json(subject: Subject) -> None:
    """The catalogue is staged and read back as it was; it names its scope."""
    catalogue = subject.source.catalogue
    assert catalogue.scope
    assert all(isinstance(part, str) for part in catalogue.scope)
    assert json.loads(json.dumps(catalogue.details, default=repr)) == catalogue.details


CHECKS: tuple[Check, ...] = (
    every_order_comes_exactly_once,
    a_window_is_closed_below_and_open_above,
    after_each_page_the_rest_is_fetched,
    a_page_is_read_when_it_is_asked_for,
    read_gives_exactly_the_orders_asked_for,
    a_scan_agrees_with_a_fetch_and_its_own_count,
    a_record_is_json_and_holds_all_it_takes,
    every_order_can_be_mapped,
    wrong_credentials_are_told_as_such,
    a_wrong_shape_is_never_no_orders,
    errors_hold_no_secret,
    the_catalogue_is_json,
)


def made_of(subject: Subject, found: list[Record]) -> Frames:
    """The frames of raw orders."""
    return subject.transform.frames([RawOrder(FETCHED_AT, record) for record in found])


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


def error_of(call: Callable[[], Any]) -> BaseException | None:
    """The error that a call raises, or None."""
    try:
        call()
    except (OrderhouseError, ValueError, LookupError, TypeError, AttributeError) as error:
        return error
    return None


def _shown(error: BaseException | None) -> str:
    return "" if error is None else "".join(traceback.format_exception(error)) + repr(error) + repr(error.__dict__)


def _secrets(subject: Subject) -> list[str]:
    held = [subject.right, subject.wrong]
    found = [c.password if name == "password" else c.extra.get(name) for c in held for name in SECRETS]
    return [secret for secret in found if secret]
