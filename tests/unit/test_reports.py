"""Reports are read from wherever they were written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.orderhouse.files import file_system, put
from include.orderhouse.reports import read_report


@pytest.mark.parametrize("store", ["memory://reports", "a folder"])
def test_a_report_is_read_where_it_lies_and_what_is_not_there_is_none(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = str(tmp_path / "reports") if store == "a folder" else store
    monkeypatch.setenv("ORDERHOUSE_REPORTS_URL", url)
    files, root = file_system(url)
    put(files, f"{root}/acme/a sync/index.html", b"<p>All holds.")
    assert read_report("acme/a sync/index.html") == b"<p>All holds."
    assert read_report("acme/another/index.html") is None
    assert read_report("acme/a sync") is None
