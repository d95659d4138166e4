"""The warehouse's clock, by which every fetch is dated."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa


def warehouse_now(engine: sa.Engine) -> datetime:
    """The present instant on the warehouse's clock, in UTC."""
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))).scalar_one()
