"""Syncs of certain orders: these are read by the very steps, and the watermark stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source
from include.orderhouse.errors import ConfigurationInvalid, SourceUnavailable
from include.orderhouse.sync.request import Mode, SyncRequest
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import Connect, System, lose_numbers, unaccounted


def test_only_the_named_orders_are_read_and_the_watermark_stays(synced: System, odoo: Sandbox) -> None:
    named, other = sorted(synced.order_ids(), key=int)[:2]
    odoo.act(history.touch_all, [int(named), int(other)])
    before = synced.watermark.text
    row = synced.sync(Mode.ORDERS, order_ids=(named,))
    assert (row["mode"], row["state"], row["orders_extracted"]) == ("orders", "succeeded", 1)
    assert unaccounted(row) == {"orders": 0, "lines": 0}
    assert (row["watermark_after"], synced.watermark.text) == (None, before)
    assert synced.sync()["orders_extracted"] >= 2, "what changed is still to come, by its time"


def test_a_connection_without_a_watermark_still_gets_its_initial_sync(system: System, odoo: Sandbox) -> None:
    named = next(str(key) for key in odoo.company.orders)
    assert system.sync(Mode.ORDERS, order_ids=(named,))["orders_inserted"] == 1
    assert system.watermark.text is None
    assert system.order_ids() == {named}
    assert system.sync()["mode"] == "initial"


def test_more_orders_than_a_page_are_read_page_by_page(synced: System) -> None:
    named = tuple(sorted(synced.order_ids(), key=int)[:12])
    assert synced.sync(Mode.ORDERS, order_ids=named)["orders_extracted"] == 12


def test_what_the_source_says_is_deleted_is_marked_where_it_is_gone(synced: System, odoo: Sandbox) -> None:
    gone, there = sorted(synced.order_ids(), key=int)[:2]
    odoo.act(history.delete, int(gone))
    row = synced.sync(Mode.ORDERS, order_ids=(gone, there), deleted_ids=(gone, there))
    assert row["orders_deleted"] == 1
    (deleted,) = synced.rows("SELECT source_order_id, delete_evidence FROM procurement.purchase_order WHERE is_deleted")
    assert deleted == {"source_order_id": gone, "delete_evidence": "tombstone"}


def test_what_the_source_took_off_its_list_as_finished_is_closed_although_it_says_deleted(
    synced: System, odoo: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Business Central says so of an order whose last invoice is posted."""
    finished, gone = sorted(synced.order_ids(), key=int)[:2]
    for key in (finished, gone):
        odoo.act(history.delete, int(key))
    connection = synced.runtime.connection
    told = replace(connection.connector, explain_absence=lambda _, absent: {finished: "closed"})
    synced.runtime = replace(synced.runtime, connection=connection.model_copy(update={"connector": told}))
    synced.sync(Mode.ORDERS, order_ids=(finished, gone), deleted_ids=(finished, gone))
    stands = "SELECT source_order_id, status, is_deleted FROM procurement.purchase_order ORDER BY is_deleted, 1"
    found = {row["source_order_id"]: (row["status"], row["is_deleted"]) for row in synced.rows(stands)}
    assert (found[finished], found[gone][1]) == (("closed", False), True)
    assert "does not have" not in caplog.text


def test_h17_a_retry_with_larger_pages_still_asks_for_every_order(synced: System) -> None:
    """Of four pages the first attempt brought two."""
    named = tuple(sorted(synced.order_ids(), key=int)[:8])
    request = synced.request(Mode.ORDERS, "same", order_ids=named, deleted_ids=named)
    give_pages_of(synced, 2)
    staging = synced.runtime.staging(synced.sync_until("extract", request))
    for folder in staging.folders("raw")[2:]:
        staging.remove(folder)
    give_pages_of(synced, 4)
    assert synced.ledger_row(synced.sync_until("advance_watermark", request))["orders_deleted"] == 0


def give_pages_of(system: System, size: int) -> None:
    """Set the connection's page size."""
    found = system.runtime.connection
    system.runtime.connection = found.model_copy(
        update={"options": found.options.model_copy(update={"page_size": size})}
    )


def test_h17_an_order_that_is_absent_without_such_a_word_stays(synced: System, odoo: Sandbox) -> None:
    gone = min(synced.order_ids(), key=int)
    odoo.act(history.delete, int(gone))
    assert synced.sync(Mode.ORDERS, order_ids=(gone,))["orders_deleted"] == 0
    assert gone in synced.order_ids()


