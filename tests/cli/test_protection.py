"""What the command shows of the folders that this machine keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.cli.protection import of_local_folders
from include.orderhouse.disks import is_encrypted
from include.orderhouse.warehouse.access.protection import Verdict


def test_the_folders_of_this_machine_are_looked_at_and_buckets_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERHOUSE_STAGING_URL", str(tmp_path))
    monkeypatch.setenv("ORDERHOUSE_REPORTS_URL", "s3://bucket/reports")
    (found,) = of_local_folders()
    assert (found.subject, str(tmp_path) in found.seen) == ("staged files", True)
    assert (found.verdict is Verdict.GOOD) is bool(is_encrypted(tmp_path))
