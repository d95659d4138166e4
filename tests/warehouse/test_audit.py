"""The audit log: only added to, by many at once, and whoever changes it is found out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import psycopg
import pytest
import sqlalchemy as sa

from include.orderhouse.errors import SealBroken
from include.orderhouse.master_key import MasterKeys
from include.orderhouse.warehouse.access.audit import Event, command_line, record_now, seal
from include.orderhouse.warehouse.access.audit_chain import COMPUTED, FIRST, verify
from include.orderhouse.warehouse.engine import connect
from tests.warehouse.orders import Order, load_orders, rows
from tests.warehouse.test_roles import acting_as, refused
from tests.warehouse.test_roles import logins as logins

READ = Event("credentials.read", "ada", "acme_us", "acme", "acme_us", {"why": "a 'quoted' \\ reason — Ü", "n": 1.50})


def masters() -> MasterKeys:
    return MasterKeys([b"1" * 32])


def others() -> MasterKeys:
    return MasterKeys([b"2" * 32])


@pytest.fixture
def log(engine: sa.Engine) -> sa.Engine:
    """A warehouse whose log has ten rows and one seal."""
    for _ in range(10):
        record_now(engine, READ)
    seal(engine, masters)
    return engine


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_who_has_no_name_on_this_machine_is_logged_by_number(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may run as any number, and what is done there must not go unlogged. Python 3.13 has another error."""
    monkeypatch.setattr("getpass.getuser", Mock(side_effect=error("getpwuid(): uid not found: 1000640000")))
    monkeypatch.setattr(os, "getuid", lambda: 1000640000)
    assert command_line() == "command line, user 1000640000"


def tampered(engine: sa.Engine, *statements: str) -> None:
    """Change the log as only a superuser can, who switches the triggers off."""
    with engine.begin() as session:
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            session.execute(sa.text(statement))


def test_rows_that_many_write_at_once_form_one_chain(url: str, engine: sa.Engine) -> None:
    def write(number: int) -> None:
        own = connect(url)
        for _ in range(20):
            record_now(own, Event("test", f"writer {number}"))
        own.dispose()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert verify(engine, masters).rows == 120
    assert rows(engine, "SELECT actor, count(*) FROM ops.audit GROUP BY 1 ORDER BY 1") == [
        (f"writer {number}", 20) for number in range(6)
    ]


def test_a_nul_character_in_the_details_keeps_no_row_out(log: sa.Engine) -> None:
    record_now(log, Event("login.refused", "unknown", details={"path": "/orders/\x00"}))
    told = "SELECT details FROM ops.audit WHERE action = 'login.refused'"
    assert rows(log, told) == [({"path": "/orders/\ufffd"},)]
    assert verify(log, masters).rows == 12


def test_a_row_whose_transaction_fails_leaves_no_gap(log: sa.Engine) -> None:
    with log.connect() as session:
        session.execute(sa.text("SELECT ops.record_audit('a', 'b', NULL, NULL, NULL, '{}', false)"))
        session.rollback()
    record_now(log, READ)
    chain = verify(log, masters)
    assert (chain.rows, chain.seals, chain.unknown_seals) == (12, 1, 0)
    assert verify(log, others).unknown_seals == 1


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("UPDATE ops.audit SET actor = 'eve' WHERE audit_id = 4", 4),
        ("UPDATE ops.audit SET occurred_at = occurred_at + interval '1 microsecond' WHERE audit_id = 7", 7),
        ("UPDATE ops.audit SET details = '{}' WHERE audit_id = 1", 1),
        ("UPDATE ops.audit SET customer = NULL, subject = customer WHERE audit_id = 3", 3),
        ("DELETE FROM ops.audit WHERE audit_id = 5", 5),
        ("DELETE FROM ops.audit WHERE audit_id = 1", 1),
    ],
)
def test_a_change_of_the_log_is_told_with_its_row(log: sa.Engine, change: str, row: int) -> None:
    tampered(log, change)
    with pytest.raises(SealBroken, match=f"Row {row} "):
        verify(log, masters)


def test_a_row_that_was_changed_with_its_hash_is_told_by_the_one_behind_it(log: sa.Engine) -> None:
    tampered(
        log,
        "UPDATE ops.audit SET actor = 'eve' WHERE audit_id = 4",
        f"UPDATE ops.audit SET row_hash = {COMPUTED} WHERE audit_id = 4",
    )
    with pytest.raises(SealBroken, match=r"Row 5 .* stands in another one's place"):
        verify(log, masters)


