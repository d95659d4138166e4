"""The units of lines and schedules. A pod's codes are its own, such as ``zzu`` for Each; their names say more."""

from __future__ import annotations

from typing import Any

from include.orderhouse.mapping import Record, derived_from
from include.orderhouse.values.unit_names import told_unit

unit = told_unit("UOM", "UOMCode")


@derived_from(unit, "^UOMCode", "^UOM")
def schedule_unit(schedule: Record, line: Record) -> Any:
    """The line's unit, unless UOM or UOMCode tell another one."""
    own = unit(schedule)
    return unit(line) if own in (None, line.get("UOMCode")) else own
