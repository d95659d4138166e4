"""The contract of a connector, second part: what it sends, when, and what it makes of an answer that is no good."""

from __future__ import annotations

import logging
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import StringIO
from itertools import pairwise, product
from typing import Any
from weakref import ref

from include.orderhouse.errors import (
    AuthenticationFailed,
    OrderhouseError,
    RequestRefused,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http.api import Api
from include.orderhouse.mapping import Record
from tests.contract.checks import Check
from tests.contract.differences import assert_same
from tests.contract.subject import EVER, Subject, records

MANY = 10_000
"""More orders on a page than any source here has, or gives at once."""
MOST_REQUESTS = 20
"""So many requests of a call are answered with another shape, each of them as the first."""


def a_page_is_read_when_it_is_asked_for(subject: Subject) -> None:
    """A fetch sends nothing before its first page is asked for, and nothing for a page that has not been."""
    log = subject.world.log
    source = subject.source
    log.clear()
    pages = subject.connector.fetch(source, EVER)
    sent = [log.count()]
    sent += [log.count() for _ in pages]
    assert sent[0] == 0, f"{sent[0]} requests were sent by the call, before a page was asked for"
    is_lazy = all(before < after for before, after in pairwise(sent))
    assert is_lazy, f"pages came that no request was sent for, so they lay in memory; requests sent by page: {sent}"


def a_page_is_let_go_of_before_the_next_is_asked_for(subject: Subject) -> None:
    """While the source is asked, no name holds the page before: its orders take many times the memory of their JSON."""
    marks: list[ref[_Mark]] = []
    api = _Watched(subject.source.api, lambda: sum(mark() is not None for mark in marks))
    pages = subject.connector.fetch(replace(subject.source, api=api), EVER)  # type: ignore[arg-type]  # it acts as one
    while (page := next(pages, None)) is not None:
        marks[:] = [ref(mark) for mark in _marked(page.records)]
        del page
    held = [number for number in api.seen if number]
    assert not held, f"{held[0]} orders and lines of a page are held while the source is asked for another one"


def every_request_goes_through_the_api(subject: Subject) -> None:
    """H31: what a source is asked beside `source.api` is neither paced nor retried nor bound to the host."""
    for name, call in subject.calls().items():
        subject.world.log.clear()
        before = subject.source.api.calls
        call()
        sent, counted = subject.world.log.count(), subject.source.api.calls - before
        assert sent == counted, f"{name}: {sent} requests came to the source, but only {counted} by source.api"


def a_larger_page_size_loses_nothing(subject: Subject) -> None:
    """H19: a connection may ask for larger pages than the source gives; what it cuts off is asked for then, or refused.

    A page with fewer orders than were asked for is not the last one.
    """
    source, keys = replace(subject.source, page_size=MANY), subject.expected_keys
    connector, what = subject.connector, f"with a page_size of {MANY}"
    calls: dict[str, Callable[[], list[str]]] = {
        "fetch": lambda: subject.keys(records(connector.fetch(source, EVER))),
        "scan": lambda: [key.source_order_id for page in connector.scan(source) for key in page.keys],
        "read": lambda: subject.keys(records(connector.read(source, sorted(keys)))),
    }
    for name, call in calls.items():
        try:
            found = call()
        except RequestRefused:
            continue
        assert_same(found, keys, f"{name}, {what}")


def wrong_credentials_are_told_as_such(subject: Subject) -> None:
    """The first call with credentials the source does not accept raises AuthenticationFailed."""
    error = error_of(lambda: subject.connect(subject.connector, subject.wrong))
    assert error is not None, "no error came: WRONG in tests/contract/conftest.py names no secret that is asked for"
    assert isinstance(error, AuthenticationFailed), f"AuthenticationFailed expected, came {error!r}"


def a_wrong_shape_is_never_no_orders(subject: Subject) -> None:
    """H33: JSON of another shape raises UnexpectedShape, whatever was asked: orders, lines, what they refer to."""
    for name, call in subject.calls().items():
        subject.world.log.clear()
        call()
        for number in range(min(subject.world.log.count(), MOST_REQUESTS)):
            subject.world.faults.add("wrong_shape", times=None, after=number)
            error = error_of(call)
            subject.world.faults.clear()
            assert isinstance(error, UnexpectedShape), (
                f"{name}: UnexpectedShape expected of another JSON from request {number + 1} on, came {error!r}"
            )


def an_outage_is_never_no_orders(subject: Subject) -> None:
    """H32, H33: a request that the source is out of order for ends its call, whatever was asked: it hides no order."""
    for name, call in subject.calls().items():
        if name == "discover":
            continue
        subject.world.log.clear()
        call()
        for number in range(min(subject.world.log.count(), MOST_REQUESTS)):
            subject.world.faults.add("server_error", times=1, after=number)
            error = error_of(call)
            subject.world.faults.clear()
            assert isinstance(error, SourceUnavailable), (
                f"{name}: SourceUnavailable expected of status 500 for request {number + 1} alone, came {error!r}"
            )


def errors_hold_no_secret(subject: Subject) -> None:
    """No error, no log, nor what is shown of the source holds a secret of the connection, be it encoded."""
    shown_of = {"repr of the source": repr(subject.source), "repr of the credentials": repr(subject.right)}
    with _logged() as log:
        shown_of["wrong credentials"] = _shown(error_of(lambda: subject.connect(subject.connector, subject.wrong)))
        subject.connect(subject.connector, subject.right)
        for kind, (name, call) in product(("wrong_shape", "server_error", "rate_limited"), subject.calls().items()):
            subject.world.faults.add(kind, times=None)
            shown_of[f"{kind} in {name}"] = _shown(error_of(call))
            subject.world.faults.clear()
    shown_of["the log"] = log.getvalue()
    secrets = _secrets(subject)
    places = [place for place, text in shown_of.items() if any(secret in text for secret in secrets)]
    names = {name for secret, name in secrets.items() if any(secret in text for text in shown_of.values())}
    assert not places, (
        f"a secret is shown by: {', '.join(places)}. It is {' or '.join(sorted(names))}; what is no secret is named in "
        "PUBLIC of include/orderhouse/credentials.py"
    )


CHECKS_OF_REQUESTS: tuple[Check, ...] = (
    a_page_is_read_when_it_is_asked_for,
    a_page_is_let_go_of_before_the_next_is_asked_for,
    every_request_goes_through_the_api,
    a_larger_page_size_loses_nothing,
    wrong_credentials_are_told_as_such,
    a_wrong_shape_is_never_no_orders,
    an_outage_is_never_no_orders,
    errors_hold_no_secret,
)


def error_of(call: Callable[[], Any]) -> BaseException | None:
    """The error that a call raises, or None."""
    try:
        call()
    except (OrderhouseError, ValueError, LookupError, TypeError, AttributeError) as error:
        return error
    return None


class _Mark:
    """Lives as long as the record that it is put into."""


def _marked(found: Sequence[Record]) -> Iterator[_Mark]:
    """Put a mark into each order, and into its lines and other parts."""
    for record in found:
        parts = [part for value in record.values() if isinstance(value, list) for part in value]
        for each in (record, *(part for part in parts if isinstance(part, dict))):
            each["mark"] = mark = _Mark()
            yield mark


class _Watched:
    """A source's api that counts something, by ``look``, whenever it is asked."""

    def __init__(self, api: Api, look: Callable[[], int]) -> None:
        self._api, self._look = api, look
        self.seen = list[int]()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._api, name)
        return partial(self._asked, found) if callable(found) else found

    def _asked(self, call: Callable[..., Any], *args: Any, **more: Any) -> Any:
        self.seen.append(self._look())
        return call(*args, **more)


@contextmanager
def _logged() -> Iterator[StringIO]:
    """What is logged meanwhile, as operators see it; requests with their whole addresses."""
    logger, told = logging.getLogger(), StringIO()
    handler, level = logging.StreamHandler(told), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield told
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


def _shown(error: BaseException | None) -> str:
    return "" if error is None else "".join(traceback.format_exception(error)) + repr(error) + repr(error.__dict__)


def _secrets(subject: Subject) -> dict[str, str]:
    """The secrets as they are, and as HTTP Basic writes them (RFC 7617), with their names; a setting is none."""
    settings, found = set(map(str, vars(subject.source.settings).values())), dict[str, str]()
    for held in (subject.right, subject.wrong):
        plain = {"password": held.password, **held.extra}
        found |= {value: name for name, value in plain.items() if value in held.secrets() and value not in settings}
        pairs = ((held.login, "password"), (held.extra.get("client_id"), "client_secret"))
        found |= {
            b64encode(f"{login}:{plain[name]}".encode()).decode(): name for login, name in pairs if plain.get(name)
        }
    return found
