"""What was read while the warehouse's clock ran ahead: dated so, it would count as later than all that is read next."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from include.orderhouse.warehouse.engine import outages_named
from include.orderhouse.warehouse.task import ALONE

_WAS_AHEAD = """
    SELECT greatest(started_at, attempted_at, finished_at) > clock_timestamp() FROM ops.sync
    WHERE connection = %(connection)s ORDER BY started_at DESC LIMIT 1
"""
_VERSIONS = """
    UPDATE ops.order_version SET fetched_at = least(fetched_at, %(now)s),
        version_at = CASE WHEN version_at <= %(now)s THEN version_at END,
        gone_at = CASE WHEN gone_at IS NOT NULL THEN least(gone_at, %(now)s) END
    WHERE connection = %(connection)s AND greatest(fetched_at, gone_at) > %(now)s
"""
_RAW_RECORDS = """
    UPDATE ops.order_raw SET fetched_at = %(now)s WHERE connection = %(connection)s AND fetched_at > %(now)s
"""
_REJECTS = """
    UPDATE ops.reject SET fetched_at = %(now)s, version_at = CASE WHEN version_at <= %(now)s THEN version_at END
    WHERE connection = %(connection)s AND fetched_at > %(now)s
"""


def date_back(engine: sa.Engine, connection: str) -> int:
    """Date what a connection holds from the future as of now; how many orders were read or missed then.

    A modification time from the future, told by a source whose clock ran ahead as well, is forgotten: the fetch decides
    in its place. The ledger stays as it was written, and tells in a moment where there is nothing to do.
    """
    with outages_named(), engine.begin() as warehouse:
        cursor: Any = warehouse.connection.cursor()
        facts = {"connection": connection}
        if cursor.execute(_WAS_AHEAD, facts).fetchone() != (True,):
            return 0
        cursor.execute(ALONE, facts)
        (facts["now"],) = cursor.execute("SELECT clock_timestamp()").fetchone()
        dated_back = cursor.execute(_VERSIONS, facts).rowcount
        cursor.execute(_RAW_RECORDS, facts)
        cursor.execute(_REJECTS, facts)
    return int(dated_back)
