"""What a step's failure leaves in the ledger, and what it does not."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from include.orchestration import tasks
from include.orchestration.retries import RETRIES
from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError, QuotaExhausted, RateLimitExceeded
from include.orderhouse.sync import runtime
from include.orderhouse.sync.failed import failure, waits


@pytest.mark.parametrize(
    ("retry_after", "refused_for", "recorded"), [(60, 0, []), (86_400, 0, [QuotaExhausted]), (60, 2, [QuotaExhausted])]
)
def test_a_rate_limit_is_a_failure_only_where_it_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, retry_after: float, refused_for: int, recorded: list[type[OrderhouseError]]
) -> None:
    told: list[type[OrderhouseError]] = []

    def record(runtime: Any, request: Any, error: OrderhouseError, *, is_final: bool) -> None:
        assert is_final
        told.append(type(error))

    def since(runtime: Any, request: Any, now: datetime, *, is_first: bool) -> datetime:
        assert not is_first
        return now - timedelta(hours=refused_for)

    monkeypatch.setattr(failure, "record_failure", record)
    monkeypatch.setattr(waits, "refused_since", since)
    delivered: list[Any] = []
    monkeypatch.setattr(tasks, "deliver_at_once", delivered.append)
    running = SimpleNamespace(try_number=1, max_tries=RETRIES)
    monkeypatch.setattr(tasks, "get_current_context", lambda: {"ti": running, "task_reschedule_count": 1})
    worked_with: Any = SimpleNamespace(warehouse=None)
    request: Any = None
    with pytest.raises(OrderhouseError), tasks._failures_recorded(worked_with, request):
        raise RateLimitExceeded("Too many requests.", action="Wait.", retry_after=retry_after)
    assert told == recorded
    assert delivered == [None] * len(recorded), "other programs hear of it at once"


def test_the_log_says_what_is_wrong_and_in_its_next_line_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ConfigurationInvalid), tasks._explained():
        raise ConfigurationInvalid("There is no such option.", action="Correct the entry.")
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told == ["CONFIGURATION_INVALID: There is no such option.", "What to do: Correct the entry."]


def test_an_entry_that_cannot_be_used_any_more_ends_what_its_run_had_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    mistake = ConfigurationInvalid("There is no such option.", action="Correct the entry.")
    told: list[tuple[Any, str]] = []
    monkeypatch.setattr(tasks, "get_current_context", dict)
    monkeypatch.setattr(tasks, "context_merge", lambda context, **names: None)
    monkeypatch.setattr(tasks, "sync_request", lambda context, connection: f"what to do with {connection}")
    monkeypatch.setattr(runtime, "connected", nullcontext)
    monkeypatch.setattr(runtime, "read_connection", Mock(side_effect=mistake))
    monkeypatch.setattr(failure, "record_mistake", lambda request, error: told.append((request, str(error))))
    with pytest.raises(ConfigurationInvalid), tasks._step("acme"):
        pytest.fail("the step began")
    assert told == [("what to do with acme", str(mistake))]
