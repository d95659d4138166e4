"""Where tests keep files that live for seconds: in memory, where there is plenty of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - what lies in it is named at random
_ENOUGH = 6 * 2**30
"""Bytes that must be free: several times of what the tests write."""


def memory_folder() -> Path | None:
    """A folder in memory for programs and data; None where there is none, or too little: then the disk must do.

    A disk takes a fifth of a second of processor time to make the files of one database.
    """
    if not os.access(_SHARED_MEMORY, os.W_OK) or os.statvfs(_SHARED_MEMORY).f_flag & os.ST_NOEXEC:
        return None
    free = min(shutil.disk_usage(_SHARED_MEMORY).free, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return _SHARED_MEMORY if free >= _ENOUGH else None
