"""Refused logins are in the audit log, and nobody can flood it with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orchestration.ui import refusals, surroundings
from include.orchestration.ui.refusals import Refusals
from include.orderhouse.warehouse.engine import URL_SETTING
from tests.warehouse.orders import rows

API = "/orderhouse/api/v1/connections"
PLANTED = "planted.made-up.token"


def test_a_made_up_login_and_a_missing_right_are_written_down_once(
    client: TestClient, visit: Callable[[str], TestClient], warehouse: sa.Engine
) -> None:
    refusals._refusals = Refusals()
    for _ in range(5):
        assert client.get(API, headers={"Authorization": f"Bearer {PLANTED}"}).status_code == 401
        assert visit("vic").post(API, json={}).status_code == 403
        assert client.get(API).status_code == 401
    told = rows(
        warehouse,
        "SELECT subject, actor, details ->> 'times' FROM ops.audit WHERE action = 'login.refused' ORDER BY audit_id",
    )
    assert told == [("UNAUTHORIZED", "unknown", "1"), ("FORBIDDEN", "vic", "1")]
    assert PLANTED not in str(rows(warehouse, "SELECT audit::text FROM ops.audit AS audit"))


def test_a_login_that_a_browser_sends_is_written_down_and_one_that_nobody_sent_is_not(
    client: TestClient, warehouse: sa.Engine
) -> None:
    def told() -> list[tuple[object, ...]]:
        return rows(warehouse, "SELECT details ->> 'path' FROM ops.audit WHERE action = 'login.refused'")

    refusals._refusals = Refusals()
    before = told()
    assert client.get(API).status_code == 401
    assert told() == before
    long = f"{API}/{'x' * 500}"
    assert client.get(long, cookies={"_token": PLANTED}).status_code == 401
    assert told() == [*before, (long[:200],)]


@pytest.mark.parametrize("is_named", [True, False])
def test_a_warehouse_that_is_out_of_reach_or_not_named_keeps_no_answer_back(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, is_named: bool
) -> None:
    refusals._refusals = Refusals()
    surroundings.warehouse.cache_clear()
    if is_named:
        monkeypatch.setenv(URL_SETTING, "postgresql://127.0.0.1:1/none")
    else:
        monkeypatch.delenv(URL_SETTING, raising=False)
    assert client.get(API, headers={"Authorization": f"Bearer {PLANTED}"}).status_code == 401
    surroundings.warehouse.cache_clear()
    assert ("could not be written" in caplog.text) is is_named


def test_the_next_one_a_minute_later_tells_how_many_there_were() -> None:
    found = Refusals()
    address = "10.0.0.1"
    assert [found.count(address, "UNAUTHORIZED", now) for now in (0.0, 1.0, 59.0, 60.0, 61.0)] == [
        (address, 1), None, None, (address, 3), None,
    ]  # fmt: skip
    assert found.count("10.0.0.2", "UNAUTHORIZED", 61.0) == ("10.0.0.2", 1)


def test_a_flood_from_many_addresses_is_few_rows_that_tell_of_all() -> None:
    """Of IPv6 one sender has as many addresses as it likes; a row keeps all others from the log while it is added."""
    found = Refusals()
    for minute in range(5):
        told = [found.count(f"{minute}:{number}", "UNAUTHORIZED", 60.0 * minute) for number in range(400)]
        assert len([row for row in told if row]) <= refusals.MOST_ROWS + 1
    addresses = [f"{minute}:{number}" for minute in range(5) for number in range(400)]
    again = [found.count(address, "UNAUTHORIZED", 300.0) for address in addresses]
    assert len([row for row in again if row]) <= refusals.MOST_ROWS + 1
    late = found.count("late", "UNAUTHORIZED", 301.0)
    assert late is None
    assert found.count("later", "UNAUTHORIZED", 400.0) == ("later", 1)


def test_what_the_rows_of_a_minute_do_not_hold_is_counted_together() -> None:
    found = Refusals()
    told = [found.count(str(number), "UNAUTHORIZED", 0.0) for number in range(refusals.MOST_ROWS + 10)]
    assert told[refusals.MOST_ROWS :] == [(refusals.OTHERS, 1)] + [None] * 9
    more = [found.count(f"more {number}", "UNAUTHORIZED", 60.0) for number in range(refusals.MOST_ROWS + 1)]
    assert more[-1] == (refusals.OTHERS, 10)


def test_an_address_that_was_written_down_before_the_flood_stays_told_by_itself() -> None:
    found = Refusals()
    for number in range(refusals.MOST_ROWS):
        assert found.count(f"10.0.0.{number}", "UNAUTHORIZED", 0.0) == (f"10.0.0.{number}", 1)
    assert found.count("10.0.0.7", "UNAUTHORIZED", 1.0) is None
    assert found.count("10.0.0.7", "UNAUTHORIZED", 60.0) == ("10.0.0.7", 2)


def test_a_flood_from_many_addresses_takes_little_memory() -> None:
    found = Refusals()
    for number in range(5000):
        found.count(str(number), "UNAUTHORIZED", 2.1 * number)
    assert len(found._told) == 1000
