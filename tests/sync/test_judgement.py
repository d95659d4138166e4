"""The validation judges what the mapping staged of its checks; it reads the frames of a batch only to change them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from include.orderhouse.expectations.outcomes import Odd, Outcomes, staged_outcomes, write_outcomes
from include.orderhouse.staging import Staging, read_frames, write_frames
from include.orderhouse.sync import steps, verdict
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.transform import batching
from tests.sync.conftest import System

SPOILT = "frames/000002"


@pytest.fixture
def transformed(system: System, monkeypatch: pytest.MonkeyPatch) -> tuple[System, str]:
    """A sync of four batches before its validation, and its id."""
    monkeypatch.setattr(batching, "ORDERS_PER_BATCH", 8)
    return system, system.sync_until("transform", system.request())


def spoil(staging: Staging, column: str) -> str:
    """Have the second line of a batch be odd; the id of its order."""
    (outcomes,) = staged_outcomes(staging, [SPOILT])
    line = read_frames(staging, SPOILT)["purchase_order_line"].slice(1, 1).to_pylist()[0]
    odd = Odd(column, 1, line["order_id"], line["line_id"], "said so", "P1 / 2", "7")
    write_outcomes(staging, SPOILT, Outcomes(outcomes.rows, {**outcomes.odd, "purchase_order_line": [odd]}))
    return str(line["order_id"])


def test_frames_are_read_and_written_only_where_there_is_a_finding(
    transformed: tuple[System, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    system, staged = transformed
    staging = system.runtime.staging(staged)
    order = spoil(staging, "net_amount: NET_AMOUNT_DIFFERS")
    read, whole = set[str](), Staging.read
    monkeypatch.setattr(Staging, "read", lambda self, name: (read.add(name), whole(self, name))[1])
    told = steps.validate(system.runtime, staged)
    assert (told["findings"], told["rejects"]) == (1, 0)
    assert told["report"] == system.ledger_row(staged)["report_path"] == f"odoo/{staged}/index.html"
    assert {name.rpartition("/")[0] for name in read if name.endswith(".arrow")} == {SPOILT}
    folders = ["frames/000000", "frames/000001", "checked/000002", "frames/000003"]
    assert staging.read_json("validated.json")["folders"] == folders
    (issue,) = read_frames(staging, "checked/000002")["issue"].to_pylist()[-1:]
    assert (issue["order_id"], issue["code"], issue["source_value"]) == (order, "NET_AMOUNT_DIFFERS", "7")


def test_a_critical_finding_rejects_the_whole_order_beside_the_rejects_of_the_mapping(
    transformed: tuple[System, str],
) -> None:
    system, staged = transformed
    staging = system.runtime.staging(staged)
    order = spoil(staging, "order_id: PARENT_MISSING")
    frames = read_frames(staging, SPOILT).with_rows("reject", [{"reject_id": "of the mapping", "line_count": 0}])
    write_frames(staging, SPOILT, frames)
    staging.write_json("transformed.json", staging.read_json("transformed.json") | {"rejects": 2})
    assert steps.validate(system.runtime, staged)["rejects"] == 3
    checked = read_frames(staging, "checked/000002")
    assert [reject["order_id"] for reject in checked["reject"].to_pylist()] == [None, order]
    assert order not in checked["purchase_order_line"].column("order_id").to_pylist()


def test_where_nothing_came_great_expectations_is_not_imported(synced: System, monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    monkeypatch.setattr(steps, "import_module", imported.append)
    monkeypatch.setattr(verdict, "import_module", imported.append)
    row = synced.sync(
        Mode.WINDOW, window_start=datetime(1990, 1, 1, tzinfo=UTC), window_end=datetime(1990, 1, 2, tzinfo=UTC)
    )
    assert imported == []
    assert (row["state"], row["orders_extracted"], row["report_path"]) == ("succeeded", 0, None)
