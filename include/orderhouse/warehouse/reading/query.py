"""A query of a person's own, in a transaction that changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.string import TextLoader

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.engine import outages_named


@dataclass(frozen=True)
class Table:
    """What a query answers: the names of its columns, and its rows."""

    header: list[str]
    rows: list[tuple[Any, ...]]


def run_query(engine: sa.Engine, query: str) -> Table:
    """The answer to one statement, which needs to name neither schema; instants are in UTC, JSON stays text.

    ConfigurationInvalid where PostgreSQL refuses it, as it does what would change something.
    """
    _, address = engine.dialect.create_connect_args(engine.url)
    with outages_named():
        try:
            with psycopg.connect(**address) as session:
                session.read_only = True
                session.execute("SET search_path = procurement, ops; SET TIME ZONE 'UTC'")
                for kind in ("json", "jsonb"):  # its numbers keep their digits
                    session.adapters.register_loader(kind, TextLoader)
                answer = session.execute(query.encode(), prepare=True)
                header = [column.name for column in answer.description or ()]
                return Table(header, answer.fetchall() if header else [])
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            said, _, place = str(error).partition("\n")
            shown = f"\n{place}\n" if place else " "
            raise ConfigurationInvalid(
                f"PostgreSQL refuses the query:{shown}{said}.",
                action="Give one statement that PostgreSQL understands and that changes nothing.",
            ) from error
