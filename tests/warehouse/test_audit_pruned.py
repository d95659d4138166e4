"""Old rows of the audit log go where they tell of routine; what stays is still known to be as it was written."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid, KeyMissing, SealBroken
from include.orderhouse.master_key import MasterKeys
from include.orderhouse.warehouse.access.audit import SEALED, Event, record_now, seal, sealed
from include.orderhouse.warehouse.access.audit_chain import COMPUTED, ROUTINE, SHORTEST, prune, renew, verify
from tests.warehouse.orders import rows
from tests.warehouse.test_audit import READ, masters, others, tampered
from tests.warehouse.test_roles import acting_as, refused
from tests.warehouse.test_roles import logins as logins

YEAR = timedelta(days=365)
ERASED = Event("customer.erased", "ada", customer="acme", details={"orders": 7})
LATEST = "WHERE audit_id = (SELECT max(audit_id) FROM ops.audit)"


def age_latest(engine: sa.Engine, days: int) -> None:
    """Let the latest row have been written that long ago."""
    tampered(
        engine,
        f"UPDATE ops.audit SET occurred_at = occurred_at - interval '{days} days' {LATEST}",
        f"UPDATE ops.audit SET row_hash = {COMPUTED} {LATEST}",
    )


def written(engine: sa.Engine, *days: int, event: Event = READ) -> None:
    """A row of each so many days ago."""
    for number in days:
        record_now(engine, event)
        age_latest(engine, number)


def actions(engine: sa.Engine) -> list[tuple[int, str]]:
    return [(number, action) for number, action in rows(engine, "SELECT audit_id, action FROM ops.audit ORDER BY 1")]


@pytest.fixture
def log(engine: sa.Engine) -> sa.Engine:
    """A warehouse whose log goes back for years: routine in rows 1, 2, 4, 5 and 6, but not in 3; 7 is younger."""
    written(engine, 900, 800)
    written(engine, 700, event=ERASED)
    written(engine, 600)
    seal(engine, masters)
    age_latest(engine, 600)
    written(engine, 400, 300)
    seal(engine, masters)
    return engine


def test_what_is_old_and_of_routine_goes_and_the_rest_still_holds(log: sa.Engine) -> None:
    assert prune(log, YEAR, "ada", masters) == (5, 6)
    assert actions(log) == [(3, "customer.erased"), (7, "credentials.read"), (8, "audit.sealed"), (9, "audit.pruned")]
    told = "SELECT actor, details ->> 'removed', details ->> 'older_than_days' FROM ops.audit WHERE audit_id = 9"
    assert rows(log, told) == [("ada", "5", "365")]
    chain = verify(log, masters)
    assert (chain.rows, chain.seals, chain.pruned_through, chain.sealed_through) == (4, 1, 6, 7)


def test_a_row_stays_until_all_before_it_are_old(log: sa.Engine) -> None:
    """A server's clock may have been set back."""
    written(log, 999)
    assert prune(log, YEAR, "ada", masters) == (5, 6)
    assert actions(log)[-2:] == [(9, "credentials.read"), (10, "audit.pruned")]


def test_it_is_pruned_again_and_again(log: sa.Engine) -> None:
    assert prune(log, 2 * YEAR, "ada", masters) == (2, 2)
    assert prune(log, YEAR, "ada", masters) == (3, 6)
    assert prune(log, 2 * YEAR, "ada", masters) == (0, 6)
    seal(log, masters)
    assert prune(log, SHORTEST, "ada", masters) == (1, 7)
    chain = verify(log, masters)
    assert (chain.pruned_through, chain.sealed_through) == (7, 11)
    assert [number for number, _ in actions(log)] == [3, 8, 9, 10, 11, 12, 13]


def test_a_seal_of_a_row_that_went_says_nothing_any_more(engine: sa.Engine) -> None:
    """Rows may be added while a seal is made, so that it is not of the last before it."""
    written(engine, 500)
    ((row_hash,),) = rows(engine, "SELECT encode(row_hash, 'hex') FROM ops.audit")
    written(engine, 500)
    told = {"through": 1, "master_key_id": masters().key_id, "mac": masters().mac(sealed(1, row_hash))}
    record_now(engine, Event(SEALED, "maintenance", details=told))
    assert verify(engine, masters).seals == 1
    assert prune(engine, YEAR, "ada", masters) == (2, 2)
    chain = verify(engine, masters)
    assert (chain.seals, chain.sealed_through) == (0, 2)


def test_a_log_of_which_all_is_old_keeps_the_row_that_the_next_goes_on_from(engine: sa.Engine) -> None:
    written(engine, 500, 500)
    assert prune(engine, YEAR, "ada", masters) == (1, 1)
    record_now(engine, READ)
    assert actions(engine) == [(2, "credentials.read"), (3, "audit.pruned"), (4, "credentials.read")]
    assert verify(engine, masters).rows == 3


def test_an_empty_log_is_pruned_too(engine: sa.Engine) -> None:
    assert prune(engine, YEAR, "ada", masters) == (0, 0)
    assert verify(engine, masters).pruned_through == 0


