"""The warehouse can be spread over servers by ``connection``, as Citus does it: the statements' part of that.

Every statement of whole syncs is recorded as the driver gets it, and parsed. One that writes a distributed table names
the connection it writes to; one that joins two of them joins by connection. What Citus refuses of a write besides is
in its source, `multi_router_planner.c`: a function there must give every server the same, and so must one that says
what a row that is there already becomes; rows are locked on one server only.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlglot
from psycopg import sql
from sqlglot import exp

from include.orderhouse.configuration.options import Retention
from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.keys.resealing import reseal
from include.orderhouse.warehouse.records.dismissal import dismiss_rejects
from include.orderhouse.warehouse.records.erasure import erase_rows
from include.orderhouse.warehouse.records.retention import enforce
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox
from tests.sync.conftest import System, lose_numbers
from tests.warehouse.test_distribution import DISTRIBUTED, DISTRIBUTED_BY

VOLATILE = {"CLOCK_TIMESTAMP", "GEN_RANDOM_UUID", "RANDOM", "NEXTVAL"}
STABLE = {"NOW", "CURRENT_TIMESTAMP", "STATEMENT_TIMESTAMP"}
SCHEMAS = ("procurement", "ops")
_PARAMETER = re.compile(r"%(?:\((\w+)\))?s(?:::(?:TIMESTAMP WITH TIME ZONE|\w+)(?:\[\])?)?")


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The text of every statement that goes to the server."""
    statements: set[str] = set()
    for kind in (psycopg.Cursor, psycopg.ServerCursor):
        execute = kind.execute

        def record(cursor: Any, query: Any, *rest: Any, _execute: Any = execute, **options: Any) -> Any:
            statements.add(query.as_string(cursor) if isinstance(query, sql.Composable) else str(query))
            return _execute(cursor, query, *rest, **options)

        monkeypatch.setattr(kind, "execute", record)
    return statements


@pytest.fixture
def parsed(recorded: set[str], odoo: Sandbox, system: System) -> list[exp.Expression]:
    """What the life of a connection says: initial, incremental, with a reject and a deletion, replayed, mapped again;
    rejects given up, data keys and retention seen to, and in the end all of it erased."""
    system.sync()
    company: Company = odoo.company
    first, second, third = sorted(company.orders)[:3]
    odoo.act(history.touch_all, [first])
    odoo.act(lose_numbers, [second])
    odoo.act(history.delete, third)
    odoo.clock.advance(3600)
    for mode in (Mode.INCREMENTAL, Mode.RECONCILE, Mode.REPLAY, Mode.REMAP):
        system.sync(mode)
    engine, name = system.runtime.warehouse, system.runtime.connection.name
    rejects = [str(row["reject_id"]) for row in system.rows("SELECT reject_id FROM ops.reject")]
    dismiss_rejects(engine, name, rejects, "ada", "a test order")
    reseal(engine, system.runtime.cipher)
    enforce(engine, name, Retention(raw=timedelta(days=1)))
    erase_rows(engine, name, name)
    texts = [_PARAMETER.sub(lambda found: f":{found[1] or 'p'}", text) for text in recorded]
    return [
        sqlglot.parse_one(text, dialect="postgres") for text in texts if any(f"{name}." in text for name in SCHEMAS)
    ]


def test_every_statement_stays_within_one_connection(parsed: list[exp.Expression]) -> None:
    written = [each for each in parsed if _target(each)]
    assert len(written) > 20
    assert {_target(each) for each in written} >= {"ops.sync", "ops.reject", "procurement.purchase_order_line"}
    assert [each.sql("postgres") for each in parsed if not _stays(each)] == []


def test_no_write_into_a_distributed_table_says_what_another_server_would_say_otherwise(
    parsed: list[exp.Expression],
) -> None:
    written = {_target(each) for each in parsed}
    assert written > {"procurement.purchase_order", "ops.order_version", "ops.order_raw", "ops.reject"}
    assert [each.sql("postgres") for each in parsed if not _is_the_same_everywhere(each)] == []


def test_a_write_that_another_server_would_take_otherwise_is_found() -> None:
    good = (
        "INSERT INTO ops.reject (connection, at) VALUES (:c, clock_timestamp())",
        "INSERT INTO ops.limiter (connection) VALUES (:c) ON CONFLICT (connection) DO UPDATE SET at = now()",
        "UPDATE ops.reject SET at = now() WHERE connection = :c",
        "SELECT 1 FROM ops.reject WHERE connection = :c FOR UPDATE",
    )
    bad = (
        "INSERT INTO ops.reject (connection) VALUES (:c) ON CONFLICT (connection) DO UPDATE SET at = now()",
        "UPDATE ops.reject SET at = clock_timestamp() WHERE connection = :c",
        "UPDATE ops.reject SET at = coalesce(at, now()) WHERE connection = :c",
        "DELETE FROM ops.reject WHERE connection = :c AND at < clock_timestamp()",
        "SELECT 1 FROM ops.reject WHERE customer = :c FOR UPDATE",
    )
    assert [_is_the_same_everywhere(_parse(text)) for text in (*good, *bad)] == [True] * 4 + [False] * 5


