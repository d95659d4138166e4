"""Staged files of a folder: what cannot be told is never taken for nothing, and what is half written for a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from include.orderhouse import files
from include.orderhouse.cipher import Cipher
from include.orderhouse.errors import ConfigurationInvalid, SealBroken, StagedFilesMissing, StorageUnavailable
from include.orderhouse.files import FREE_SETTING, UNFINISHED, file_system
from include.orderhouse.staging import Staging

CIPHER = Cipher("acme", {1: b"k" * 32})


def opened(folder: Path) -> Staging:
    return Staging.open("acme", "a sync", CIPHER, str(folder))


@pytest.mark.parametrize(
    "look",
    [
        lambda staging: staging.exists("plan.json"),
        lambda staging: staging.names("raw"),
        lambda staging: staging.folders("raw"),
        lambda staging: staging.read("plan.json"),
        lambda staging: staging.write("plan.json", b"{}"),
        lambda staging: staging.remove(),
    ],
)
def test_a_folder_that_cannot_be_looked_into_is_an_outage_and_never_empty(
    tmp_path: Path, look: Callable[[Staging], object]
) -> None:
    """Taken for empty, a deletion that was found would be forgotten, or what is to be erased would stay."""
    no_folder = tmp_path / "staged"
    no_folder.write_bytes(b"")
    with pytest.raises(StorageUnavailable, match="staged/acme/a sync"):
        look(opened(no_folder))


def test_what_is_not_there_is_missed_or_none_of_what_is_listed(tmp_path: Path) -> None:
    staging = opened(tmp_path)
    assert (staging.exists("plan.json"), staging.names("raw"), staging.folders("raw")) == (False, [], [])
    staging.remove()
    with pytest.raises(StagedFilesMissing, match=r"plan\.json is gone"):
        staging.read("plan.json")


def test_files_and_folders_are_listed_apart_in_order_and_removed_with_nothing_beside_them(tmp_path: Path) -> None:
    staging = Staging.open("acme", "a sync", CIPHER, f"{tmp_path}/")
    for name in ("raw/b", "raw/a", "raw/d", "raw/c/2", "raw/c/10", "raw/0/1", "rawer"):
        staging.write(name, name.encode())
    again = opened(tmp_path)
    assert (again.names("raw"), again.folders("raw")) == (["raw/a", "raw/b", "raw/d"], ["raw/0", "raw/c"])
    assert again.names("raw/c") == ["raw/c/10", "raw/c/2"]
    again.remove("raw")
    assert (again.folders(""), again.read("rawer")) == ([], b"rawer")


def test_a_file_in_another_ones_place_is_none_of_the_sync(tmp_path: Path) -> None:
    staging, other = opened(tmp_path), Staging.open("acme", "another", CIPHER, str(tmp_path))
    staging.write("plan.json", b"{}")
    other.write("plan.json", b"{}")
    (Path(staging.folder) / "plan.json").replace(Path(other.folder) / "plan.json")
    with pytest.raises(SealBroken):
        other.read("plan.json")


def test_a_file_is_there_whole_or_not_at_all_whoever_else_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging, begun = opened(tmp_path), list[str]()
    write = staging.files.pipe_file

    def break_off(path: str, content: bytes) -> None:
        begun.append(path)
        write(path, content[:5])
        raise OSError("the disk is gone")

    monkeypatch.setattr(staging.files, "pipe_file", break_off)
    for _ in range(2):
        with pytest.raises(StorageUnavailable, match="the disk is gone"):
            staging.write("raw/page", b"x" * 100)
    assert (staging.exists("raw/page"), staging.names("raw"), len(set(begun))) == (False, [], 2)


def test_what_a_disk_shall_leave_free_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Mock(free=3_000_000))
    monkeypatch.setenv(FREE_SETTING, "2")
    staging = opened(tmp_path)
    staging.write("small", b"x" * 800_000)
    with pytest.raises(StorageUnavailable, match=FREE_SETTING):
        staging.write("large", b"x" * 1_000_000)
    monkeypatch.delenv(FREE_SETTING)
    with pytest.raises(StorageUnavailable, match="1000 MB"):
        staging.write("small", b"")


@pytest.mark.parametrize("told", ["x", "-1", "1.5"])
def test_what_shall_be_left_free_is_a_number(told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FREE_SETTING, told)
    with pytest.raises(ConfigurationInvalid, match=f"{FREE_SETTING} is '{told}'"):
        opened(tmp_path).write("small", b"")


@pytest.mark.parametrize("url", ["nope://user:planted@there/x", "s3://"])
def test_a_place_of_files_that_no_file_system_knows_is_a_mistake_of_the_configuration(url: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=f"at {url.partition(':')[0]}:") as raised:
        file_system(url)
    assert "ORDERHOUSE_STAGING_URL" in raised.value.action
    assert "planted" not in str(raised.value)


def test_a_place_of_files_that_is_not_reached_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "url_to_fs", Mock(side_effect=ConnectionRefusedError("refused")))
    with pytest.raises(StorageUnavailable, match="refused"):
        file_system("ftp://127.0.0.1:1/x")


def test_what_a_process_that_died_has_begun_to_write_is_no_file_of_the_sync_and_goes_with_it(tmp_path: Path) -> None:
    staging = opened(tmp_path)
    staging.write("raw/page", b"x")
    (Path(staging.folder) / f"raw/other.12345678{UNFINISHED}").write_bytes(b"half")
    assert staging.names("raw") == ["raw/page"]
    staging.remove()
    assert not Path(staging.folder).exists()
