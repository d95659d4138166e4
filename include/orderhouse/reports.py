"""Where the validation reports lie: the workers write them, the API server shows them."""

from __future__ import annotations

import os
from pathlib import Path

from fsspec.implementations.local import LocalFileSystem

from include.orderhouse.files import file_system, outages_named
from include.orderhouse.home import Home


def reports_url() -> str:
    """ORDERHOUSE_REPORTS_URL, a folder or bucket that all machines reach; else a folder of the state folder."""
    return os.environ.get("ORDERHOUSE_REPORTS_URL") or str(Home.from_environment().reports)


def read_report(path: str) -> bytes | None:
    """One file of a report, by its path below the folder of reports; None where there is no such file."""
    files, root = file_system(reports_url())
    place = _inside(Path(root), path) if isinstance(files, LocalFileSystem) else f"{root}/{path}"
    if place is None:
        return None
    try:
        with outages_named(root):
            content: bytes = files.cat_file(place)
    except FileNotFoundError:
        return None
    return content


def _inside(folder: Path, path: str) -> str | None:
    """The file, unless it lies elsewhere: the path may climb, and a link may lead out."""
    try:
        file = (folder / path).resolve()
        return str(file) if file.is_relative_to(folder.resolve()) and file.is_file() else None
    except (OSError, ValueError):
        return None
