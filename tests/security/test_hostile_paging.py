"""Each way to page, by a real connector, before a source whose answers somebody spoils on their way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from include.orderhouse.errors import BoundExceeded, ForeignHost, OrderhouseError, UnexpectedShape
from include.orderhouse.http.transport import SafeTransport, Way
from include.orderhouse.sync.extract import extraction
from include.orderhouse.sync.request import Mode
from tests.connectors.conftest import credentials_for
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.security.meddler import Answer, Meddler, Spoil, meddling, stuck
from tests.sync.conftest import NOW, SIGN_IN, Connect, System, connect, engine, url

__all__ = ["connect", "engine", "url"]

Between = Callable[[str], tuple[System, Meddler]]

PAGING = {
    "business_central": "links to the next page",
    "sap_business_one": "keys beyond the last, as long as there is a link",
    "sap_s4hana": "keys beyond the last, by OData",
    "odoo": "ids beyond the last, by RPC",
    "netsuite": "keys beyond the last, in SQL",
    "oracle_fusion": "keys beyond the last, as long as there is said to be more",
    "xero": "numbered pages",
}
"""A connector of each way to page."""
MOST_REQUESTS = 1000
LINKS = re.compile(rb'("(?:@odata\.|odata\.|__|)next(?:Link|)"\s*:\s*)"[^"]*"')
ELSEWHERE = [b"http://169.254.169.254/latest/", b"//evil.example.test/", b"https://127.0.0.1:1/", b"file:///etc/passwd"]


@pytest.fixture(scope="module")
def sources() -> Iterator[Sandbox]:
    """The systems, with the same few orders."""
    with sandbox(generate(7, orders=20, now=NOW), tuple(PAGING), Clock(NOW)) as running:
        yield running


@pytest.fixture
def between(sources: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """``between(name)``: a connection that has synced through the meddler, who has not begun yet."""
    monkeypatch.setattr(extraction, "EMPTY_PAGES", 20)
    with ExitStack() as stack:

        def build(name: str) -> tuple[System, Meddler]:
            meddler = stack.enter_context(meddling(sources.url(name)))
            monkeypatch.setattr(sources.world(name), "base_url", meddler.url)
            given = credentials_for(name, sources, **SIGN_IN.get(name, {}))
            system = connect(name, sources, page_size=2, slice_days=400, concurrency=1, max_response_mb=2)
            system.runtime = replace(system.runtime, credentials=lambda: replace(given, base_url=meddler.url))
            system.sync()
            assert system.order_ids()
            return system, meddler

        yield build


def _end(system: System, meddler: Meddler, spoil: Spoil) -> str:
    """The code of the error that the next sync ends with, if any; what was loaded stays in any case."""
    before, code = system.order_ids(), ""
    meddler.spoil, meddler.spoilt = spoil, 0
    try:
        system.sync(Mode.FULL_RESYNC)
    except OrderhouseError as error:
        code = error.code
    assert system.order_ids() == before
    assert 0 < meddler.spoilt < MOST_REQUESTS
    return code


def _other_kinds() -> Spoil:
    """Something else than what was asked for, under a name of something else."""
    kinds = cycle([b"<html>Sign in</html>", b"[" * 200_000, b'{"value": 1e999999999}', b"", b'"\xff"'])
    return lambda _, answer: Answer(200, {"Content-Type": "text/html"}, next(kinds))


def _endless(_asked: str, answer: Answer) -> Answer:
    """The first text of an answer begins with three megabytes."""
    return replace(answer, body=answer.body.replace(b'"', b'"' + b"x" * (3 << 20), 1))


def _elsewhere() -> Spoil:
    """Links to a next page of somebody else's."""
    targets = cycle(ELSEWHERE)

    def spoil(_asked: str, answer: Answer) -> Answer:
        return replace(answer, body=LINKS.sub(lambda found: found[1] + b'"' + next(targets) + b'"', answer.body))

    return spoil


@pytest.mark.parametrize("name", PAGING)
def test_no_paging_is_led_astray_by_its_source(name: str, between: Between, tmp_path: Path) -> None:
    system, meddler = between(name)
    assert _end(system, meddler, _endless) == "BOUND_EXCEEDED"
    assert _end(system, meddler, _other_kinds()) in ("UNEXPECTED_SHAPE", "AUTHENTICATION_FAILED")
    follows_links = name == "business_central"
    assert _end(system, meddler, _elsewhere()) == ("FOREIGN_HOST" if follows_links else "")
    assert _end(system, meddler, stuck()) in ("FILTER_IGNORED", "UNEXPECTED_SHAPE", "COUNT_MISMATCH", "BOUND_EXCEEDED")
    assert sum(file.stat().st_size for file in (tmp_path / "staging").rglob("*") if file.is_file()) < 1 << 20


@pytest.fixture(scope="module")
def business_central() -> Iterator[Sandbox]:
    """Business Central with some orders."""
    with sandbox(generate(7, orders=12, now=NOW), ["business_central"], Clock(NOW)) as running:
        yield running


class Poisoned(httpx.BaseTransport):
    """The way to a source that puts a link of its own choice to the next page into every page of orders."""

    def __init__(self, way: Way, link: str) -> None:
        self._inner, self._link, self.pages = SafeTransport(way), link, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The source's answer, with the link."""
        answer = self._inner.handle_request(request)
        answer.read()
        body = json.loads(answer.content) if request.url.path.endswith("purchaseOrders") else None
        if body is None:
            return answer
        self.pages += 1
        url = request.url.copy_set_param("orderhouse", str(self.pages))
        body["@odata.nextLink"] = self._link.format(url=url)
        return httpx.Response(200, json=body)


@pytest.mark.parametrize(
    ("link", "error"),
    [
        pytest.param("{url}", BoundExceeded, id="round in circles, never twice by the same link"),
        pytest.param("https://evil.example/next", ForeignHost, id="to another host"),
        pytest.param("http://169.254.169.254/latest/meta-data/", ForeignHost, id="to the cloud's metadata"),
        pytest.param("https://[::1", UnexpectedShape, id="to nowhere"),
    ],
)
def test_a_sync_ends_where_its_paging_leads_astray(
    link: str,
    error: type[OrderhouseError],
    business_central: Sandbox,
    connect: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extraction, "EMPTY_PAGES", 20)
    system = connect("business_central", business_central, page_size=4, slice_days=400, concurrency=1)
    poisoned = Poisoned(Way(business_central.url("business_central")), link)
    system.runtime = replace(system.runtime, transport=poisoned)
    with pytest.raises(error):
        system.sync()
    assert system.order_ids() == set()
    assert poisoned.pages <= 20 + (extraction.STALE_PAGES + 1) * 4
    assert sum(file.stat().st_size for file in (tmp_path / "staging").rglob("*") if file.is_file()) < 1 << 20
