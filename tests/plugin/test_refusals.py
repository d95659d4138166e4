"""Refused logins are in the audit log, and nobody can flood it with them."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orchestration.ui import refusals
from include.orchestration.ui.refusals import Refusals
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


def test_the_next_one_a_minute_later_tells_how_many_there_were() -> None:
    found = Refusals()
    assert [found.count("10.0.0.1", "UNAUTHORIZED", now) for now in (0.0, 1.0, 59.0, 60.0, 61.0)] == [
        1, None, None, 3, None,
    ]  # fmt: skip
    assert found.count("10.0.0.2", "UNAUTHORIZED", 61.0) == 1


def test_a_flood_from_many_addresses_takes_little_memory() -> None:
    found = Refusals()
    for number in range(5000):
        found.count(str(number), "UNAUTHORIZED", 0.0)
    assert len(found._told) == 1000
