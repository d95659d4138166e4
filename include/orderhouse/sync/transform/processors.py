"""How many processes a sync may map orders in, beside others on the same machine."""

from __future__ import annotations

import os
from multiprocessing import current_process

from include.orderhouse.environment import whole_number

SETTING = "ORDERHOUSE_PROCESSES"
MOST_BY_ITSELF = 4
"""A container sees all processors of its machine, however few it may use."""


def processors() -> int:
    """The setting, else the processors that this process may use, four at most; one where it may have no children.

    Raises ConfigurationInvalid.
    """
    if current_process().daemon:
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return whole_number(SETTING, min(usable, MOST_BY_ITSELF), least=1)
