"""What the courier sees to, and that a failure to tell fails no sync."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from include.orchestration import courier, telling
from include.orchestration.announcement import MAIL
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.messages.inbox import Letter, keep
from tests.warehouse.conftest import engine, url

__all__ = ["engine", "url"]


class Events:
    """What a task tells of an asset."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def add(self, asset: Any) -> None:
        self.told.append(asset)


@pytest.fixture
def events(engine: sa.Engine, url: str, monkeypatch: pytest.MonkeyPatch) -> Events:
    """What the courier tells Airflow of; no run of Airflow's has ended."""
    made = Events()
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    context = {"ti": SimpleNamespace(), "outlet_events": {courier.MAIL_FOUND: made}}
    monkeypatch.setattr(courier, "get_current_context", lambda: context)
    monkeypatch.setattr(courier, "note_lost_syncs", lambda warehouse, task: 2)
    monkeypatch.setattr(courier, "deliver_due", lambda warehouse, seconds: 3)
    return made


def test_mail_that_waits_is_announced_and_no_mail_is_not(engine: sa.Engine, events: Events) -> None:
    assert courier.look_for_mail.function() == {"unread": 0, "mail": False}
    assert events.told == []
    keep(engine, Letter("acme", b"1", ("1",)))
    assert courier.look_for_mail.function()["mail"] is True
    assert events.told == [MAIL]


@pytest.mark.usefixtures("events")
def test_what_is_due_is_delivered_after_syncs_that_died_are_noted() -> None:
    assert courier.carry.function() == {"lost": 2, "delivered": 3}


def test_neither_delivering_nor_announcing_waits_for_the_other() -> None:
    """Airflow drops the asset events of a task that fails, and what comes while other mail waits announces nothing."""
    dag = courier.courier_dag()
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks} == {"look_for_mail": set(), "carry": set()}
    assert [task.task_id for task in dag.tasks if courier.MAIL_FOUND in task.outlets] == ["look_for_mail"]


def test_what_an_ended_run_has_left_unread_is_announced_by_the_same_look(
    engine: sa.Engine, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_back(warehouse: sa.Engine, task: object) -> int:
        keep(engine, Letter("acme", b"1", ("1",)))
        return 1

    monkeypatch.setattr(courier, "put_back_unread", put_back)
    assert courier.look_for_mail.function()["unread"] == 1
    assert events.told == [MAIL]


def test_a_sync_does_not_fail_where_nobody_can_be_told(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fails(warehouse: sa.Engine, seconds: float) -> int:
        asked.append(seconds)
        raise ConfigurationInvalid("The section webhooks is wrong.", action="Correct it.")

    monkeypatch.setattr(telling, "deliver_due", fails)
    telling.deliver_at_once(engine)
    assert asked == [telling.AT_ONCE_SECONDS]
