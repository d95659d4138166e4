"""The tables and columns that an account does not have or not show, learned from its refusals of a query.

Features, roles and releases decide about them; the account's own word is the only list that is right. Accounts were
seen to word it in two ways: by the record and its field, or by an identifier without its table and an invalid search
type, as those without subsidiaries do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from include.orderhouse.connector import Source
from include.orderhouse.errors import RequestRefused
from include.orderhouse.protocols.suiteql import Statement, run

UNKNOWN_FIELD = re.compile(r"[Ff]ield '(\w+)' for record '(\w+)' was not found")
UNKNOWN_RECORD = re.compile(r"[Rr]ecord '(\w+)' was not found|Invalid search type: (\w+)")
UNKNOWN_IDENTIFIER = re.compile(r"[Uu]nknown identifier '([^']+)'")


def absences(source: Source, statement: Statement, conditions: Sequence[str]) -> list[str]:
    """The names of absent tables, and of absent columns with their table (``vendor.phone``)."""
    absent: list[str] = []
    while True:
        asked = statement.without(absent)
        try:
            run(source, asked.sql(conditions), 1)
            return absent
        except RequestRefused as refused:
            found = set(_absent(source, asked, refused.message)) - {*absent, statement.parts[0].table}
            if not found:
                raise
            absent += sorted(found)


def _absent(source: Source, asked: Statement, message: str) -> list[str]:
    if field := UNKNOWN_FIELD.search(message):
        return [f"{field[2]}.{field[1]}".lower()]
    if record := UNKNOWN_RECORD.search(message):
        return [(record[1] or record[2]).lower()]
    identifier = UNKNOWN_IDENTIFIER.search(message)
    if identifier is None:
        return []
    column = identifier[1].rpartition(".")[2].strip('"').lower()
    return [f"{table}.{column}" for table in asked.tables_with(column) if not _is_known(source, table, column)]


def _is_known(source: Source, table: str, column: str) -> bool:
    """Whether a table has a column: several tables of a statement may have one of that name."""
    try:
        run(source, f"SELECT x.{column} FROM {table} x", 1)  # noqa: S608 - names of ours
    except RequestRefused as refused:
        return UNKNOWN_IDENTIFIER.search(refused.message) is None
    return True
