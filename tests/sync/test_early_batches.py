"""Batches that are mapped while further pages come: the transform finds them, and maps what they leave."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.frames import SCHEMAS
from include.orderhouse.staging import Staging, batch_folder, staged_frames
from include.orderhouse.sync.extract.staged_page import staged_pages
from include.orderhouse.sync.transform import batching, early_batches
from include.orderhouse.sync.transform.batches import make_batches
from include.orderhouse.sync.transform.batching import Pages
from include.orderhouse.sync.transform.early_batches import FILE, EarlyBatches, take_early
from include.orderhouse.sync.transform.processors import SETTING
from include.orderhouse.sync.transform.worker import Made, Worker
from tests.sync.test_batches import connection, orders, staged

__all__ = ["connection"]


class Here:
    """In place of the pool: maps in this process, at once; pages that are named ``bad`` fail."""

    def __init__(self, connection: Connection, staging: Staging) -> None:
        self.worker, self.mapped, self.bad = Worker(connection, staging), list[Pages](), set[str]()

    def submit(self, number: int, pages: Pages) -> Future[Made]:
        done: Future[Made] = Future()
        self.mapped.append(pages)
        if self.bad.intersection(pages):
            done.set_exception(ValueError("bad"))
        else:
            done.set_result(self.worker.map(number, pages))
        return done

    def shutdown(self) -> None:
        """There is nothing to end."""


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return staged(tmp_path, [orders(first, 2) for first in range(1, 11, 2)])


@pytest.fixture
def pool(connection: Connection, staging: Staging, monkeypatch: pytest.MonkeyPatch) -> Here:
    here = Here(connection, staging)
    monkeypatch.setattr(batching, "ORDERS_PER_BATCH", 2)
    monkeypatch.setattr(early_batches, "WORTH_A_PROCESS", 2)
    monkeypatch.setenv(SETTING, "2")
    monkeypatch.setattr(early_batches, "Pool", lambda *_: here)
    return here


def listen(connection: Connection, staging: Staging, pages: int | None = None) -> Iterator[EarlyBatches]:
    """Hear of so many pages, then keep what was made."""
    with EarlyBatches(connection, staging) as early:
        for page in list(staged_pages(staging))[:pages]:
            early.add(page)
        yield early
        early.keep()


def listened(connection: Connection, staging: Staging, pages: int | None = None) -> None:
    for _ in listen(connection, staging, pages):
        pass


def frames(staging: Staging, number: int) -> list[dict[str, list[dict[str, Any]]]]:
    folders = [batch_folder("frames", each) for each in range(number)]
    return [{name: each[name].to_pylist() for name in SCHEMAS} for each in staged_frames(staging, folders)]


def test_the_transform_goes_on_behind_what_was_mapped_early(
    connection: Connection, staging: Staging, pool: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, fields = make_batches(connection, staging)
    wanted = frames(staging, 5)
    staging.remove("frames")

    listened(connection, staging, pages=3)
    assert len(pool.mapped) == 3
    mapped = list[int]()
    plain = Worker.map
    monkeypatch.setattr(Worker, "map", lambda self, number, pages: mapped.append(number) or plain(self, number, pages))
    assert make_batches(connection, staging, take_early(connection, staging)) == (expected, fields)
    assert mapped == [3, 4]
    assert frames(staging, 5) == wanted


def test_a_copy_that_was_mapped_early_gives_way_to_a_later_one(
    connection: Connection, tmp_path: Path, pool: Here
) -> None:
    staging = staged(tmp_path / "copies", [orders(1, 2), orders(3, 2), orders(2, 1)])
    pool.worker = Worker(connection, staging)
    listened(connection, staging, pages=2)
    counts, _ = make_batches(connection, staging, take_early(connection, staging))
    assert (counts["orders"], counts["copies"]) == (4, 1)


def test_few_pages_start_no_process(connection: Connection, staging: Staging, pool: Here) -> None:
    listened(connection, staging, pages=1)
    assert pool.mapped == []
    assert not staging.exists(FILE)
    listened(connection, staging, pages=2)
    assert len(pool.mapped) == 2


def test_where_one_process_is_allowed_the_fetching_is_it(
    connection: Connection, staging: Staging, pool: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "1")
    listened(connection, staging)
    assert pool.mapped == []


def test_what_is_taken_once_is_mapped_anew_the_next_time(connection: Connection, staging: Staging, pool: Here) -> None:
    listened(connection, staging)
    assert len(take_early(connection, staging).made) == 5
    assert take_early(connection, staging).made == ()


def test_what_another_mapping_made_does_not_count(
    connection: Connection, staging: Staging, pool: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    listened(connection, staging)
    monkeypatch.setattr(Connection, "mapping_fingerprint", "another")
    assert take_early(connection, staging).made == ()


def test_what_fails_is_left_to_the_transform_with_all_behind_it(
    caplog: pytest.LogCaptureFixture, connection: Connection, staging: Staging, pool: Here
) -> None:
    pool.bad = {list(staged_pages(staging))[3].name}
    listened(connection, staging)
    assert "(ValueError): the transform does" in caplog.text
    assert len(take_early(connection, staging).made) == 3


def test_of_what_waits_when_all_pages_have_come_only_what_has_begun_is_mapped_to_its_end(
    connection: Connection, staging: Staging, pool: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_come, mapped = Event(), pool.submit

    def mapped_then(number: int, pages: Pages) -> Made:
        have_come.wait(60)
        return mapped(number, pages).result()

    def waited(coming: list[Future[Made]]) -> None:
        have_come.set()
        wait(coming)

    with ThreadPoolExecutor(1) as thread:
        monkeypatch.setattr(pool, "submit", partial(thread.submit, mapped_then))
        monkeypatch.setattr(early_batches, "wait", waited)
        listened(connection, staging)
    assert len(take_early(connection, staging).made) == len(pool.mapped) == 1


def test_a_pool_that_is_ended_maps_nothing_that_has_not_begun(
    connection: Connection, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, mapped = Event(), Event(), list[int]()

    def map_slowly(number: int, _: Pages) -> None:
        mapped.append(number)
        begun.set()
        may_end.wait(60)

    monkeypatch.setattr(early_batches, "map_batch", map_slowly)
    monkeypatch.setattr(early_batches, "processes", lambda *_: ThreadPoolExecutor(1))
    pool = early_batches.Pool(connection, staging, 1)
    _, _, last = (pool.submit(number, ()) for number in range(3))
    last.add_done_callback(lambda _: may_end.set())
    begun.wait(60)
    at_last = Timer(5, may_end.set)
    at_last.start()
    pool.shutdown()
    at_last.cancel()
    assert mapped == [0]


def test_a_fetch_that_fails_lists_nothing(connection: Connection, staging: Staging, pool: Here) -> None:
    listened(connection, staging)
    with pytest.raises(ValueError, match="gone"), EarlyBatches(connection, staging):
        raise ValueError("gone")
    assert take_early(connection, staging).made == ()
