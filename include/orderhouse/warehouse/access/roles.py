"""The roles of a warehouse: who may do what. They are groups that nobody logs in as; logins are made their members.

On a server that several warehouses share, ``ORDERHOUSE_ROLE_PREFIX`` gives each its own.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from psycopg import sql

from include.orderhouse.errors import ConfigurationInvalid

PREFIX_SETTING = "ORDERHOUSE_ROLE_PREFIX"


@dataclass(frozen=True)
class Roles:
    """The names of the roles."""

    prefix: str = "orderhouse"

    @classmethod
    def from_environment(cls) -> Roles:
        """With the prefix of ``ORDERHOUSE_ROLE_PREFIX``, ``orderhouse`` without it."""
        prefix = os.environ.get(PREFIX_SETTING) or cls.prefix
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", prefix):
            raise ConfigurationInvalid(
                f"{PREFIX_SETTING} is {prefix!r}.", action="Give up to 40 lower-case letters, digits and underscores."
            )
        return cls(prefix)

    @property
    def owner(self) -> str:
        """Owns everything, migrates, grants, erases."""
        return f"{self.prefix}_owner"

    @property
    def loader(self) -> str:
        """Syncs: writes what it must, and cannot change or remove a table."""
        return f"{self.prefix}_loader"

    @property
    def analyst(self) -> str:
        """Reads the orders of all customers."""
        return f"{self.prefix}_analyst"

    @property
    def restricted_analyst(self) -> str:
        """Reads the orders of the customers that ``ops.analyst_customer`` lists for the login."""
        return f"{self.prefix}_restricted_analyst"

    @property
    def operator(self) -> str:
        """Reads how syncs go, and no orders."""
        return f"{self.prefix}_operator"

    @property
    def all(self) -> tuple[str, ...]:
        """Every role."""
        return self.owner, self.loader, self.analyst, self.restricted_analyst, self.operator

    def creation(self) -> list[sql.Composed]:
        """Statements that create those that are missing, whoever else does so at the same time."""
        return [_CREATE.format(name=sql.Literal(name), role=sql.Identifier(name)) for name in self.all]


_CREATE = sql.SQL("""\
DO $do$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {name}) THEN CREATE ROLE {role} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $do$""")