@pytest.mark.parametrize(
    "changes",
    [
        ("DELETE FROM ops.audit WHERE audit_id = 3",),
        ("UPDATE ops.audit SET customer = 'globex' WHERE audit_id = 3",),
        (
            "UPDATE ops.audit SET customer = 'globex' WHERE audit_id = 3",
            f"UPDATE ops.audit SET row_hash = {COMPUTED} WHERE audit_id = 3",
        ),
        (
            "UPDATE ops.audit SET audit_id = 2 WHERE audit_id = 7",
            "UPDATE ops.audit SET audit_id = 7 WHERE audit_id = 8",
        ),
        ("DELETE FROM ops.audit WHERE audit_id = 7",),
        ("DELETE FROM ops.audit WHERE audit_id = 9",),
    ],
)
def test_a_change_of_what_stayed_is_told(log: sa.Engine, changes: tuple[str, ...]) -> None:
    prune(log, YEAR, "ada", masters)
    record_now(log, READ)
    tampered(log, *changes)
    with pytest.raises(SealBroken):
        verify(log, masters)


def test_what_is_removed_without_being_told_is_found_out(log: sa.Engine) -> None:
    with log.begin() as session:
        session.execute(sa.text("DELETE FROM ops.audit WHERE audit_id = 4"))
    with pytest.raises(SealBroken, match=r"Row 4 .* is missing"):
        verify(log, masters)


def test_a_removal_is_believed_under_the_master_key_only(log: sa.Engine) -> None:
    prune(log, YEAR, "eve", others)
    with pytest.raises(KeyMissing, match=r"Row 9 .* rows up to 6 were removed"):
        verify(log, masters)
    told = f'details = details || \'{{"master_key_id": "{masters().key_id}"}}\''
    tampered(
        log,
        f"UPDATE ops.audit SET {told} WHERE audit_id = 9",
        f"UPDATE ops.audit SET row_hash = {COMPUTED} WHERE audit_id = 9",
    )
    with pytest.raises(SealBroken, match=r"Row 9 .* a removal that never was"):
        verify(log, masters)


def test_a_new_master_key_vouches_for_a_removal_in_place_of_the_earlier_one(log: sa.Engine) -> None:
    prune(log, YEAR, "ada", masters)
    renew(log, "ada", masters)
    assert len(actions(log)) == 4
    renew(log, "ada", lambda: MasterKeys([b"2" * 32, b"1" * 32]))
    chain = verify(log, others)
    assert (chain.rows, chain.pruned_through, chain.unknown_seals) == (5, 6, 1)


def test_what_was_changed_is_not_vouched_for_by_a_new_master_key(log: sa.Engine) -> None:
    prune(log, YEAR, "ada", masters)
    tampered(log, "DELETE FROM ops.audit WHERE audit_id = 3")
    with pytest.raises(SealBroken, match="up to 6 that stayed"):
        renew(log, "ada", lambda: MasterKeys([b"2" * 32, b"1" * 32]))


def test_where_nothing_was_removed_there_is_nothing_to_vouch_for(log: sa.Engine) -> None:
    renew(log, "ada", others)
    assert len(actions(log)) == 8


def test_a_log_that_does_not_hold_is_not_pruned(log: sa.Engine) -> None:
    tampered(log, "UPDATE ops.audit SET actor = 'eve' WHERE audit_id = 2")
    before = actions(log)
    with pytest.raises(SealBroken, match="Row 2 "):
        prune(log, YEAR, "ada", masters)
    assert actions(log) == before


def test_nothing_goes_before_its_time(log: sa.Engine) -> None:
    with pytest.raises(ConfigurationInvalid, match="for 90 days"):
        prune(log, SHORTEST - timedelta(days=1), "ada", masters)
    assert len(actions(log)) == 8


@pytest.mark.parametrize("action", ROUTINE)
def test_the_database_itself_lets_old_rows_of_routine_go(engine: sa.Engine, action: str) -> None:
    written(engine, 91, 89, event=Event(action, "ada"))
    with engine.begin() as session:
        session.execute(sa.text("DELETE FROM ops.audit WHERE audit_id = 1"))
    for statement in (
        "DELETE FROM ops.audit WHERE audit_id = 2",
        "UPDATE ops.audit SET actor = 'eve'",
        "TRUNCATE ops.audit",
    ):
        with (
            pytest.raises(sa.exc.ProgrammingError, match="never changed or removed") as caught,
            engine.begin() as session,
        ):
            session.execute(sa.text(statement))
        assert isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege)


def test_the_database_keeps_every_other_row(log: sa.Engine) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match="never changed or removed"), log.begin() as session:
        session.execute(sa.text("DELETE FROM ops.audit WHERE audit_id = 3"))


def test_who_runs_the_syncs_removes_nothing_however_old(url: str, log: sa.Engine, logins: None) -> None:
    for login in ("loader", "ann", "rita", "otto"):
        with acting_as(url, login) as engine:
            assert refused(engine, "DELETE FROM ops.audit WHERE audit_id = 1")
    with acting_as(url, "olga") as owner:
        assert prune(owner, YEAR, "olga", masters) == (5, 6)
