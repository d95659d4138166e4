"""The numbers of a connection's mappings, by which it is known what an order was mapped with.

A mapping gets its number before anything is mapped with it, and a load holds on to the one that its orders were mapped
with. So whoever maps the kept raw orders anew finds those of every load that brought an earlier mapping's rows.
"""

from __future__ import annotations

import sqlalchemy as sa

from include.orderhouse.errors import MappingChanged
from include.orderhouse.warehouse.access.audit import Event, record
from include.orderhouse.warehouse.operations import mapping_version as known
from include.orderhouse.warehouse.syncs.status import refuse_disconnected

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.mapping:' || :connection, 0))")
_SHARED_LOCK = sa.text("SELECT pg_advisory_xact_lock_shared(hashtextextended('orderhouse.mapping:' || :connection, 0))")
_LATER = sa.text("""
    SELECT EXISTS (
        SELECT FROM ops.mapping_version AS later JOIN ops.mapping_version AS mine USING (connection)
        WHERE connection = :connection AND mine.mapping_version = :number
            AND later.mapping_version > :number AND later.fingerprint <> mine.fingerprint
    )
""")


def mapping_version(engine: sa.Engine, connection: str, fingerprint: str, *, anew: bool = False) -> int:
    """The number of a connection's mapping: the latest one if its fingerprint is this one, else a new, higher one.

    So a mapping that returns to an earlier form gets a new number, and what is mapped with it counts as later.
    ``anew`` gives a new number in any case: a later release may map otherwise what no fingerprint tells, and a source
    that was set back in time dates orders earlier than before.
    A new one waits for the load of an earlier one that is under way.
    """
    with engine.begin() as warehouse:
        refuse_disconnected(warehouse, connection)
        number, known_as = _latest(warehouse, connection)
        if anew or known_as != fingerprint:
            warehouse.execute(_LOCK, {"connection": connection})
            number, known_as = _latest(warehouse, connection)
        if anew or known_as != fingerprint:
            number += 1
            new = {"connection": connection, "mapping_version": number, "fingerprint": fingerprint}
            warehouse.execute(sa.insert(known).values(**new, first_used_at=sa.func.clock_timestamp()))
        if known_as != fingerprint:
            details = {"mapping_version": number, "fingerprint": fingerprint}
            record(warehouse, Event("mapping.changed", "sync", connection, details=details))
        return number


def mapping_of_plan(engine: sa.Engine, connection: str, fingerprint: str, planned: int) -> int:
    """The number by which orders count that a plan has had read: the plan's own, unless the mapping is another since.

    A number given out meanwhile says that what was read after it is later; these orders may have been read before.
    """
    number = mapping_version(engine, connection, fingerprint)
    with engine.connect() as warehouse:
        is_another = warehouse.execute(_LATER, {"connection": connection, "number": planned}).scalar()
    return number if is_another else min(number, planned)


def hold_mapping(warehouse: sa.Connection, connection: str, number: int) -> None:
    """Let no other mapping of the connection begin before the transaction ends. MappingChanged where one has begun."""
    warehouse.execute(_SHARED_LOCK, {"connection": connection})
    if warehouse.execute(_LATER, {"connection": connection, "number": number}).scalar():
        raise MappingChanged(
            f"The mapping of {connection} was changed since the orders of this sync were mapped.",
            action="Nothing was loaded. Clear the run from its transform task on to map them anew, or leave it: "
            "the next sync reads them again.",
        )


def _latest(warehouse: sa.Connection, connection: str) -> tuple[int, str | None]:
    """Number and fingerprint; 0 and None where there is none yet."""
    mine = sa.select(known.c.mapping_version, known.c.fingerprint).where(known.c.connection == connection)
    found = warehouse.execute(mine.order_by(known.c.mapping_version.desc()).limit(1)).one_or_none()
    return (int(found.mapping_version), found.fingerprint) if found else (0, None)
