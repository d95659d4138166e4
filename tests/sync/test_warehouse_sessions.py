"""How many sessions of the warehouse a task opens: times the tasks at once, PostgreSQL must have room for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from include.orderhouse.home import PROJECT
from include.orderhouse.sync import steps
from include.orderhouse.warehouse.engine import connect as engine_of
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import sandbox
from tests.sync.conftest import NOW, Connect, System

CONCURRENCY = 4
BESIDE_REQUESTS = 2
"""Of an extract: that of its rate limit, and one that asks for a token or notes what it does."""


@contextmanager
def opened(system: System, url: str) -> Iterator[list[object]]:
    """The sessions that a step opens with an engine of its own, as its task has."""
    sessions: list[object] = []
    engine = engine_of(url)
    sa.event.listen(engine, "connect", lambda session, _: sessions.append(session))
    system.runtime = replace(system.runtime, warehouse=engine)
    try:
        yield sessions
    finally:
        engine.dispose()


@pytest.mark.parametrize("connector", ["quickbooks", "sap_s4hana"])
def test_a_task_opens_no_more_sessions_than_the_page_says(connector: str, connect: Connect, url: str) -> None:
    found: dict[str, int] = {}
    with sandbox(generate(7, orders=120, now=NOW), [connector], Clock(NOW)) as served:
        system = connect(connector, served, page_size=10, slice_days=10, concurrency=CONCURRENCY)
        with opened(system, url) as sessions:
            staged = steps.extract(system.runtime, system.request())["staged"]
        found["extract"] = len(sessions)
        later: tuple[Callable[..., object], ...]
        later = (steps.transform, steps.validate, steps.load, steps.advance_watermark)
        for step in later:
            with opened(system, url) as sessions:
                step(system.runtime, staged)
            found[step.__name__] = len(sessions)
    assert 2 < found.pop("extract") <= CONCURRENCY + BESIDE_REQUESTS
    assert found == {"transform": 1, "validate": 1, "load": 2, "advance_watermark": 1}


def test_the_page_says_how_many() -> None:
    page = (PROJECT / "docs" / "many-connections.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| sessions of the warehouse \|.*$", page, re.MULTILINE)
    assert f"its `concurrency` and {BESIDE_REQUESTS} more" in row