def test_an_id_that_cannot_be_one_is_simply_absent(synced: System) -> None:
    row = synced.sync(Mode.ORDERS, order_ids=("no number", "-1", "999999999"))
    assert (row["state"], row["orders_extracted"]) == ("succeeded", 0)


def test_a_named_order_that_cannot_be_loaded_waits_among_the_rejects(synced: System, odoo: Sandbox) -> None:
    bad = min(synced.order_ids(), key=int)
    odoo.act(lose_numbers, [int(bad)])
    assert synced.sync(Mode.ORDERS, order_ids=(bad,))["orders_rejected"] == 1


def test_a_source_that_was_discovered_a_while_ago_is_not_asked_for_its_fields_again(
    odoo: Sandbox, connect: Connect
) -> None:
    system = connect("odoo", odoo, rediscover_every="1h")
    first = system.sync()
    named = min(system.order_ids(), key=int)
    assert system.sync(Mode.ORDERS, order_ids=(named,))["calls"] < first["calls"] / 3


def test_a_retry_goes_on_after_the_pages_it_has(synced: System) -> None:
    named = tuple(sorted(synced.order_ids(), key=int)[:7])
    request = synced.request(Mode.ORDERS, "same", order_ids=named)
    staged = synced.sync_until("extract", request)
    assert synced.sync_until("advance_watermark", request) == staged
    assert synced.ledger_row(staged)["orders_extracted"] == 7


def test_h17_a_retry_asks_again_for_orders_of_which_only_some_pages_came(synced: System) -> None:
    """What was asked for at once comes in several pages; none of them says that it is the last."""
    named = tuple(sorted(synced.order_ids(), key=int)[:3])
    connection = synced.runtime.connection
    read, failures = connection.connector.read, [SourceUnavailable("It broke down.", action="Wait.")]

    def read_one_by_one(source: Source, ids: Sequence[str]) -> Iterator[Page]:
        for key in ids:
            yield from read(source, [key])
            if failures:
                raise failures.pop()

    connector = replace(connection.connector, read=read_one_by_one)
    synced.runtime = replace(synced.runtime, connection=connection.model_copy(update={"connector": connector}))
    request = synced.request(Mode.ORDERS, "same", order_ids=named, deleted_ids=named)
    with pytest.raises(SourceUnavailable, match="broke down"):
        synced.sync_until("extract", request)
    row = synced.ledger_row(synced.sync_until("advance_watermark", request))
    assert (row["orders_deleted"], row["orders_extracted"]) == (0, 3)


@pytest.mark.parametrize(
    "window",
    [
        {},
        {"window_start": datetime(2026, 1, 1, tzinfo=UTC)},
        {"window_end": datetime(2026, 1, 1, tzinfo=UTC)},
        {"window_start": datetime(2026, 1, 1, tzinfo=UTC), "window_end": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_window_without_a_start_before_its_end_is_refused_before_anything_is_begun(window: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationInvalid, match="'acme' needs a start before its end"):
        SyncRequest("acme", Mode.WINDOW, **window)


def test_a_sync_of_certain_orders_needs_their_ids() -> None:
    with pytest.raises(ConfigurationInvalid, match="needs their ids"):
        SyncRequest("acme", Mode.ORDERS)


@pytest.mark.parametrize(
    ("mode", "given", "said"),
    [
        (Mode.AUTO, {"window_start": datetime(2026, 1, 1, tzinfo=UTC)}, "for mode window, and mode auto"),
        (Mode.INCREMENTAL, {"order_ids": ("42",)}, "for mode orders, and mode incremental"),
        (Mode.REMAP, {"reject_ids": ("5f3c0000-0000-0000-0000-000000000001",)}, "for mode replay, and mode remap"),
    ],
)
def test_what_the_mode_would_not_look_at_is_refused(mode: Mode, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=said):
        SyncRequest("acme", mode, **given)


def test_chosen_orders_that_the_source_does_not_have_are_named(
    synced: System, caplog: pytest.LogCaptureFixture
) -> None:
    there = min(synced.order_ids(), key=int)
    assert synced.sync(Mode.ORDERS, order_ids=(there, "99999999"))["orders_extracted"] == 1
    assert "does not have, or does not show, 1 of the orders: 99999999." in caplog.text
    absent = [str(number) for number in range(900_000, 900_021)]
    synced.sync(Mode.ORDERS, order_ids=tuple(absent[:20]))
    assert f"does not show, 20 of the orders: {', '.join(absent[:20])}. They" in caplog.text
    synced.sync(Mode.ORDERS, order_ids=tuple(absent))
    assert f"does not show, 21 of the orders: {', '.join(absent[:20])}, .... They" in caplog.text