def test_a_statement_that_leaves_its_connection_is_found() -> None:
    good = (
        "INSERT INTO ops.limiter (connection, next_at) VALUES (:c, now()) ON CONFLICT (connection) DO NOTHING",
        "UPDATE ops.sync SET state = 'failed' WHERE connection = :c",
        "SELECT 1 FROM ops.order_version JOIN ops.order_raw USING (connection, order_id)",
    )
    bad = (
        "INSERT INTO ops.limiter (connection, next_at) VALUES (:c, now()) ON CONFLICT (next_at) DO NOTHING",
        "UPDATE ops.sync SET state = 'failed' WHERE sync_id = :s",
        "DELETE FROM ops.issue USING ops.order_version AS v WHERE issue.order_id = v.order_id",
        "SELECT 1 FROM ops.order_version JOIN ops.order_raw USING (order_id)",
    )
    assert [_stays(_parse(text)) for text in (*good, *bad)] == [True] * 3 + [False] * 4


def _parse(text: str) -> exp.Expression:
    return sqlglot.parse_one(text, dialect="postgres")


def _target(statement: exp.Expression) -> str | None:
    """The distributed table that a statement writes."""
    writes = statement.find(exp.Insert, exp.Update, exp.Delete)
    table = writes.find(exp.Table) if writes else None
    return f"{table.db}.{table.name}" if table and table.db in SCHEMAS else None


def _stays(statement: exp.Expression) -> bool:
    writes = all(_names_connection(each) for each in statement.find_all(exp.Insert, exp.Update, exp.Delete))
    return writes and all(_joins_by_connection(select) for select in statement.find_all(exp.Select))


def _names_connection(write: exp.Expression) -> bool:
    """Whether a write into a distributed table says by the connection which rows."""
    table = write.this.find(exp.Table)
    if table is None or table.db not in SCHEMAS:
        return True
    if isinstance(write, exp.Insert):
        conflict = write.args.get("conflict")
        keys = conflict.args.get("conflict_keys") if conflict else None
        return keys is None or DISTRIBUTED_BY in {key.name for key in keys}
    return DISTRIBUTED_BY in _equated(write.args.get("where"))


def _joins_by_connection(select: exp.Select) -> bool:
    """Whether all distributed tables of one SELECT are tied by the connection: to each other, or to the same value."""
    source = select.args.get("from") or select.args.get("from_")
    joined = [join.this for join in select.args.get("joins") or ()]
    tables = [each for each in (source.this if source else None, *joined) if isinstance(each, exp.Table)]
    if len([table for table in tables if table.db in SCHEMAS]) < 2:
        return True
    using = {name.name for join in select.args["joins"] for name in join.args.get("using") or ()}
    equated = _equated(select.args.get("where")).union(
        *(_equated(join.args.get("on")) for join in select.args["joins"])
    )
    return DISTRIBUTED_BY in using | equated


def _is_the_same_everywhere(statement: exp.Expression) -> bool:
    """Whether Citus sends a statement to the servers of distributed tables."""
    if statement.find(exp.Lock) and _tables(statement) & DISTRIBUTED:
        return DISTRIBUTED_BY in _equated(statement.args.get("where"))
    if _target(statement) not in DISTRIBUTED:
        return True
    if conflict := statement.find(exp.OnConflict):
        return not _functions(conflict) & (VOLATILE | STABLE)
    choices = {name for each in statement.find_all(exp.Coalesce, exp.Case) for name in _functions(each)}
    is_added = isinstance(statement, exp.Insert)
    return is_added or not (_functions(statement) & VOLATILE or choices & STABLE)


def _tables(statement: exp.Expression) -> set[str]:
    return {f"{table.db}.{table.name}" for table in statement.find_all(exp.Table)}


def _functions(part: exp.Expression) -> set[str]:
    """The names of the functions that are called in a part of a statement."""
    called = part.find_all(exp.Func)
    return {(each.name if isinstance(each, exp.Anonymous) else each.sql_name()).upper() for each in called}


def _equated(condition: exp.Expression | None) -> set[str]:
    """The columns that a condition holds equal to something, also as parts of rows."""
    if condition is None:
        return set()
    return {column.name for equal in condition.find_all(exp.EQ) for column in equal.find_all(exp.Column)}