def test_a_chain_that_is_written_anew_breaks_its_seal(log: sa.Engine) -> None:
    tampered(
        log,
        "CREATE TEMP TABLE old AS SELECT * FROM ops.audit ORDER BY audit_id",
        "DELETE FROM ops.audit",
        "UPDATE old SET actor = 'eve' WHERE actor = 'ada'",
        "SELECT ops.record_audit(actor, action, connection, customer, subject, details, false) FROM old",
    )
    with pytest.raises(SealBroken, match="seals another chain"):
        verify(log, masters)


def test_a_chain_that_is_written_anew_without_its_seals_is_told_by_how_far_they_reach(log: sa.Engine) -> None:
    assert verify(log, masters).sealed_through == 10
    tampered(
        log,
        "CREATE TEMP TABLE old AS SELECT * FROM ops.audit ORDER BY audit_id",
        "DELETE FROM ops.audit",
        "SELECT ops.record_audit('eve', action, connection, customer, subject, '{}', false) FROM old"
        " WHERE action <> 'audit.sealed'",
    )
    chain = verify(log, masters)
    assert (chain.rows, chain.seals, chain.sealed_through) == (10, 0, 0)


@pytest.mark.parametrize(
    "details",
    [{}, {"through": "1", "master_key_id": "a"}, {"through": [1], "master_key_id": "a"}, {"through": 3}],
)
def test_a_seal_that_is_none_is_told(log: sa.Engine, details: dict[str, object]) -> None:
    record_now(log, Event("audit.sealed", "eve", details=details))
    with pytest.raises(SealBroken, match=r"Row 12 .* is a seal of nothing"):
        verify(log, masters)


@pytest.mark.parametrize("action", ["audit.sealed", "audit.pruned"])
@pytest.mark.parametrize("details", ["[]", "[1]", "1", '"through"', "null"])
def test_a_seal_whose_details_are_no_object_is_told(log: sa.Engine, action: str, details: str) -> None:
    tampered(log, f"SELECT ops.record_audit('eve', '{action}', NULL, NULL, NULL, '{details}', false)")
    with pytest.raises(SealBroken, match=r"Row 12 .* is a seal of nothing"):
        verify(log, masters)


def test_nobody_changes_the_log_and_only_its_function_adds_to_it(url: str, log: sa.Engine, logins: None) -> None:
    changes = (
        "UPDATE ops.audit SET actor = 'eve'",
        "DELETE FROM ops.audit",
        "TRUNCATE ops.audit",
    )
    add = "INSERT INTO ops.audit SELECT 50, now(), '', '', '', '', '', '', '{}', '\\x00', '\\x00'"
    for login in ("loader", "ann", "rita", "otto"):
        with acting_as(url, login) as engine:
            for statement in (*changes, add, "DROP TABLE ops.audit", "ALTER TABLE ops.audit DISABLE TRIGGER ALL"):
                assert refused(engine, statement), (login, statement)
    with acting_as(url, "olga") as owner:
        for statement in changes:
            assert refused(owner, statement)
    for statement in changes:
        with pytest.raises(sa.exc.ProgrammingError, match="never changed or removed") as caught, log.begin() as session:
            session.execute(sa.text(statement))
        assert isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege)
    with acting_as(url, "loader") as loader:
        record_now(loader, READ)
        seal(loader, masters)
        assert refused(loader, "SELECT * FROM ops.audit")
    assert verify(log, masters).seals == 2
    with acting_as(url, "otto") as otto:
        assert rows(otto, "SELECT login FROM ops.audit ORDER BY audit_id DESC LIMIT 1") == [("loader",)]
        assert refused(otto, "SELECT ops.record_audit('otto', 'b', NULL, NULL, NULL, '{}', false)")


def test_syncs_and_changes_of_mappings_are_in_the_log(engine: sa.Engine) -> None:
    assert verify(engine, masters).head == FIRST.hex()
    load_orders(engine, Order("1"))
    told = rows(engine, "SELECT action, connection, customer, subject IS NOT NULL FROM ops.audit ORDER BY audit_id")
    assert told == [("sync.started", "acme_us", "acme", True)]


def test_what_is_noted_when_it_changes_is_not_noted_again(engine: sa.Engine) -> None:
    for fingerprint in ("a", "a", "b", "b", "a"):
        event = Event("connection.configured", "sync", "acme_us", details={"retention": fingerprint})
        record_now(engine, event, if_new=True)
    told = rows(engine, "SELECT details ->> 'retention' FROM ops.audit ORDER BY audit_id")
    assert told == [("a",), ("b",), ("a",)]
