"""Notifications are kept once, taken on once, and none is lost between two runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError, PermissionDenied, SourceUnavailable
from include.orderhouse.warehouse.load import LoadTask, load
from include.orderhouse.warehouse.messages.inbox import (
    TRIES,
    Kept,
    Letter,
    Mail,
    forget_mail,
    has_mail,
    keep,
    put_back,
    runs_with_unread_mail,
    take,
    taken,
)
from include.orderhouse.warehouse.syncs.ledger import SyncRow, fail_sync, start_sync
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.orders import rows

FIRST, LATER, AGAIN = Kept(True, True), Kept(True, False), Kept(False, False)


def letter(*order_ids: str, body: bytes | None = None, message_id: str | None = None) -> Letter:
    return Letter("acme", body or f"about {order_ids}".encode(), order_ids, message_id=message_id)


def test_the_same_content_is_kept_once_while_it_waits_and_again_once_it_is_being_read(engine: sa.Engine) -> None:
    assert keep(engine, letter("1")) == FIRST
    assert keep(engine, letter("1")) == AGAIN
    assert take(engine, "run 1") == {"acme": Mail(("1",), (), True)}
    assert keep(engine, letter("1")) == FIRST, "the order may have changed after the run read it"


def test_the_same_message_id_is_never_kept_again(engine: sa.Engine) -> None:
    assert keep(engine, letter("1", message_id="m")) == FIRST
    assert keep(engine, letter("1", body=b"formatted differently", message_id="m")) == AGAIN
    take(engine, "run 1")
    assert keep(engine, letter("1", message_id="m")) == AGAIN
    assert keep(engine, Letter("other", b"about 1", ("1",), message_id="m")) == FIRST


def test_a_burst_asks_for_one_run_that_takes_it_all(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda number: keep(engine, letter(str(number % 50), str(number))), range(200)))
    assert [one.is_first for one in kept].count(True) == 1
    mail = take(engine, "run 1")["acme"]
    assert set(mail.order_ids) == {str(number) for number in range(200)}
    assert len(mail.order_ids) == 200
    assert take(engine, "run 2") == {}


def test_what_waits_for_connections_with_runs_of_their_own_is_left_to_these_and_told_of(engine: sa.Engine) -> None:
    assert keep(engine, letter("1")) == FIRST
    assert keep(engine, Letter("other", b"about 2", ("2",))) == FIRST, "its run does not read acme's"
    assert take(engine, "run of all others", others=["acme"]) == {"other": Mail(("2",), (), True)}
    assert take(engine, "run of acme", others=["other"]) == {"acme": Mail(("1",), (), True)}


def test_a_run_that_is_tried_again_finds_what_it_had_taken_on(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    take(engine, "run 1")
    keep(engine, Letter("other", b"unknown", problem="no JSON"))
    assert take(engine, "run 1") == {"acme": Mail(("1",), (), True), "other": Mail((), (), False)}
    assert taken(engine, "acme", "run 1") == Mail(("1",), (), True)
    assert taken(engine, "acme", "run 2") == Mail((), (), True)


def test_what_a_run_has_taken_on_is_in_the_order_in_which_it_came(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    keep(engine, letter("2"))
    with engine.begin() as session:
        later = "UPDATE ops.notification SET received_at = now() + interval '1 hour' WHERE order_ids = '{1}'"
        session.execute(sa.text(later))
    assert take(engine, "run 1") == {"acme": Mail(("2", "1"), (), True)}


def test_runs_at_the_same_time_share_the_notifications_without_overlap(engine: sa.Engine) -> None:
    for number in range(40):
        keep(engine, letter(str(number)))
    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(lambda number: take(engine, f"run {number}"), range(4)))
    read = [key for share in shares for mail in share.values() for key in mail.order_ids]
    assert sorted(read, key=int) == [str(number) for number in range(40)]


def test_what_waits_is_never_forgotten(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    take(engine, "run 1")
    keep(engine, letter("2"))
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.notification SET received_at = now() - interval '15 days'"))
    assert forget_mail(engine, timedelta(days=14)) == 1
    assert has_mail(engine)
    assert rows(engine, "SELECT order_ids FROM ops.notification") == [(["2"],)]


def pass_time(engine: sa.Engine, minutes: int) -> None:
    """Move what was taken on into the past."""
    with engine.begin() as session:
        told = {"past": timedelta(minutes=minutes)}
        session.execute(sa.text("UPDATE ops.notification SET taken_at = taken_at - cast(:past AS interval)"), told)


def begin(engine: sa.Engine, run_id: str, mode: str = "orders") -> str:
    """A sync of a run begins; its id."""
    sync_id = str(uuid4())
    of_run = (mode, run_id, "notification")
    start_sync(engine, SyncRow(sync_id, "acme", "acme", "test", *of_run, None, None, None, (), 1))
    return sync_id


def sync(engine: sa.Engine, run_id: str, mode: str = "orders") -> None:
    """A sync of a run begins and loads."""
    load(engine, LoadTask("acme", "acme", begin(engine, run_id, mode), 1), [])


def test_what_a_run_has_left_unread_waits_anew_after_a_pause(engine: sa.Engine) -> None:
    keep(engine, letter("1", message_id="m"))
    take(engine, "run 1")
    assert runs_with_unread_mail(engine) == set(), "its pause is not over"
    pass_time(engine, 10)
    assert runs_with_unread_mail(engine) == {"run 1"}
    assert put_back(engine, ["run 2"]) == 0
    assert put_back(engine, ["run 1"]) == 1
    assert taken(engine, "acme", "run 1") == Mail((), (), True), "it is another run's to read"
    assert keep(engine, letter("1", message_id="m")) == AGAIN
    assert take(engine, "run 2") == {"acme": Mail(("1",), (), True)}
    pass_time(engine, 10)
    assert put_back(engine, ["run 2"]) == 0, "the second pause is longer"
    pass_time(engine, 10)
    assert put_back(engine, ["run 2"]) == 1


def test_what_a_sync_has_loaded_is_read(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    take(engine, "run 1")
    sync(engine, "run 1")
    pass_time(engine, 60)
    assert runs_with_unread_mail(engine) == set()
    assert put_back(engine, ["run 1"]) == 0


def test_a_sync_reads_what_its_run_has_taken_on_about_its_own_connection(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    keep(engine, Letter("other", b"about 2", ("2",)))
    take(engine, "run 1")
    sync(engine, "run 1")
    pass_time(engine, 10)
    assert put_back(engine, ["run 1"]) == 1
    assert take(engine, "run 2") == {"other": Mail(("2",), (), True)}


def test_what_was_read_stays_as_it_was_when_its_run_loads_again(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    take(engine, "run 1")
    sync(engine, "run 1")
    ((first,),) = rows(engine, "SELECT read_at FROM ops.notification")
    assert first is not None
    sync(engine, "run 1")
    assert rows(engine, "SELECT read_at FROM ops.notification") == [(first,)]


def test_what_was_taken_on_after_the_sync_had_begun_is_not_read_by_it(engine: sa.Engine) -> None:
    """Somebody cleared the task that takes on, and the sync went on with the plan that it had made before."""
    keep(engine, letter("1"))
    take(engine, "run 1")
    begun = begin(engine, "run 1")
    keep(engine, letter("2"))
    take(engine, "run 1")
    load(engine, LoadTask("acme", "acme", begun, 1), [])
    pass_time(engine, 60)
    assert put_back(engine, ["run 1"]) == 1
    assert take(engine, "run 2") == {"acme": Mail(("2",), (), True)}


def test_a_sync_of_all_changes_reads_only_what_was_not_understood(engine: sa.Engine) -> None:
    """It does not ask for the orders by name: one that is deleted is not among the changes."""
    keep(engine, Letter("acme", b"1 is gone", ("1",), ("1",)))
    keep(engine, Letter("acme", b"unknown", problem="no JSON"))
    assert take(engine, "run 1") == {"acme": Mail(("1",), ("1",), False)}
    sync(engine, "run 1", "incremental")
    pass_time(engine, 10)
    assert put_back(engine, ["run 1"]) == 1
    assert take(engine, "run 2") == {"acme": Mail(("1",), ("1",), True)}


def test_the_same_content_waits_anew_once_at_a_time(engine: sa.Engine) -> None:
    for run in ("run 1", "run 2"):
        keep(engine, letter("1"))
        take(engine, run)
    pass_time(engine, 10)
    runs = ["run 1", "run 2"]
    assert put_back(engine, runs) == 1
    assert put_back(engine, runs) == 0, "the other waits already"
    assert keep(engine, letter("1")) == AGAIN
    take(engine, "run 3")
    assert put_back(engine, runs) == 1


def test_what_the_source_refuses_rests_until_its_connection_works_again(engine: sa.Engine) -> None:
    """Each further run would fail by it, and with it what else the run reads."""
    keep(engine, letter("1"))
    take(engine, "run 1")
    pass_time(engine, 10_000)
    set_status(engine, "globex", "globex", "test", "needs_reauthorisation", "AUTHENTICATION_FAILED", "Renew it.")
    assert runs_with_unread_mail(engine) == {"run 1"}, "another connection is refused"
    set_status(engine, "acme", "acme", "test", "needs_reauthorisation", "AUTHENTICATION_FAILED", "Renew it.")
    assert runs_with_unread_mail(engine) == set()
    assert put_back(engine, ["run 1"]) == 0
    keep(engine, letter("2"))
    assert take(engine, "run 2") == {"acme": Mail(("2",), (), True)}, "what is new is a try whether it works again"
    set_status(engine, "acme", "acme", "test", "online")
    assert put_back(engine, ["run 1"]) == 1


@pytest.mark.parametrize(
    ("kind", "rests"), [(PermissionDenied, True), (ConfigurationInvalid, True), (SourceUnavailable, False)]
)
def test_what_failed_by_what_a_person_must_mend_rests_until_a_sync_has_succeeded(
    engine: sa.Engine, kind: type[OrderhouseError], rests: bool
) -> None:
    keep(engine, letter("1"))
    take(engine, "run 1")
    sync(engine, "before")
    fail_sync(engine, "acme", begin(engine, "run 1"), kind.code, "The right was taken away.")
    fail_sync(engine, "acme", begin(engine, "run of others"), PermissionDenied.code, "Another window.")
    pass_time(engine, 10_000)
    assert runs_with_unread_mail(engine) == (set() if rests else {"run 1"})
    sync(engine, "after", "incremental")
    assert put_back(engine, ["run 1"]) == 1


def test_what_fails_of_one_connection_and_works_of_another_says_nothing_about_the_other(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    keep(engine, Letter("other", b"about 2", ("2",)))
    take(engine, "run 1")
    fail_sync(engine, "acme", begin(engine, "run 1"), PermissionDenied.code, "The right was taken away.")
    other = SyncRow(str(uuid4()), "other", "acme", "test", "incremental", "later", "manual", None, None, None, (), 1)
    start_sync(engine, other)
    load(engine, LoadTask("other", "acme", other.sync_id, 1), [])
    fail_sync(engine, "acme", begin(engine, "run 2"), SourceUnavailable.code, "No answer.")
    pass_time(engine, 10)
    assert put_back(engine, ["run 1"]) == 1, "acme's rests"
    assert take(engine, "run 3") == {"other": Mail(("2",), (), True)}


def test_what_an_outage_has_left_unread_waits_anew_while_it_lasts(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    take(engine, "run 1")
    set_status(engine, "acme", "acme", "test", "offline", "SOURCE_UNAVAILABLE", "No answer.")
    pass_time(engine, 10)
    assert put_back(engine, ["run 1"]) == 1


def test_what_says_nothing_is_never_put_back(engine: sa.Engine) -> None:
    keep(engine, letter())
    take(engine, "run 1")
    pass_time(engine, 10_000)
    assert runs_with_unread_mail(engine) == set()


def test_tries_come_to_an_end(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    for number in range(TRIES):
        assert take(engine, f"run {number}")
        pass_time(engine, 10_000)
        put_back(engine, [f"run {number}"])
    assert not has_mail(engine)
    assert runs_with_unread_mail(engine) == set()
