"""The state folder keeps secrets to its owner and one state per data folder."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT, Home, write_private


def test_a_secret_is_generated_once_and_kept(home: Home) -> None:
    assert home.secret("password") == home.secret("password")
    assert home.secret("password") != home.secret("another")


def test_a_secret_is_readable_by_its_owner_only(home: Home) -> None:
    home.secret("password")
    assert stat.S_IMODE((home.secrets / "password").stat().st_mode) == 0o600


def test_all_who_ask_for_a_new_secret_at_once_get_the_same(home: Home) -> None:
    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(lambda _: home.secret("password"), range(64)))) == 1


def test_writing_a_private_file_replaces_it_and_leaves_nothing_beside_it(home: Home) -> None:
    path = home.secrets / "file"
    write_private(path, "first")
    write_private(path, "second")
    assert path.read_text(encoding="utf-8") == "second"
    assert list(home.secrets.iterdir()) == [path]


def test_a_private_file_is_on_the_disk_before_it_has_its_name(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss of power must not leave an empty master key beside what was sealed under it."""
    path, synced = home.secrets / "key", list[tuple[int, bool]]()
    monkeypatch.setattr(os, "fsync", lambda file: synced.append((os.fstat(file).st_size, path.exists())))
    write_private(path, "a key", replace=False)
    assert synced == [(len("a key"), False)]


def test_each_data_folder_has_a_state_of_its_own(home: Home, tmp_path: Path) -> None:
    first, second = home.for_data(tmp_path / "a" / "data"), home.for_data(tmp_path / "b" / "data")
    assert first != second
    assert first == home.for_data(tmp_path / "a" / "data")
    assert first.root.parent == home.root


def test_the_environment_chooses_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERHOUSE_HOME", str(tmp_path))
    assert Home.from_environment() == Home(tmp_path)
    monkeypatch.delenv("ORDERHOUSE_HOME")
    assert Home.from_environment() == Home(PROJECT / ".orderhouse")
