"""Whole syncs whose batches are mapped by processes while pages come."""

from __future__ import annotations

import pytest

from include.orderhouse.sync import steps
from include.orderhouse.sync.extract.extraction import Extraction
from include.orderhouse.sync.extract.tally import Tally
from include.orderhouse.sync.transform import batching, early_batches
from include.orderhouse.sync.transform.early_batches import FILE
from include.orderhouse.sync.transform.processors import SETTING
from tests.sync.conftest import System, unaccounted

NOTHING = {"orders": 0, "lines": 0}


@pytest.fixture(autouse=True)
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty orders are six batches, and the first of them starts a process."""
    monkeypatch.setattr(batching, "ORDERS_PER_BATCH", 7)
    monkeypatch.setattr(early_batches, "WORTH_A_PROCESS", 1)
    monkeypatch.setenv(SETTING, "2")


def test_a_sync_loads_what_was_mapped_while_it_fetched(system: System) -> None:
    staged = system.sync_until("extract", system.request())
    assert system.runtime.staging(staged).exists(FILE)
    for step in (steps.transform, steps.validate, steps.load, steps.advance_watermark):
        step(system.runtime, staged)
    row = system.ledger_row(staged)
    assert (row["orders_inserted"], row["orders_duplicate"], unaccounted(row)) == (40, 0, NOTHING)


def test_a_transform_that_is_cleared_maps_every_page_again(system: System) -> None:
    staged = system.sync_until("extract", system.request())
    first = steps.transform(system.runtime, staged)
    assert steps.transform(system.runtime, staged) == first
    assert (first["orders"], first["batches"], first["copies"]) == (40, 4, 0)


def test_orders_of_a_slice_that_is_read_twice_are_loaded_once(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch, fetched = Extraction._fetch_slice, list[Tally]()

    def short_at_first(extraction: Extraction, number: int, folder: str) -> Tally:
        fetched.append(fetch(extraction, number, folder))
        if folder == "raw/001":
            fetched[-1].expected = 1000
        return fetched[-1]

    monkeypatch.setattr(Extraction, "_fetch_slice", short_at_first)
    row = system.sync()
    assert len(fetched) == 3
    assert (row["orders_inserted"], unaccounted(row)) == (40, NOTHING)
    assert row["orders_duplicate"] > 0
